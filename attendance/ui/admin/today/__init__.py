"""Who is in, and today's check-ins."""
