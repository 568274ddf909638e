"""A network learns a teacher's embeddings of unlabelled faces."""
