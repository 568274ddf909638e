"""Fine-tuning in a child process. May import core, recognizers.go_live and people.bulk_embedding."""
