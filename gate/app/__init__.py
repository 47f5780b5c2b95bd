"""One file for a use case, or a room where it takes several; the only place that wires rooms together."""
