"""`gate diff`: two of a kind, and what is not the same."""
