"""One module a schema version; none imports the application."""
