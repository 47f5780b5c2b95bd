"""What rows say that gate counted itself: tallies, as tests."""
