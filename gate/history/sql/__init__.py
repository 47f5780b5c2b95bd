"""A history in a database: SQLite and PostgreSQL."""
