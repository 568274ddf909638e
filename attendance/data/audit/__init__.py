"""The chained log of changes, and what it is compared with."""
