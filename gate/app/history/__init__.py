"""`gate history`: what was recorded, shown, named, taken out and pruned."""
