"""Adapters to other systems: HTTP, e-mail, door relays, calendar and event files."""
