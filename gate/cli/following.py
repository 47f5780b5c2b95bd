"""What follows the verdict of `gate check`: the actions of its policies."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from gate.app import outputs
from gate.app.judging import Judging
from gate.app.outputs import Output
from gate.cli.console import complain
from gate.terms.decision import Decision


def followed(
    decision: Decision, judging: Judging, wanted: Sequence[Output], environ: Mapping[str, str], *, act: bool
) -> Decision:
    """The decision with what follows it. Nothing is started before every report could be written; trouble changes no verdict.

    Raises OutputError.
    """
    if decision.monitors and not decision.passed:
        from gate.app.history.rollback import with_target

        decision = with_target(decision, judging, environ)
    if not any(policy.actions for policy in judging.policies):
        if act:
            complain("--act: no policy here has `actions`")
        return decision
    from gate.app.acting.acting import acted

    if act:
        outputs.write([each for each in wanted if each.path != "-" and each.form != outputs.SIGNED], decision, decision.exit_code)
    decision = acted(decision, judging, environ, act=act)
    for each in decision.actions:
        if each.status == "failed":
            complain(f"not done: {each.text}: {each.why}")
    return decision
