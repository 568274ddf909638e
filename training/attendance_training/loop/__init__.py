"""Trains a recognizer on faces with names."""
