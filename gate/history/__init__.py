"""Histories: runs and what was recorded of them, in a file, a database, a branch or on a server."""
