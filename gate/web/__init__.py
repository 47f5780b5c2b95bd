"""Speaking HTTP: the one client, with its limits."""
