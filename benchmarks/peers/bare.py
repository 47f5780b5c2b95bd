"""The floor: json, PyYAML, five comparisons and a table. It checks nothing that it is not asked, and explains nothing."""

import json
import operator
import sys
from pathlib import Path

import yaml

OPERATORS = {">": operator.gt, ">=": operator.ge, "<": operator.lt, "<=": operator.le}

policy, metrics, report = sys.argv[1:]
rules = yaml.load(Path(policy).read_text(), yaml.CSafeLoader)["rules"]
values = json.loads(Path(metrics).read_text())
lines, failed = ["| id | rule | value | ok |", "|---|---|---|---|"], 0
for rule in rules:
    name, sign, limit = rule["check"].split()
    holds = OPERATORS[sign](values[name], float(limit))
    failed += not holds
    lines.append(f"| {rule['id']} | `{rule['check']}` | {values[name]} | {'pass' if holds else 'FAIL'} |")
Path(report).write_text("\n".join(lines) + "\n")
sys.exit(1 if failed else 0)
