"""`gate publish`: in a trusted job, judge again and tell."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from typing import TYPE_CHECKING

from gate.cli.console import complain, say, terminal
from gate.cli.main import LONGEST_LINE, MOST_LINES
from gate.errors import UsageError
from gate.reports.plain import clip

if TYPE_CHECKING:
    from gate.app.publish.publish import Publication

EXAMPLES = """\
  gate publish                           the artifact of the run that started this workflow_run
  gate publish decision.json -p gate.yaml
  gate publish a/decision.json b/decision.json       one comment, the worst first

Only measurements are taken from a decision; the policy is this checkout's, or --policy-from's.
What cannot be judged again gets a comment headed "Unverified", and no check.

exit codes: those of `gate check`, of the worst decision; 2 when one cannot be judged again"""


def arguments(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("decisions", nargs="*", metavar="DECISION", help="a decision.json of the change's own job")
    policy = "a policy; repeatable, all must hold (default: the nearest gate.yaml)"
    add("-p", "--policy", action="append", default=[], metavar="POLICY", help=policy)
    add("--policy-from", default="", metavar="REF", help="read the policy, and all it names, at this revision")
    baseline = "what to compare with; never taken from the decision"
    add("-b", "--baseline", action="append", default=[], metavar="BASELINE", help=baseline)
    artifact = "the artifact to look for when no DECISION is named (default: gate-decision)"
    add("--artifact", default="gate-decision", metavar="NAME", help=artifact)
    add("--check-name", default="gate", metavar="NAME", help="what the check on the commit is called (default: gate)")
    add("--no-comment", action="store_true", help="do not comment")
    add("--no-check", action="store_true", help="set no check")
    add("--strict-publish", action="store_true", help="exit 2 when something could not be posted")
    outputs = "set the outputs of a GitHub step (verdict, exit-code, unverified, comment-url, check-url), and its summary"
    add("--github-output", action="store_true", help=outputs)


def run(args: argparse.Namespace, environ: Mapping[str, str]) -> int:
    from gate.app.publish.publish import PublishRequest, publish
    from gate.reports import text

    request = PublishRequest(
        decisions=args.decisions,
        policies=args.policy,
        policy_from=args.policy_from,
        baselines=args.baseline,
        artifact=args.artifact,
        check_name=args.check_name,
        comment=not args.no_comment,
        check=not args.no_check,
        environ=environ,
    )
    found = publish(request)
    shape = terminal(environ)
    for each in found.unverified:
        complain(f"unverified: {each.name}")
        for line in [line for reason in each.reasons for line in reason.split("\n")][:MOST_LINES]:
            complain(f"  {clip(line, LONGEST_LINE)}")
    for decision in found.decisions:
        say(text.render(decision, columns=shape.columns, colour=shape.colour, ascii_only=shape.ascii_only))
    for url in (*found.comment_urls, found.check_url):
        if url:
            say(url)
    return _ended(found, args, environ)


def _ended(found: Publication, args: argparse.Namespace, environ: Mapping[str, str]) -> int:
    """The exit code, which is in the step's outputs, too."""
    from gate.app.publish.posting import step

    code = UsageError.exit_code if args.strict_publish and found.troubles else found.exit_code
    more = step(found, environ, code) if args.github_output else ()
    for trouble in (*found.troubles, *more):
        complain(trouble)
    return UsageError.exit_code if args.strict_publish and more else code
