"""Encrypted storage: SQLAlchemy on SQLite."""
