"""The records' decorator does what the standard library's does; each test runs on both."""

from __future__ import annotations

import copy
import dataclasses
import importlib
import pickle
import pkgutil
from collections.abc import Mapping
from typing import Any, ClassVar

import pytest

import gate
from gate.errors import Place
from gate.record import dataclass, field, replace
from gate.terms.decision import Decision, Verdict
from gate.terms.slice import Slice


@dataclass(frozen=True, slots=True)
class Point:
    x: int
    y: int = 2
    tags: list[str] = field(default_factory=list, compare=False)
    kind: ClassVar[str] = "point"

    @property
    def total(self) -> int:
        return self.x + self.y

    @classmethod
    def origin(cls) -> Point:
        return cls(0, 0)


@dataclasses.dataclass(frozen=True, slots=True)
class StandardPoint:
    x: int
    y: int = 2
    tags: list[str] = dataclasses.field(default_factory=list, compare=False)
    kind: ClassVar[str] = "point"

    @property
    def total(self) -> int:
        return self.x + self.y

    @classmethod
    def origin(cls) -> StandardPoint:
        return cls(0, 0)


@dataclass(slots=True)
class Open:
    count: int = 0


@dataclasses.dataclass(slots=True)
class StandardOpen:
    count: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    a: int
    b: int = 1


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class StandardNamed:
    a: int
    b: int = 1


@dataclass(frozen=True, slots=True, order=True)
class Version:
    major: int
    minor: int = 0


@dataclasses.dataclass(frozen=True, slots=True, order=True)
class StandardVersion:
    major: int
    minor: int = 0


@dataclass(frozen=True, slots=True, repr=False)
class Quiet:
    secret: str

    def __repr__(self) -> str:
        return "<Quiet>"


@dataclass(frozen=True, slots=True)
class Empty:
    pass


POINTS = pytest.mark.parametrize("make", [Point, StandardPoint])
OPEN = pytest.mark.parametrize("make", [Open, StandardOpen])
NAMED = pytest.mark.parametrize("make", [Named, StandardNamed])
VERSIONS = pytest.mark.parametrize("make", [Version, StandardVersion])


@POINTS
def test_fields_by_place_by_name_and_by_default(make: Any) -> None:
    assert [(p.x, p.y) for p in (make(1), make(1, 5), make(y=5, x=1), make(1, y=5))] == [(1, 2), (1, 5), (1, 5), (1, 5)]


@POINTS
@pytest.mark.parametrize(("args", "named"), [((), {}), ((1, 2, [], 4), {}), ((1,), {"x": 2}), ((1,), {"z": 2})])
def test_wrong_arguments_are_refused(make: Any, args: tuple[Any, ...], named: dict[str, Any]) -> None:
    with pytest.raises(TypeError, match="__init__"):
        make(*args, **named)


def test_wrong_arguments_are_refused_on_a_class_that_has_no_instance_yet() -> None:
    @dataclass(frozen=True, slots=True)
    class Fresh:
        x: int

    with pytest.raises(TypeError, match="__init__"):
        Fresh()  # type: ignore[call-arg]
    assert Fresh(1).x == 1


@POINTS
def test_a_default_factory_makes_a_new_value_for_each(make: Any) -> None:
    first, second = make(1), make(1)
    first.tags.append("a")
    assert (first.tags, second.tags) == (["a"], [])
    assert make(1, 2, ["given"]).tags == ["given"]


@POINTS
def test_what_a_class_defines_itself_stays(make: Any) -> None:
    assert make(1).total == 3
    assert make.origin() == make(0, 0)
    assert make.kind == "point"
    assert make.__doc__ == Point.__doc__ or make is StandardPoint


@POINTS
def test_a_frozen_record_cannot_be_changed(make: Any) -> None:
    point = make(1)
    for change in (lambda: setattr(point, "x", 2), lambda: setattr(point, "other", 2), lambda: delattr(point, "x")):
        with pytest.raises((AttributeError, TypeError)):
            change()
    assert point.x == 1


@POINTS
def test_a_record_is_slotted(make: Any) -> None:
    assert not hasattr(make(1), "__dict__")
    assert make.__slots__ == ("x", "y", "tags")


@OPEN
def test_a_record_that_is_not_frozen_can_be_changed_and_has_no_hash(make: Any) -> None:
    record = make()
    record.count += 1
    assert record == make(1)
    with pytest.raises(TypeError):
        hash(record)
    with pytest.raises(AttributeError):
        record.other = 1


@NAMED
def test_fields_by_name_only(make: Any) -> None:
    assert make(a=1).b == 1
    with pytest.raises(TypeError, match="__init__"):
        make(1)
    with pytest.raises(TypeError, match="__init__"):
        make(b=2)
    assert make.__match_args__ == ()


@POINTS
def test_equality_and_hash_leave_out_what_does_not_count(make: Any) -> None:
    assert make(1, 2, ["a"]) == make(1, 2, ["b"])
    assert hash(make(1, 2, ["a"])) == hash(make(1, 2, ["b"]))
    assert make(1, 2) != make(1, 3)
    assert make(1) != (1, 2)
    assert len({make(1), make(1), make(2)}) == 2


