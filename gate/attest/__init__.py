"""Attestations: a model's digests, the statement that it passed, signatures, and what a deploy step checks of them."""
