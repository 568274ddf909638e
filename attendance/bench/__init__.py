"""What `attendance bench` measures: the door, reports, and the machine it ran on."""
