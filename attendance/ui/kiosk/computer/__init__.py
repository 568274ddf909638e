"""Between the kiosk and its computer: touches, speech, a screen that stays on, another start."""
