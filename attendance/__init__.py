"""Face attendance for the office door."""
