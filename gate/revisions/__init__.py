"""Files at a commit: by git, or by the API of the machine that keeps the repository."""
