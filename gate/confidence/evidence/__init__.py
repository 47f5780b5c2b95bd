"""What a file of numbers says of a metric's error, as a test."""
