"""`gate init`: a first policy, from metrics or from recorded runs."""
