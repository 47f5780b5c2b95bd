"""Comparisons on evidence: how sure it is that they hold, or that they do not."""
