"""Named faces to train on: sources, checks, splits, samplers and the door camera's degradations."""
