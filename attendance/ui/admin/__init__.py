"""The desk window for enrolment, roster and reports."""
