"""Model packs: what a folder must hold, installing and loading it."""
