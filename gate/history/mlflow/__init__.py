"""A history on an MLflow tracking server."""
