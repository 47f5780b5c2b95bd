"""`extends`: the files a policy builds on, each once, those it builds on first."""

from __future__ import annotations

import os

from gate.documents.document import Mark, shown
from gate.errors import GateError, PolicyError, Problem
from gate.policy import packs, shape, text
from gate.policy.explain import explain
from gate.policy.text import PINNED, PolicyText
from gate.record import dataclass

PACK_KEYS = frozenset(("gate", "name", "description", "extends", "params", "rules"))
MAX_LAYERS = 100


@dataclass(frozen=True, slots=True)
class Layer:
    """A file of the policy; `origin` is how `extends` names it, empty for the policy itself."""

    source: PolicyText
    origin: str = ""


def layers(source: PolicyText) -> list[Layer]:
    """The policy's files, inherited ones first, itself last. Raises PolicyError."""
    found: dict[str, Layer] = {}
    _collect(Layer(source), found, ())
    return list(found.values())


def checked(source: PolicyText) -> PolicyText:
    """The same, once its shape is that of a policy."""
    if not shape.accepts(source.value):
        raise PolicyError(*explain(source))
    return source


def _collect(layer: Layer, found: dict[str, Layer], above: tuple[str, ...]) -> None:
    source = layer.source
    key = _key(source)
    if layer.origin:
        _only_pack_keys(layer)
    entries = source.value.get("extends")
    for name, mark in zip(entries or (), entries.marks if entries else (), strict=True):
        parent = _open(source, name, mark)
        parent_key = _key(parent)
        if parent_key == key or parent_key in above:
            raise PolicyError(
                source.problem("extends-cycle", f"`{name}` extends this file in turn", mark, "take one of the two out")
            )
        if parent_key not in found:
            if len(found) + len(above) >= MAX_LAYERS:
                raise PolicyError(source.problem("extends-cycle", f"more than {MAX_LAYERS} files", mark, "join some of them"))
            _collect(Layer(parent, name), found, (*above, key))
    found[key] = layer


def _key(source: PolicyText) -> str:
    """The same for the same file."""
    return f"{source.files.revision}:{source.files.identity(source.path) if source.path else source.file}"


def _open(source: PolicyText, name: str, mark: Mark) -> PolicyText:
    if name.startswith(PINNED):
        return _open_pinned(source, name, mark)
    if "/" in name or name.endswith((".yaml", ".yml")):
        return _open_file(source, name, mark)
    known = packs.names()
    if name not in known:
        from difflib import get_close_matches

        close = get_close_matches(name, known, 1, 0.5)
        hint = (
            f"did you mean `{close[0]}`? " if close else ""
        ) + f"packs are {', '.join(known)}; a file is written `./{name}.yaml`"
        raise PolicyError(source.problem("unknown-pack", f"there is no pack `{name[:80]}`", mark, hint))
    return checked(text.read(packs.path_of(name), f"{name} (pack)"))


def _open_pinned(source: PolicyText, name: str, mark: Mark) -> PolicyText:
    from gate.policy.pinned import open_pinned

    known = getattr(source.files, "packs", None)  # files of a change under judgement may send gate to no other place
    if known is not None and name not in known:
        what = f"the pack `{shown(name, 80)}` is not fetched: the policy that judges does not name it"
        raise PolicyError(source.problem("pack-address", what, mark, "it counts once this change is merged"))
    try:
        pinned = open_pinned(name)
        there = pinned.files.is_file(pinned.path)
    except GateError as error:
        raise PolicyError(*(source.problem(each.slug, each.message, mark, each.remedy) for each in error.problems)) from None
    if not there:
        what = f"there is no file `{shown(pinned.path)}` at that commit"
        raise PolicyError(source.problem("policy-not-found", what, mark, "its path is written from the root of that repository"))
    return checked(text.read(pinned.path, pinned.file, pinned.files))


def _open_file(source: PolicyText, name: str, mark: Mark) -> PolicyText:
    if not name.startswith("./") or ".." in name.split("/"):
        raise PolicyError(
            source.problem("extends-path", "a file to extend lies below this one", mark, "write `./base.yaml`, without `..`")
        )
    path = os.path.join(os.path.dirname(source.path), name[2:])
    file = os.path.normpath(os.path.join(os.path.dirname(source.file), name[2:]))
    if not source.files.is_file(path):
        what = f"there is no file `{name[:80]}` beside this policy"
        raise PolicyError(source.problem("policy-not-found", what, mark, "names are relative to the file that they stand in"))
    return checked(text.read(path, file, source.files))


def _only_pack_keys(layer: Layer) -> None:
    source = layer.source
    problems: list[Problem] = []
    for key in source.value:
        if key not in PACK_KEYS:
            what = f"`{key}` is not inherited, so `{layer.origin}` may not hold it"
            remedy = "what is extended holds rules, params and text; give the rest in the policy, or judge both: `-p A -p B`"
            problems.append(source.key_problem("pack-key", what, source.value.marks[key], key, remedy))
    if problems:
        raise PolicyError(*problems)
