"""Rego (Open Policy Agent's language) by regopy: the same five rules, and the denials as a file."""

import json
import sys
from pathlib import Path

from regopy import Interpreter

POLICY = """
package gate
import rego.v1
deny contains "accuracy" if not input.accuracy > 0.8
deny contains "f1" if not input.f1 >= 0.85
deny contains "roc_auc" if not input.roc_auc > 0.9
deny contains "latency" if not input.latency_p95_ms < 200
deny contains "psi" if not input.drift_psi <= 0.1
"""

metrics, report = sys.argv[1:]
rego = Interpreter()
rego.add_module("gate", POLICY)
rego.set_input(json.loads(Path(metrics).read_text()))
denied = str(rego.query("x = data.gate.deny"))
Path(report).write_text(denied)
sys.exit(0 if '"x":[]' in denied.replace(" ", "") else 1)
