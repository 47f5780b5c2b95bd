"""What is said of a rule: how sure it is, and what would settle it."""
