"""What the kiosk asks, and what becomes of the answers."""
