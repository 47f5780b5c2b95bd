"""Metric files to Measurements; one file per format."""
