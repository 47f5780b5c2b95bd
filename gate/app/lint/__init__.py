"""`gate lint`: a policy checked before it judges."""
