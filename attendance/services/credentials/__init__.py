"""PINs and badges: set, made, taken back, and looked at by the door. May import core, and no other service."""
