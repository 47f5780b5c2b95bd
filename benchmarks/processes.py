"""Whole processes, run in turn: wall time, cpu and peak memory of each, and the ratio to the first of the same round."""

from __future__ import annotations

import os
import statistics
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Job:
    """A command with its label; it must end with `code`."""

    label: str
    command: Sequence[str]
    code: int = 0


@dataclass(frozen=True)
class Run:
    """One process: seconds of wall and cpu time, MiB at its peak."""

    wall: float
    cpu: float
    peak: float


def once(job: Job, folder: Path) -> Run:
    """Run a job to its end. Raises RuntimeError when it ends with another code: it then measured something else."""
    started = time.monotonic()
    environ = {"PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", ""), "LANG": "C.UTF-8"}
    process = subprocess.Popen(
        job.command, cwd=folder, env=environ, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    )
    _, status, used = os.wait4(process.pid, 0)
    wall = time.monotonic() - started
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.stderr is not None
    said = process.stderr.read().decode(errors="replace")
    process.stderr.close()
    if process.returncode != job.code:
        raise RuntimeError(f"{job.label} ended with {process.returncode}, expected {job.code}: {said[-2000:]}")
    return Run(wall, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)


def in_turn(jobs: Sequence[Job], folder: Path, rounds: int, warm_up: int = 1) -> dict[str, list[Run]]:
    """Every job once a round, so that what else the machine does falls on all alike."""
    runs: dict[str, list[Run]] = {job.label: [] for job in jobs}
    for number in range(warm_up + rounds):
        for job in jobs:
            run = once(job, folder)
            if number >= warm_up:
                runs[job.label].append(run)
    return runs


def spread(values: Sequence[float], digits: int = 0) -> str:
    """Median (least–most)."""
    return f"{statistics.median(values):.{digits}f} ({min(values):.{digits}f}–{max(values):.{digits}f})"


def table(runs: dict[str, list[Run]]) -> str:
    """Markdown: milliseconds and MiB as median (least–most), ratios of cpu to the first job's in the same round."""
    first = next(iter(runs.values()))
    lines = ["| | wall ms | cpu ms | × the first's cpu | peak MiB |", "|---|--:|--:|--:|--:|"]
    for label, own in runs.items():
        ratios = [run.cpu / other.cpu for run, other in zip(own, first, strict=True)]
        wall, cpu = spread([run.wall * 1e3 for run in own]), spread([run.cpu * 1e3 for run in own])
        peak = f"{statistics.median(run.peak for run in own):.0f}"
        lines.append(f"| {label} | {wall} | {cpu} | {spread(ratios, 2)} | {peak} |")
    return "\n".join(lines)
