"""Another recognizer beside the one in use: prepare, compare, promote, roll back."""
