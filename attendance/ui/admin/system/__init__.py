"""The installation: language, colours, storage, models."""
