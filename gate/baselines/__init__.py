"""What a candidate is compared with; one file per kind."""
