"""What the pages of recognizers share: the way of a new one to the door, and words about packs."""
