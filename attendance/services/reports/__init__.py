"""Tables of every report, and reports on a schedule."""
