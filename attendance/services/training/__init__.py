"""Fine-tuning in a process of its own, for the Training page."""
