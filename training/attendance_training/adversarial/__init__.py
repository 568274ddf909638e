"""Attacks on a recognizer's embedding, and what share of them succeeds."""
