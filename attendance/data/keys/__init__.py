"""The installation's key, and what is encrypted with it."""
