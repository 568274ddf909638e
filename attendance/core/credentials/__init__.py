"""The rules of PINs and badges: the other way in."""
