"""Whether a candidate may follow the pack in use: what is measured, what changed, and the gate."""
