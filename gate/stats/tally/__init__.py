"""A tally slice by slice, as tests take it."""
