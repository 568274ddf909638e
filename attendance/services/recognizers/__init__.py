"""A recognizer beside the one in use: prepare, compare, promote. May import core, door.engine and door.gallery."""
