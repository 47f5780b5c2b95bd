"""Numbers to numbers; pure."""
