"""A comparison as a tree of measurements, and a test of any such tree."""
