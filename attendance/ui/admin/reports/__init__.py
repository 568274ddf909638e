"""Every report, as a table, charts and files."""
