"""Dataclasses that cost nothing until they are used.

The standard library's decorator writes and compiles six methods for every class when a module is imported,
and needs `inspect`: for gate's fifty records that is a third of the whole time of a check (see
benchmarks/RESULTS.md). Here the methods are shared, and a class's `__init__` is compiled when its first
instance is made. Type checkers see the real decorator; `dataclasses.fields`, `asdict`, `replace` and
`is_dataclass` work on these classes too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dataclasses import dataclass, field, replace
else:
    from operator import attrgetter, ge, gt, le, lt

    _MISSING = object()

    class _Field:
        """A field's default and whether it counts when records are compared."""

        __slots__ = ("compare", "default", "factory")

        def __init__(self, default: Any, factory: Any, compare: bool) -> None:
            self.default = default
            self.factory = factory
            self.compare = compare

    def field(*, default: Any = _MISSING, default_factory: Any = _MISSING, compare: bool = True) -> Any:
        return _Field(default, default_factory, compare)

    def dataclass(
        cls: Any = None,
        /,
        *,
        frozen: bool = False,
        slots: bool = False,
        kw_only: bool = False,
        order: bool = False,
        repr: bool = True,  # noqa: A002
    ) -> Any:
        def make(plain: type) -> type:
            if not slots:
                raise TypeError(f"{plain.__name__}: records are slotted")
            return _make(plain, frozen, kw_only, order, repr)

        return make if cls is None else make(cls)

    def replace(record: Any, /, **changes: Any) -> Any:
        values = {name: getattr(record, name) for name in record.__slots__}
        values.update(changes)
        return type(record)(**values)

    def _make(plain: type, frozen: bool, kw_only: bool, order: bool, show: bool) -> type:
        content = dict(plain.__dict__)
        names = tuple(name for name, kind in content.get("__annotations__", {}).items() if not str(kind).startswith("ClassVar"))
        fields = {name: _as_field(content.pop(name, _MISSING)) for name in names}
        for left_over in ("__dict__", "__weakref__"):
            content.pop(left_over, None)
        content["__slots__"] = names
        content["__match_args__"] = () if kw_only else names
        content["_record"] = (fields, kw_only)
        content["__dataclass_fields__"] = _Fields()
        content.setdefault("__init__", _first_init)
        content["__reduce__"] = _reduce
        compared = tuple(name for name, each in fields.items() if each.compare)
        content["_compared"] = staticmethod(attrgetter(*compared)) if compared else staticmethod(lambda _: ())
        content["__eq__"] = _equal
        content["__hash__"] = _hash if frozen else None
        if show:
            content.setdefault("__repr__", _repr)
        if frozen:
            content["__setattr__"] = _refuse
            content["__delattr__"] = _refuse
        if order:
            content.update({f"__{holds.__name__}__": _ordered(holds) for holds in (lt, le, gt, ge)})
        made = type(plain)(plain.__name__, plain.__bases__, content)
        made.__qualname__ = plain.__qualname__
        return made

    def _as_field(default: Any) -> _Field:
        return default if isinstance(default, _Field) else _Field(default, _MISSING, True)

    def _first_init(self: Any, *args: Any, **named: Any) -> None:
        """Compile the class's own `__init__`, put it in this one's place, and run it."""
        cls = type(self)
        cls.__init__ = _compile_init(cls)
        cls.__init__(self, *args, **named)

    def _compile_init(cls: type) -> Any:
        fields, kw_only = cls._record
        names: dict[str, Any] = {"_none": _MISSING}
        written: list[str] = []
        body: list[str] = []
        for name, each in fields.items():
            names[f"_set_{name}"] = getattr(cls, name).__set__
            value = name
            if each.factory is not _MISSING:
                names[f"_make_{name}"] = each.factory
                written.append(f"{name}=_none")
                value = f"_make_{name}() if {name} is _none else {name}"
            elif each.default is not _MISSING:
                names[f"_default_{name}"] = each.default
                written.append(f"{name}=_default_{name}")
            else:
                written.append(name)
            body.append(f" _set_{name}(self, {value})")
        star = ["*"] if kw_only and written else []
        source = f"def __init__({', '.join(['self', *star, *written])}):\n" + ("\n".join(body) or " pass")
        exec(source, names)  # the same that dataclasses does; only field names go in
        init = names["__init__"]
        init.__qualname__ = f"{cls.__qualname__}.__init__"
        return init

    def _equal(self: Any, other: Any) -> Any:
        if type(other) is not type(self):
            return NotImplemented
        compared = type(self)._compared
        return compared(self) == compared(other)

    def _hash(self: Any) -> int:
        return hash(type(self)._compared(self))

    def _ordered(holds: Any) -> Any:
        def compare(self: Any, other: Any) -> Any:
            if type(other) is not type(self):
                return NotImplemented
            compared = type(self)._compared
            return holds(compared(self), compared(other))

        return compare

    def _repr(self: Any) -> str:
        return f"{type(self).__qualname__}({', '.join(f'{name}={getattr(self, name)!r}' for name in self.__slots__)})"

    def _refuse(self: Any, name: str, *_: Any) -> None:
        raise AttributeError(f"{type(self).__name__} is frozen: `{name}` cannot be set")

    def _reduce(self: Any) -> Any:
        values = {name: getattr(self, name) for name in self.__slots__}
        return _restore, (type(self), values)

    def _restore(cls: type, values: dict[str, Any]) -> Any:
        return cls(**values)

    class _Fields:
        """The fields as the standard library describes them, for those who ask."""

        def __get__(self, _: Any, cls: type) -> dict[str, Any]:
            import dataclasses

            fields, kw_only = cls._record
            described: dict[str, Any] = {}
            for name, each in fields.items():
                default = dataclasses.MISSING if each.default is _MISSING else each.default
                factory = dataclasses.MISSING if each.factory is _MISSING else each.factory
                one = (
                    dataclasses.field(default=default, compare=each.compare, kw_only=kw_only)
                    if factory is dataclasses.MISSING
                    else (dataclasses.field(default_factory=factory, compare=each.compare, kw_only=kw_only))
                )
                one.name, one.type, one._field_type = name, cls.__annotations__[name], dataclasses._FIELD
                described[name] = one
            return described


__all__ = ["dataclass", "field", "replace"]
