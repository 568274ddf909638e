"""The roster, enrolment and import."""
