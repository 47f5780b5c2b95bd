"""What a tally says: one family of metrics a file, each pure."""
