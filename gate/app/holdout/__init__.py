"""The budget of a test set, and where its uses are written down."""
