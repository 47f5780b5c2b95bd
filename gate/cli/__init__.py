"""The command line: the parser, and one file per command."""
