"""What follows a verdict, and what was done before."""
