"""PIN and badge at the kiosk: the panel, and what becomes of what is typed and shown."""
