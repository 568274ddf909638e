"""Plans and rules as plain tables, for a TOML or JSON file."""
