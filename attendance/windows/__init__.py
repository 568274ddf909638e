"""Starts the Qt windows: what needs both the composition and PySide6."""
