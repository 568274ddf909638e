"""The screen at the door: camera, recognition, check-ins, answers. May import core and hours.corrections."""
