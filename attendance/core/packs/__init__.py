"""The format of a model pack's folder: what manifest.json says, and the file itself."""
