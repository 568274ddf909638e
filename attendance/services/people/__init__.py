"""Who is on the roster: enrolment and imports."""
