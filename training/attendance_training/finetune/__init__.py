"""Fine-tuning on enrolled people: a small adapter on the embedding, and a gate that decides whether it may be used."""
