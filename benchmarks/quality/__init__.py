"""The parts of decision_quality.py."""