def test_records_of_different_classes_are_different() -> None:
    assert Named(a=1, b=0) != Version(1, 0)
    assert Point(1) != StandardPoint(1)
    with pytest.raises(TypeError):
        assert Version(1) < Point(1)  # type: ignore[operator]


def test_a_class_with_a_hash_of_a_field_that_has_none_refuses() -> None:
    @dataclass(frozen=True, slots=True)
    class Holds:
        items: Any

    with pytest.raises(TypeError):
        hash(Holds([]))


@VERSIONS
def test_order(make: Any) -> None:
    newer, older = make(2, 1), make(1, 9)
    assert older < newer
    assert newer > older
    assert not newer < newer
    assert older <= newer
    assert newer <= newer
    assert newer >= older
    assert newer >= newer
    assert not older >= newer
    assert sorted([newer, older]) == [older, newer]
    assert max(older, newer) is newer


def test_a_record_without_order_refuses_to_be_sorted() -> None:
    with pytest.raises(TypeError):
        assert Point(1) < Point(2)  # type: ignore[operator]


@POINTS
def test_repr(make: Any) -> None:
    assert repr(make(1)) == f"{make.__name__}(x=1, y=2, tags=[])"


def test_a_repr_of_its_own_and_an_empty_record() -> None:
    assert repr(Quiet("s")) == "<Quiet>"
    assert repr(Empty()) == "Empty()"
    assert Empty() == Empty()
    assert hash(Empty()) == hash(Empty())
    assert len({Empty(), Empty()}) == 1


@POINTS
def test_matching(make: Any) -> None:
    match make(1, 5):
        case Point(x, y) | StandardPoint(x, y):
            assert (x, y) == (1, 5)
        case _:
            pytest.fail("no match")


@pytest.mark.parametrize("record", [Point(1, 3, ["a"]), Open(4), Named(a=1), Version(1), Empty(), Slice.of({"region": "eu"})])
@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_pickling(record: Any, protocol: int) -> None:
    again = pickle.loads(pickle.dumps(record, protocol))
    assert again == record
    assert type(again) is type(record)
    assert getattr(again, "tags", []) == getattr(record, "tags", [])


def test_copying() -> None:
    point = Point(1, 3, ["a"])
    shallow, deep = copy.copy(point), copy.deepcopy(point)
    assert shallow == deep == point
    assert shallow.tags is point.tags
    assert deep.tags == ["a"]
    assert deep.tags is not point.tags


def test_replacing() -> None:
    point = Point(1, 3, ["a"])
    for change in (replace, dataclasses.replace):
        changed = change(point, y=4)
        assert (changed.x, changed.y, changed.tags, point.y) == (1, 4, ["a"], 3)
        with pytest.raises(TypeError):
            change(point, z=4)


@pytest.mark.parametrize(("ours", "standard"), [(Point, StandardPoint), (Open, StandardOpen), (Named, StandardNamed)])
def test_the_standard_library_knows_a_record(ours: Any, standard: Any) -> None:
    assert dataclasses.is_dataclass(ours)
    told = [[(f.name, f.type, f.compare, f.kw_only, f.default) for f in dataclasses.fields(each)] for each in (ours, standard)]
    assert told[0] == told[1]
    factories = [[f.default_factory for f in dataclasses.fields(each)] for each in (ours, standard)]
    assert factories[0] == factories[1]


def test_a_record_as_a_dictionary_and_as_a_tuple() -> None:
    point = Point(1, 2, ["a"])
    assert dataclasses.asdict(point) == {"x": 1, "y": 2, "tags": ["a"]}
    assert dataclasses.astuple(point) == (1, 2, ["a"])
    decision = Decision(Verdict.PASS)
    assert list(dataclasses.asdict(decision)) == [each.name for each in dataclasses.fields(Decision)]


def test_a_record_that_is_not_slotted_is_refused() -> None:
    with pytest.raises(TypeError, match="slotted"):

        @dataclass(frozen=True)
        class Loose:
            x: int


def records() -> list[type]:
    """Every record of the package."""
    found: list[type] = []
    for module in pkgutil.walk_packages(gate.__path__, "gate."):
        content = vars(importlib.import_module(module.name)).values()
        found += [each for each in content if isinstance(each, type) and "_record" in vars(each)]
    return list(dict.fromkeys(found))


def test_no_record_inherits_from_another() -> None:
    """The decorator looks at a class's own fields only, so a record neither has nor is a parent."""
    assert len(records()) > 30
    assert [each for each in records() if each.__bases__ != (object,) or each.__subclasses__()] == []


def test_names_of_fields_cannot_hide_what_the_init_uses() -> None:
    @dataclass(frozen=True, slots=True)
    class Awkward:
        none: int
        set_none: int = 1
        made: Mapping[str, int] = field(default_factory=dict)

    found = Awkward(1)
    assert (found.none, found.set_none, found.made) == (1, 1, {})
    assert Place("gate.yaml", 1).__class__.__name__ == "Place"
