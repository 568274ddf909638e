"""The installed models: what they are, new ones, calibration, and the way to the door."""
