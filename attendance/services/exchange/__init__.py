"""Other programs: messages to them, door relays, their check-ins and calendars."""
