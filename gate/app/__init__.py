"""One file per use case; the only place that wires rooms together."""
