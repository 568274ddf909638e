"""Windows: PySide6 only."""
