"""Fine-tuning of the last stage of a pack's network."""
