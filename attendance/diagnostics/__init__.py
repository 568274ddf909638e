"""What `attendance doctor` looks at: one module a subject, run in order by `checks.examine`."""
