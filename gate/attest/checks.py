"""What must hold of a model and the statement about it before the model is deployed: pure, a check each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from gate.attest.statement import Judge, Statement
from gate.attest.verification import Check, Holds
from gate.reports.provenance import age as age_of
from gate.terms.decision import ModelIdentity, Verdict

SKEW = 5 * 60  # seconds by which clocks may differ
_MOST = 3
_AGAIN = "judge this model again: gate check … --model PATH -o decision.intoto.json"


def model(models: Sequence[ModelIdentity], statement: Statement) -> Check:
    """Whether every model given is one that was judged, file by file and by name."""
    wrong = [what for each in models if (what := _difference(each, statement.subjects))]
    if wrong:
        return Check("model", Holds.NO, "; ".join(wrong), _AGAIN)
    told = [f"{each.name}: sha256 {each.sha256[:12]}…{_files(len(each.files))}" for each in models]
    return Check("model", Holds.YES, "; ".join(told))


def _files(count: int) -> str:
    return f", {count} files" if count > 1 else ""


def _difference(given: ModelIdentity, subjects: Sequence[tuple[str, str]]) -> str:
    """What differs from what was judged; empty where it is the same."""
    files = {file.name: file.sha256 for file in given.files}
    roots = [name for name, digest in subjects if digest == given.sha256]
    if any(_under(root, subjects) == files for root in roots):
        return ""
    names = [name for name, _ in subjects if "/" not in name]
    root = next((name for name in (*roots, given.name, *names) if name in names), "")
    judged = _under(root, subjects)
    if not judged:
        return f"{given.name} (sha256 {given.sha256[:12]}…) is not the model that was judged"
    return f"{given.name} is not the model that was judged: {_moves(judged, files)}"


def _under(root: str, subjects: Sequence[tuple[str, str]]) -> Mapping[str, str]:
    return {name[len(root) + 1 :]: digest for name, digest in subjects if name.startswith(f"{root}/")}


def _moves(judged: Mapping[str, str], given: Mapping[str, str]) -> str:
    kinds = {
        "changed": [name for name in given if name in judged and judged[name] != given[name]],
        "added": [name for name in given if name not in judged],
        "removed": [name for name in judged if name not in given],
    }
    if kinds["changed"] == ["."]:
        return "its digest is another"
    return ", ".join(f"{_some(names)} {kind}" for kind, names in kinds.items() if names)


def _some(names: Sequence[str]) -> str:
    shown = ", ".join(names[:_MOST])
    return f"{shown} and {len(names) - _MOST} more" if len(names) > _MOST else shown


def policy(wanted: Sequence[Judge], statement: Statement, version: str, at: str = "") -> Check:
    """Whether each trusted policy, as it resolves now, is one of those that judged; more may have judged, too."""
    judged = {each.sha256 for each in statement.policies}
    lacking = [each for each in wanted if each.sha256 not in judged]
    if not lacking and wanted:
        told = ", ".join(f"{each.file} ({_short(each)})".strip() if each.file else _short(each) for each in wanted)
        return Check("policy", Holds.YES, f"{told}{at}")
    files = ", ".join(f"{each.file or 'the policy'} ({_short(each)})" for each in lacking)
    other = ", ".join(f"{each.file} ({_short(each)})" for each in statement.policies)
    remedy = _AGAIN
    if statement.gate_version != version:
        remedy += f"\ngate {statement.gate_version[:20]} judged and this is gate {version}: a policy may resolve otherwise in it"
    return Check("policy", Holds.NO, f"another one judged: {other}, and not {files}{at}", remedy)


def _short(judge: Judge) -> str:
    return f"sha256 {judge.sha256[:12]}…"


def verdict(statement: Statement) -> Check:
    """Whether the decision lets the model through, by a policy that can block and that the change did not bring itself."""
    found, word = statement.verdict, statement.verdict.value
    if found not in (Verdict.PASS, Verdict.WARN):
        return Check("verdict", Holds.NO, f"{word}: {_some(statement.failed) or 'no rule was judged'}", "deploy another model")
    if statement.advisory:
        return Check("verdict", Holds.NO, f"{word}, by a policy that only advises", "take `advisory: true` out of the policy")
    if statement.first:
        what = f"{word}, by a policy that the change brought itself"
        return Check("verdict", Holds.NO, what, "merge the policy, then judge again with `--policy-from`")
    if not statement.passed and not statement.warned:
        return Check("verdict", Holds.NO, f"{word}, and no rule that holds is named", _AGAIN)
    if found is Verdict.WARN:
        what = f"warn: {_some(statement.warned)}" if statement.warned else "warn: see the report"
        return Check("verdict", Holds.REMARK, what)
    count = len(statement.passed)
    return Check("verdict", Holds.YES, f"pass: {count} rule{'s hold' if count > 1 else ' holds'}")


def age(statement: Statement, now: str, most: int, most_text: str) -> Check:
    """Whether the decision is young enough, and not from the future; `most` in seconds. A little skew of clocks is let pass."""
    if statement.simulated:
        return Check("age", Holds.NO, f"judged as if it were {statement.judged_at} (`--now`)", "judge again without `--now`")
    seconds = _seconds(statement.judged_at, now)
    if seconds is None or seconds < -SKEW:
        return Check("age", Holds.NO, f"judged at {statement.judged_at}, and now is {now}", "set the clocks")
    told = f"judged {age_of(statement.judged_at, now) or 'just now'}"
    if seconds > most:
        return Check("age", Holds.NO, f"{told}, which is more than {most_text}", f"{_AGAIN}; or allow more: `--max-age`")
    return Check("age", Holds.YES, f"{told} by gate {statement.gate_version[:20]} (at most {most_text})")


def _seconds(then: str, now: str) -> int | None:
    from datetime import datetime

    try:
        first, last = (datetime.strptime(each, "%Y-%m-%dT%H:%M:%SZ") for each in (then, now))
    except ValueError:
        return None
    return int((last - first).total_seconds())


def evidence(statement: Statement, demanded: str) -> Check:
    """Whether gate measured what the rules rest on, where that is demanded."""
    if statement.evidence == "measured":
        return Check("evidence", Holds.YES, "measured: gate counted the rows")
    what = f"claimed: gate did not measure {_some(statement.claimed) or 'what was judged'}"
    if demanded == "measured":
        return Check("evidence", Holds.NO, what, "judge rows of predictions: gate check predictions.parquet")
    return Check("evidence", Holds.YES, what)


def waivers(statement: Statement, today: str, allowed: bool) -> Check:
    """Whether no waiver was used, or those that were are allowed and have not ended since; they are named."""
    if not statement.waivers:
        return Check("waivers", Holds.YES, "none")
    told = _list(f"{_of(each.rule, each.slice)} by {each.by}{_until(each.until)}: {each.why}" for each in statement.waivers)
    if ended := [each for each in statement.waivers if each.until and each.until < today]:
        names = ", ".join(f"{_of(each.rule, each.slice)} on {each.until}" for each in ended[:_MOST])
        return Check("waivers", Holds.NO, f"ended since: {names}", f"ask {ended[0].by} for a new one, and judge again")
    if not allowed:
        return Check("waivers", Holds.NO, told, "mend the model, or take `--no-waivers` out")
    return Check("waivers", Holds.REMARK, told)


def _list(told: Iterable[str]) -> str:
    return "; ".join(told)


def _of(rule: str, on: str) -> str:
    return f"{rule}[{on}]" if on else rule


def _until(day: str) -> str:
    return f" until {day}" if day else ""
