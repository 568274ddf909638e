"""Tables of every report, and reports on a schedule. May import core, and no other service."""
