"""Which commands there are, and what each does: one line of `gate --help`, and the first of its own help."""

from __future__ import annotations

# In the order of a person's day.
COMMANDS = {
    "init": "write a policy from your metrics",
    "check": "judge metrics by a policy; the exit code is the verdict",
    "explain": "say in words what a rule means and what it would read",
    "measure": "measure rows of predictions, or show what is in metrics files",
    "log": "record numbers as a run in the history",
    "history": "show recorded runs: as a table, a plot, a web site; name and prune them",
    "lint": "check a policy",
    "diff": "compare two metrics files, decisions, policies or recorded runs",
    "plan": "how many rows a policy needs; with rows, how often it would flip",
    "publish": "from a trusted job: judge a change's decision again, then comment and set a check",
    "verify": "before a deployment: this model has a passing decision under this policy",
}
