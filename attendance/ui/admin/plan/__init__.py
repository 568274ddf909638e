"""Shifts and who works them."""
