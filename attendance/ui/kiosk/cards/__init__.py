"""Cards beside the picture: who was recognised, who is asked to try elsewhere."""
