"""`gate explain`: one rule in words."""
