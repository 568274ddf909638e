"""Timesheets, the plan and corrections."""
