"""Where the audit log ended at some moment, kept outside of it."""
