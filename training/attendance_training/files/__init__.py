"""Reading and writing of numbers: arrays, weights, whole files."""
