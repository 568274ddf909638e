"""Fine-tuning and the recognizer beside the one in use."""
