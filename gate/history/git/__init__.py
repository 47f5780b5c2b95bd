"""A history on a branch of a git repository."""
