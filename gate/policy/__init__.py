"""YAML text to Policy."""
