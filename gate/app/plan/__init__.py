"""`gate plan`: how many rows a policy needs."""
