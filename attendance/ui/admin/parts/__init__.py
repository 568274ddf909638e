"""What the pages of the admin window share."""
