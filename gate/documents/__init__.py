"""Text to values, strictly: JSON, YAML and TOML with the place of everything."""
