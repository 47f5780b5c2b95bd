"""Many rules and many slices: `python benchmarks/scale.py [--rounds N]`. Is it linear, and what is the YAML's share?"""

from __future__ import annotations

import argparse
import gc
import json
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import yaml
from processes import Job, in_turn, spread, table

from gate.app.check import CheckRequest, check
from gate.policy.load import load
from gate.registry import load as room

SLICES, METRICS, NOW = 50, 100, "2026-11-22"


def write_policy(path: Path, rules: int, check: Callable[[int], str]) -> Path:
    """A policy as people write long ones: four keys a rule."""
    lines = ["gate: 1", "name: scale", "rules:"]
    for number in range(rules):
        lines += [f"  - id: rule-{number}", f'    check: "{check(number)}"', "    level: block"]
        lines.append(f'    why: "metric m{number % METRICS} must stay above its limit"')
    path.write_text("\n".join(lines) + "\n")
    return path


def write_metrics(path: Path) -> Path:
    """Every metric on the whole and on every slice."""
    names = [f"m{number}" for number in range(METRICS)]
    slices = [{"slice": {"region": f"r{each}"}, "metrics": dict.fromkeys(names, 0.9)} for each in range(SLICES)]
    path.write_text(json.dumps({**dict.fromkeys(names, 0.9), "slices": slices}))
    return path


def seconds(work: Callable[[], object], rounds: int) -> list[float]:
    """The cpu seconds of each run, without the collector of cyclic garbage: the command line switches it off, too."""
    taken = []
    gc.disable()
    for _ in range(rounds):
        started = time.process_time()
        work()
        taken.append(time.process_time() - started)
    gc.enable()
    return taken


def star_policy(folder: Path, count: int) -> Path:
    return write_policy(folder / f"star{count}.yaml", count, lambda each: f"m{each % METRICS}[region=*] >= 0.{each % 80 + 10}")


def whole_processes(folder: Path, counts: list[int], rounds: int) -> None:
    metrics = write_metrics(folder / "metrics.json").name
    gate = str(Path(sys.executable).with_name("gate"))
    jobs: list[Job] = []
    for count in counts:
        command = [gate, "check", metrics, "-p", star_policy(folder, count).name]
        jobs.append(Job(f"{count} rules, text", command))
        jobs.append(Job(f"{count} rules, text and decision.json", [*command, "-o", "decision.json"]))
    print(f"## Rules on {SLICES} slices: judged and written, whole processes in turn\n")
    print(table(in_turn(jobs, folder, rounds)))


def in_the_process(folder: Path, counts: list[int], rounds: int) -> None:
    metrics, report = write_metrics(folder / "metrics.json"), room("reports", "json")
    print("\n## The same inside one process\n")
    print("| rules | findings | read and judged cpu s | decision.json cpu s | MB |", "|--:|--:|--:|--:|--:|", sep="\n")
    for count in counts:
        request = CheckRequest(inputs=[str(metrics)], policies=[str(star_policy(folder, count))], now=NOW)
        judged = seconds(lambda: check(request), rounds)  # noqa: B023
        decision = check(request)
        written = seconds(lambda: report.render(decision), rounds)  # noqa: B023
        size = len(report.render(decision)) / 1e6
        print(f"| {count} | {len(decision.findings)} | {spread(judged, 2)} | {spread(written, 2)} | {size:.1f} |", flush=True)


def beside_its_yaml(folder: Path, counts: list[int], rounds: int) -> None:
    """A long policy, as whole processes: PyYAML alone, then what gate does with it."""
    gate = str(Path(sys.executable).with_name("gate"))
    parse = "import sys, yaml; yaml.load(open(sys.argv[1]).read(), yaml.CSafeLoader)"
    understand = "import gc, sys; gc.disable(); from gate.policy.load import load; load(sys.argv[1])"  # as the command line does
    for count in counts:
        policy = write_policy(folder / f"long{count}.yaml", count, lambda each: f"m{each} > 0.{each % 900 + 100}")
        metrics = folder / f"long{count}.json"
        metrics.write_text(json.dumps({f"m{each}": 2 for each in range(count)}))
        jobs = [
            Job("yaml.load(CSafeLoader)", [sys.executable, "-c", parse, policy.name]),
            Job("gate loads it", [sys.executable, "-c", understand, policy.name]),
            Job("gate lint", [gate, "lint", policy.name]),
            Job(f"gate check with {count} metrics", [gate, "check", metrics.name, "-p", policy.name]),
        ]
        print(f"\n## A policy of {count} rules ({policy.stat().st_size / 1e6:.2f} MB), whole processes in turn\n")
        print(table(in_turn(jobs, folder, rounds)), flush=True)


def loading_alone(folder: Path, counts: list[int], rounds: int) -> None:
    """The same inside one process, neither side collecting garbage: the stricter comparison."""
    print("\n## Loading a policy inside one process, no garbage collection on either side\n")
    print("| rules | yaml.load(CSafeLoader) cpu s | gate loads it cpu s | ratio |", "|--:|--:|--:|--:|", sep="\n")
    for count in counts:
        path = write_policy(folder / "long.yaml", count, lambda each: f"m{each} > 0.{each % 900 + 100}")
        text = path.read_text()
        plain: list[float] = []
        ours: list[float] = []
        for _ in range(rounds):  # in turn
            plain += seconds(lambda: yaml.load(text, yaml.CSafeLoader), 1)  # noqa: B023
            ours += seconds(lambda: load(str(path), NOW), 1)  # noqa: B023
        ratios = [our / its for our, its in zip(ours, plain, strict=True)]
        print(f"| {count} | {spread(plain, 3)} | {spread(ours, 3)} | {spread(ratios, 2)} |", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--star", type=int, nargs="*", default=[250, 500, 1000, 2000])
    parser.add_argument("--long", type=int, nargs="*", default=[2500, 10000])
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)  # whole processes first: they inherit the memory peak of this one
        whole_processes(folder, args.star, args.rounds)
        beside_its_yaml(folder, args.long, args.rounds)
        loading_alone(folder, args.long, args.rounds)
        in_the_process(folder, args.star, args.rounds)


if __name__ == "__main__":
    main()
