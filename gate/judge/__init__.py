"""(Policy, Evidence) to Decision; pure."""
