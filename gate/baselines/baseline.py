"""The room's Protocol, and which kind of baseline a text names."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Protocol

from gate.documents.files import WORK_TREE, Files
from gate.language.value import Doubt
from gate.record import dataclass, field
from gate.terms.baseline import Baseline
from gate.terms.metric import Metric

if TYPE_CHECKING:
    from gate.hosts.facts import Facts
    from gate.measure.measuring import Measuring
    from gate.terms.run import Run

# Kinds that have a prefix; a text without one is a file.
KINDS = frozenset(("git", "ci", "run", "mlflow"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What a baseline may be found by.

    `tree` and `folder` are where the policy that names it lies; `inputs` the INPUTs as they were given, `format`
    that of `--from`. `facts` are those of the CI job, None outside of one. `policies` are (path, name) of those that judge,
    `measuring` what their `measure:` says of rows. `history` is the URL of the store of runs ("" is the environment's), or
    why none may be read; `run` the id of the recorded run that is judged, if it is one. `before` is the moment from which on
    recorded runs lie ahead, "" for none; `metrics` are what the policies say of theirs.
    """

    tree: Files = WORK_TREE
    folder: str = ""
    inputs: Sequence[str] = ()
    format: str | None = None
    facts: Facts | None = None
    policies: Sequence[tuple[str, str]] = ()
    environ: Mapping[str, str] = field(default_factory=dict)
    measuring: Measuring | None = None
    history: str | Doubt = ""
    run: str = ""
    before: str = ""
    metrics: Mapping[str, Metric] = field(default_factory=dict)

    @property
    def model(self) -> str:
        """The model of the runs that these policies decide on."""
        return model_of(name for _, name in self.policies) or "model"


def model_of(policies: Iterable[str]) -> str:
    """The model of the runs that policies of these names decide on together: what Decision.name is."""
    return " + ".join(policies)


class Finder(Protocol):
    """A module that finds baselines of one kind."""

    def find(self, name: str, text: str, at: Surroundings) -> Baseline | Doubt:
        """The baseline that `text` names, called `name` in rules; a Doubt says why it cannot be had. Raises nothing else."""


def kind_of(text: str) -> str:
    """`git`, `ci`, `run`, `mlflow` or `file`; the URL of a run is MLflow's, that of rows a file's."""
    if text.startswith(("http://", "https://")):
        from gate.measure.object_address import key
        from gate.measure.source import form_of

        return "file" if form_of(key(text)) else "mlflow"
    prefix, colon, _ = text.partition(":")
    return prefix if colon and prefix in KINDS else "file"


def unfit(run: Run) -> str:
    """Why a run may not be compared with."""
    from gate.terms.run import Status

    if not run.trusted:
        return f"a change's own job recorded ({run.event or 'its event is not known'})"
    if run.status is not Status.FINISHED:
        return f"is {run.status.value}"
    return "" if run.passed else f"did not pass ({run.verdict or 'no decision was made'})"


def not_compared(text: str, run: str, why: str) -> Doubt:
    """A run that is named as a baseline, and may not be one."""
    return Doubt(
        "run-not-trusted", f"`{text}` is the run {run}, which {why}", "only passing runs of trusted events are compared with"
    )
