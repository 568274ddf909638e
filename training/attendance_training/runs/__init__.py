"""What every kind of training shares: recipes, states, logs, schedules."""
