"""How values that no column has a type for are kept."""
