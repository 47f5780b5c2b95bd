"""The options of `gate check` that make an attestation: which model, and whose signature."""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable, Mapping, Sequence

from gate.app.outputs import SIGNED, Output, remove
from gate.errors import OverwriteError, Problem, UsageError

ENDINGS = (".intoto.json", ".dsse.json", ".sigstore.json")  # of attestations, as `gate verify` looks for them


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add them."""
    add = parser.add_argument
    model = "the model that is judged, a file or a folder: its digests go into the decision; repeatable"
    add("--model", action="append", default=[], metavar="PATH", help=model)
    key = "sign `-o decision.intoto.json` with this private key (PEM; passphrase: $GATE_SIGN_PASSPHRASE)"
    add("--sign-key", default="", metavar="FILE", help=key)
    add("--sign-keyless", action="store_true", help="sign it with sigstore, as this CI job")


def signer(args: argparse.Namespace, wanted: Sequence[Output], environ: Mapping[str, str]) -> Callable[[str], str] | None:
    """What signs attestations; None where they stay unsigned. Raises GateError before anything is judged."""
    _refuse(args, wanted)
    if args.sign_key:
        from gate.attest import keys

        return keys.signer(args.sign_key, environ)
    if args.sign_keyless:
        from gate.attest import keyless

        return keyless.signer()
    return None


def _refuse(args: argparse.Namespace, wanted: Sequence[Output]) -> None:
    """Refuse options that lack one another. Raises UsageError."""
    attested = [output for output in wanted if output.form == SIGNED]
    if attested and not args.model:
        remedy = "name the model's files or folder: `--model PATH`"
        raise UsageError(Problem("no-model", "an attestation says which model it is about", remedy=remedy))
    if (args.sign_key or args.sign_keyless) and not attested:
        raise UsageError(Problem("usage", "there is nothing to sign", remedy="-o decision.intoto.json"))
    if args.sign_key and args.sign_keyless:
        raise UsageError(Problem("usage", "`--sign-key` and `--sign-keyless` exclude each other", remedy="choose one"))


def protect(models: Sequence[str], wanted: Sequence[Output]) -> None:
    """Refuse reports that would become a part of the model; of files there, only an attestation is none. Raises OverwriteError.

    Nothing in the model is touched; every other report of an earlier run is gone.
    """
    attested = [output for output in wanted if output.form == SIGNED and output.path.lower().endswith(ENDINGS)]
    allowed = attested if len(attested) == 1 else []
    clash = [output for output in wanted if output not in allowed and would_change(models, output)]
    if clash:
        remove(output for output in wanted if output not in clash)
        what = f"the report `{clash[0].path}` would become a part of the model"
        raise OverwriteError(Problem("bad-output", what, remedy="write it elsewhere"))


def would_change(models: Sequence[str], output: Output) -> bool:
    """Whether a report would lie in the folder of a model."""
    place = os.path.realpath(output.path)
    return output.path != "-" and any(place.startswith(os.path.join(os.path.realpath(model), "")) for model in models)
