"""What hours are worked out from: corrections, plans, timesheets."""
