"""Tables of records: model, view, and what widths its columns get."""
