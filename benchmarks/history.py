"""A history of many runs: `python benchmarks/history.py [--runs N] [--only sqlite|postgres]`; `--peers`; `--writers`.

1,000,000 runs of ten metrics each, of 50 models, in a file of SQLite and in PostgreSQL (on the server that PGHOST names, else
on one of its own, with fsync): the last 30 values of a metric, one more run with its decision, and the dashboard of a model.
`--peers`: 10,000 numbers logged beside MLflow's own store, where GATE_MLFLOW names its program. `--writers`: 20 processes
that record 200 runs each at once (`--runs` here is of each process): nothing is lost, nothing is there twice.
"""

from __future__ import annotations

import argparse
import os
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from history_fill import DECIDED, LOOKED_AT, METRICS, MODELS, entry, fill, size
from history_writers import PROCESSES, together
from processes import Job, in_turn, once, table

from gate.history import recording
from gate.history.store import Store, Which, open_store
from gate.terms.run import Status

HERE = Path(__file__).parent
GATE = [sys.executable, "-m", "gate.cli.main"]
SERVER = "-c fsync=on -c shared_buffers=128MB -c max_connections=100"
ASKED = 300  # questions, and runs that are added, of each store


@contextmanager
def database() -> Iterator[str]:
    """The address of an empty database, which goes when this ends."""
    import psycopg

    sys.path.insert(0, str(HERE.parent))
    from tests.measure.postgres_server import serving

    name = f"gate_benchmark_{os.getpid()}"
    with ExitStack() as stack:
        if "PGHOST" not in os.environ:
            os.environ.update(stack.enter_context(serving(SERVER)))
            stack.callback(os.environ.pop, "PGHOST")
        host, user, password = (os.environ.get(key, "") for key in ("PGHOST", "PGUSER", "PGPASSWORD"))
        whole = f"host={host}" + (f"&user={user}" if user else "") + (f"&password={password}" if password else "")
        with psycopg.connect(f"postgresql:///postgres?{whole}", autocommit=True) as server:
            server.execute(f"create database {name}".encode())
            try:
                yield f"postgresql:///{name}?{whole}"
            finally:
                server.execute(f"drop database {name} with (force)".encode())


@contextmanager
def addresses(folder: Path, only: str) -> Iterator[dict[str, str]]:
    with ExitStack() as stack:
        found = {"SQLite": str(folder / "history.db")} if only != "postgres" else {}
        if only != "sqlite":
            found["PostgreSQL"] = stack.enter_context(database())
        yield found


def timed(work: Callable[[], object]) -> float:
    """Milliseconds."""
    started = time.perf_counter()
    work()
    return (time.perf_counter() - started) * 1e3


def asked(store: Store, chosen: random.Random) -> float:
    """What a trend rule asks."""
    model, metric = f"model-{chosen.randrange(MODELS):02d}", chosen.choice(METRICS)
    which = Which(model=model, branch="main", trusted=True, excluded=False, status=Status.FINISHED)
    return timed(lambda: store.last(metric, 30, which))


def row(label: str, milliseconds: Sequence[float]) -> str:
    ordered = sorted(milliseconds)
    middle, high = statistics.median(ordered), ordered[int(len(ordered) * 0.99)]
    return f"| {label} | {milliseconds[0]:.1f} | {middle:.2f} | {high:.2f} | {ordered[-1]:.2f} |"


def grown(folder: Path, runs: int, only: str) -> None:
    decision = decided(folder)
    with addresses(folder, only) as stores:
        seconds = timed(lambda: fill([*stores.values()], runs, decision)) / 1e3
        total = runs + DECIDED
        print(f"{total:,} runs, {total * len(METRICS):,} numbers; filled in {seconds:.0f} s ({' and '.join(stores)})\n")
        print("| | first ms | median | 99 % | most |\n|---|--:|--:|--:|--:|")
        for name, address in stores.items():
            for line in questions(name, address, runs, decision):
                print(line, flush=True)
        print()
        for name, address in stores.items():
            command = [*GATE, "history", "-o", "site/", "--model", LOOKED_AT, "--store", address]
            job = once(Job(f"the dashboard of a model, {name}", command), folder)
            pages = [path.stat().st_size for path in (folder / "site").rglob("*") if path.is_file()]
            told = f"{len(pages):,} files, {sum(pages) / 2**20:.1f} MiB"
            print(f"{name}: {size(address):,.0f} MiB; dashboard of a model: {job.wall:.1f} s, {job.peak:.0f} MiB, {told}")


def questions(name: str, address: str, runs: int, decision: str) -> Iterator[str]:
    chosen = random.Random(1)
    forgotten(address)
    store = open_store(address, {}, write=True)
    yield row(f"{name}: last(metric, 30)", [asked(store, chosen) for _ in range(ASKED)])
    later = [entry(runs + (DECIDED + number) * MODELS + number % MODELS, decision=decision) for number in range(ASKED)]
    adding = [timed(lambda each=each: recording.add(store, [each])) for each in later]  # type: ignore[misc]
    yield row(f"{name}: append a run with its decision", adding)
    store.close()


def forgotten(address: str) -> None:
    """Let the machine forget what it keeps in memory of a file, so that the first question is a cold one."""
    if os.path.exists(address) and hasattr(os, "posix_fadvise"):
        with open(address, "rb") as file:
            os.fsync(file.fileno())
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def decided(folder: Path) -> str:
    """A decision as `gate check` writes it: ten metrics, five rules."""
    inputs = HERE / "inputs"
    command = [*GATE, "check", str(inputs / "metrics.json"), "-p", str(inputs / "gate.yaml"), "-o", "decision.json"]
    once(Job("gate check", command), folder)
    return (folder / "decision.json").read_text()


def beside_peers(folder: Path, numbers: int, rounds: int) -> None:
    """Both log numbers of one run into SQLite, one by one and ten at once; then the steps of one metric are read."""
    ours = HERE / "peers" / "gate_history.py"
    mlflow = os.environ.get("GATE_MLFLOW", "")
    theirs = str(Path(mlflow).absolute().with_name("python"))
    steps = str(numbers // 10)
    jobs = []
    for how in ("single", "batch", "read"):
        jobs.append(Job(f"gate, {how}", [sys.executable, str(ours), how, steps]))
        if mlflow:
            jobs.append(Job(f"MLflow, {how}", [theirs, str(HERE / "peers" / "mlflow_history.py"), how, steps]))
    runs = in_turn(jobs, folder, rounds, warm_up=0)
    print(table(runs))
    for path in sorted(folder.glob("*.seconds")):
        print(f"{path.stem}: {path.read_text().strip()} s without starting")


def at_once(folder: Path, runs: int, only: str) -> None:
    with addresses(folder, only) as stores:
        if not only:
            stores["git"] = f"git:{folder / 'server.git'}"
        for name, address in stores.items():
            print(f"{name}: {PROCESSES} processes × {runs} runs: {together(address, runs, folder)}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, help="1,000,000; with --writers 200 of each process; with --peers 10,000 numbers")
    parser.add_argument("--only", choices=("sqlite", "postgres"), default="")
    parser.add_argument("--rounds", type=int, default=1, help="with --peers")
    parser.add_argument("--peers", action="store_true")
    parser.add_argument("--writers", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        if options.peers:
            beside_peers(folder, options.runs or 10_000, options.rounds)
        elif options.writers:
            at_once(folder, options.runs or 200, options.only)
        else:
            grown(folder, options.runs or 1_000_000, options.only)


if __name__ == "__main__":
    main()
