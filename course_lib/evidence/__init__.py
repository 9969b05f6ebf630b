"""What a check saw, what is right, and whether they agree: pure, and shared with the judge."""
