"""PINs and badges in the database."""
