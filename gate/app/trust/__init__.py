"""Policies that the change under judgement cannot touch, and what it would have instead."""
