"""Plugs adapters into services: the only package that reads the settings. Each scope gets what it needs by name."""
