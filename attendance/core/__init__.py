"""Rules and arithmetic: standard library and numpy only."""
