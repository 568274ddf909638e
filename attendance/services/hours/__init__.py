"""Timesheets, the plan and corrections. May import core, and no other service."""
