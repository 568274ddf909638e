"""The report of an evaluation: as JSON, as one page, with its plots."""
