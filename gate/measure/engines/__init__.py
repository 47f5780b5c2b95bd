"""What counts and ranks rows: one engine a file, each with the verb `tally`."""
