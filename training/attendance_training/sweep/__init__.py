"""Trains over a grid of losses and margins, chooses on validation people, and says what can be told apart."""
