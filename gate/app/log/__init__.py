"""Logging, from Python and from the command line."""
