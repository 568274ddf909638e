"""The screen at the door: camera, recognition, check-ins, what people answer."""
