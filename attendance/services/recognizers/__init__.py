"""A recognizer beside the one in use: prepare, compare, promote. May import core, door.listener and door.gallery."""
