"""Timesheets and corrections."""
