"""TensorBoard: the scalars of an event file, by its own package (the extra `tensorboard`); the last value of a tag counts."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from importlib import import_module
from typing import Any, NamedTuple

from gate.errors import MissingExtraError
from gate.readers.draft import Draft
from gate.readers.source import SourceFile
from gate.terms.measurements import Measurements

_HEAD = 12  # of a record: the length in eight bytes, and its checksum in four
_TAIL = 4
_VERSION = b"brain.Event:"  # the first record of every event file
_SCALARS = "scalars"  # the plugin whose tensors are scalars; TensorFlow 2 writes them so
_PROGRESS = ("epoch", "step")
_NUMERIC = frozenset((1, 2, 3, 4, 5, 6, 9, 14, 17, 19, 22, 23))  # float, double, the integers, bfloat16, half
_LARGEST_CHECKED = 1 << 16  # bytes; a longer record holds no scalars but pictures, and its checksum takes long


class _Scalar(NamedTuple):
    step: int
    value: Any


def recognises(file: SourceFile) -> bool:
    """Whether the first record says that events follow."""
    return _VERSION in file.data[_HEAD : _HEAD + 64]


def read(file: SourceFile) -> Measurements:
    """The last value of each tag. Raises InputError where the file is damaged or cut, MissingExtraError."""
    draft = Draft(file, "an event file of TensorBoard")
    try:
        event_type = import_module("tensorboard.compat.proto.event_pb2").Event
        broken = import_module("google.protobuf.message").DecodeError
        to_array = import_module("tensorboard.util.tensor_util").make_ndarray
    except ImportError:
        raise MissingExtraError("reading event files of TensorBoard", "tensorboard") from None
    last: dict[str, _Scalar | None] = {}
    plugins: dict[str, str] = {}
    for at, record in _records(draft, file.data):
        try:
            event = event_type.FromString(record)
        except broken:
            raise draft.refusal(f"the record at byte {at:,} is no event") from None
        for value in event.summary.value:
            # What a tag holds is said where it first occurs, and only there.
            plugins.setdefault(value.tag, value.metadata.plugin_data.plugin_name)
            found = _scalar(value, plugins[value.tag], to_array)
            if found is not None or value.tag not in last:
                last[value.tag] = None if found is None else _Scalar(event.step, found)
    for tag, scalar in last.items():
        if scalar is None:
            draft.leave(tag, "not a scalar")
        elif tag in _PROGRESS:
            draft.leave(tag, "says how far the run went")
        else:
            draft.add(tag, scalar.value)
    return draft.finished()


def _scalar(value: Any, plugin: str, to_array: Any) -> Any:
    """The number of a summary's value, or None where it is none: a picture, a histogram, a text."""
    if value.WhichOneof("value") == "simple_value":
        return value.simple_value
    if value.WhichOneof("value") != "tensor" or plugin != _SCALARS:
        return None
    tensor = value.tensor
    # One number, whatever is claimed: an array of a declared size is never made.
    if tensor.dtype not in _NUMERIC or any(dim.size != 1 for dim in tensor.tensor_shape.dim):
        return None
    try:
        return to_array(tensor).item()
    except (ValueError, TypeError):
        return None


# -- records: https://www.tensorflow.org/tutorials/load_data/tfrecord


def _records(draft: Draft, data: bytes) -> Iterator[tuple[int, bytes]]:
    """Each record with where it begins. Raises InputError for one that is cut or does not match its checksum."""
    at = 0
    while at < len(data):
        head = data[at : at + _HEAD]
        length = int.from_bytes(head[:8], "little")
        if len(head) == _HEAD and int.from_bytes(head[8:], "little") != _masked(head[:8]):
            raise draft.refusal(f"the record at byte {at:,} does not match its checksum")
        end = at + _HEAD + length
        if len(head) < _HEAD or end + _TAIL > len(data):
            remedy = "is the run still writing it? gate reads it when the run is over"
            raise draft.refusal(f"the record at byte {at:,} is cut off", remedy=remedy)
        record = data[at + _HEAD : end]
        if length <= _LARGEST_CHECKED and int.from_bytes(data[end : end + _TAIL], "little") != _masked(record):
            raise draft.refusal(f"the record at byte {at:,} does not match its checksum")
        yield at, record
        at = end + _TAIL


def _masked(data: bytes) -> int:
    """The checksum of a record, CRC-32C turned by 15 bits and moved by a constant."""
    crc = 0xFFFFFFFF
    table = _table()
    for byte in data:
        crc = table[(crc ^ byte) & 0xFF] ^ (crc >> 8)
    crc ^= 0xFFFFFFFF
    return ((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF


@lru_cache(maxsize=1)
def _table() -> tuple[int, ...]:
    table = []
    for byte in range(256):
        for _ in range(8):
            byte = byte >> 1 ^ (0x82F63B78 if byte & 1 else 0)
        table.append(byte)
    return tuple(table)
