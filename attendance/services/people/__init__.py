"""Who is on the roster: enrolment and imports. May import core, and no other service."""
