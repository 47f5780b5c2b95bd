"""`gate verify`: the first line of a deploy step."""

from __future__ import annotations

import argparse
from collections.abc import Mapping

from gate.cli.console import say, terminal

EXAMPLES = """\
  gate verify model/ --key gate.pub                   by the nearest gate.yaml
  gate verify model.onnx --key gate.pub --policy-from origin/main
  gate verify model/ --unsigned -p sha256:1f0c…       by a policy's digest; no signature is checked
  gate verify model/ --identity "$WORKFLOW" --issuer https://token.actions.githubusercontent.com

The attestation comes from: gate check … --model PATH -o decision.intoto.json --sign-key FILE

exit codes: 0 every check holds · 1 one does not: do not deploy · 2 could not run"""


def arguments(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("models", nargs="*", metavar="PATH", help="the model that would be deployed: files or folders")
    beside = "the attestation (default: the one in or beside the model that ends in .intoto.json, .dsse.json or .sigstore.json)"
    add("--attestation", default="", metavar="FILE", help=beside)
    policy = "the policy that must have judged, or sha256:DIGEST; repeatable (default: the nearest gate.yaml)"
    add("-p", "--policy", action="append", default=[], metavar="POLICY", help=policy)
    add("--policy-from", default="", metavar="REF", help="read the policy, and all it names, at this revision")
    key = "the public key (PEM) of who must have signed; repeatable, one of them is enough"
    add("--key", action="append", default=[], metavar="FILE", help=key)
    add("--identity", default="", metavar="NAME", help="who must have signed by sigstore: a workflow at its ref, an address")
    add("--issuer", default="", metavar="URL", help="who vouches for that identity")
    add("--trusted-root", default="", metavar="FILE", help="roots of a sigstore of your own (default: the public one's)")
    add("--unsigned", action="store_true", help="check no signature: something else has checked the attestation")
    add("--max-age", default="7d", metavar="SPAN", help="how old the decision may be: 7d, 12h, 30m (default: 7d)")
    add("--evidence", default="", metavar="KIND", help="`measured`: every rule must rest on rows that gate counted itself")
    add("--no-waivers", action="store_true", help="no rule may have been waived")


def run(args: argparse.Namespace, environ: Mapping[str, str]) -> int:
    from gate.app.verify import VerifyRequest, verified
    from gate.attest import verification_text

    found = verified(
        VerifyRequest(
            models=args.models,
            attestation=args.attestation,
            policies=args.policy,
            policy_from=args.policy_from,
            keys=args.key,
            identity=args.identity,
            issuer=args.issuer,
            trusted_root=args.trusted_root,
            unsigned=args.unsigned,
            max_age=args.max_age,
            evidence=args.evidence,
            waivers=not args.no_waivers,
            environ=environ,
        )
    )
    shape = terminal(environ)
    say(verification_text.render(found, columns=shape.columns, colour=shape.colour, ascii_only=shape.ascii_only))
    return found.exit_code
