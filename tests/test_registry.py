"""Rooms and what is in them."""

from __future__ import annotations

import importlib.util

import pytest

from gate import registry
from gate.errors import UsageError


def test_a_module_is_loaded_by_its_name() -> None:
    assert registry.load("readers", "metrics").__name__ == "gate.readers.metrics"


def test_names_are_in_order() -> None:
    assert registry.names("reports")[0] == "text"


def test_an_unknown_name_is_refused_with_those_there_are() -> None:
    with pytest.raises(UsageError, match="text, markdown, html, json") as caught:
        registry.load("reports", "pdf")
    assert caught.value.problems[0].slug == "unknown-module"


def test_an_unknown_room_is_a_bug() -> None:
    with pytest.raises(KeyError):
        registry.names("kitchen")


@pytest.mark.parametrize(
    ("room", "verbs"), [("readers", ("recognises", "read")), ("reports", ("render",)), ("baselines", ("find",))]
)
def test_every_module_of_a_room_has_its_verbs(room: str, verbs: tuple[str, ...]) -> None:
    for name in registry.names(room):
        module = registry.load(room, name)
        for verb in verbs:
            assert callable(getattr(module, verb)), f"{module.__name__} has no {verb}"
        assert importlib.util.find_spec(module.__name__) is not None


def test_a_mark_may_have_alternatives(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(registry._MARKS, "tool", (b"a", (b"b", b"c")))
    assert registry.marked("tool", b"a c")
    assert registry.marked("tool", b"b a")
    assert not registry.marked("tool", b"b c")
    assert not registry.marked("tool", b"a")
    assert registry.marked("unmarked", b"")
