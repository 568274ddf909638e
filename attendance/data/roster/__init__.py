"""People, templates and crops."""
