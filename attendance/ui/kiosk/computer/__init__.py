"""What the kiosk wants of its computer: speech, a screen that stays on, another start."""
