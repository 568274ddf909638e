"""From check-ins to hours: pure rules, no clock and no storage. docs/hours.md says the same in plain words."""
