"""PINs and badges: set, made, taken back, and looked at by the door."""
