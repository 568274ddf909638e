"""Other programs: messages, door relays, imports. May import core, hours.corrections and hours.plan."""
