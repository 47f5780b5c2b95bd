"""Rows of predictions become a tally, and a tally becomes measurements."""
