"""`gate publish`: judging again, where the change has no part in it."""
