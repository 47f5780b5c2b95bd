"""TensorBoard's event files: every scalar of both kinds, none of a damaged file."""

from __future__ import annotations

import random
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from gate.errors import GateError, InputError
from gate.readers import tensorboard
from gate.readers.source import SourceFile
from gate.terms.measurements import Measurements

SAMPLE = Path(__file__).parents[1] / "samples" / "tensorboard" / "events.out.tfevents.sample.0"


def record(payload: bytes) -> bytes:
    length = len(payload).to_bytes(8, "little")
    sums = [tensorboard._masked(each).to_bytes(4, "little") for each in (length, payload)]
    return length + sums[0] + payload + sums[1]


def source(data: bytes) -> SourceFile:
    return SourceFile("events.out", data)


def read(*payloads: bytes) -> Measurements:
    return tensorboard.read(source(b"".join(map(record, payloads))))


def values(table: Measurements) -> dict[str, float | bool | None]:
    return {item.metric: item.value for item in table}


@pytest.fixture
def proto() -> Any:
    return pytest.importorskip("tensorboard.compat.proto.event_pb2", reason="needs the extra `tensorboard`")


@pytest.fixture
def tensors() -> Any:
    return pytest.importorskip("tensorboard.util.tensor_util", reason="needs the extra `tensorboard`")


def scalar(proto: Any, tag: str, value: float, step: int = 0) -> bytes:
    event = proto.Event(step=step)
    event.summary.value.add(tag=tag, simple_value=value)
    return bytes(event.SerializeToString())


def tensor(proto: Any, tag: str, value: Any, plugin: str = "scalars") -> bytes:
    event = proto.Event()
    added = event.summary.value.add(tag=tag)
    added.tensor.CopyFrom(value)
    added.metadata.plugin_data.plugin_name = plugin
    return bytes(event.SerializeToString())


@pytest.mark.usefixtures("proto")
def test_the_tools_own_file_is_read() -> None:
    table = tensorboard.read(source(SAMPLE.read_bytes()))
    assert values(table) == {
        "train/loss": pytest.approx(0.000107150415),
        "val_loss": pytest.approx(0.0073017589),
        "val/acc": pytest.approx(0.9),
    }
    assert [each.name for each in table.unused] == ["epoch"]


def test_scalars_of_tensorflow_2_are_tensors(proto: Any, tensors: Any) -> None:
    import numpy as np

    payload = tensor(proto, "loss", tensors.make_tensor_proto(np.float32(0.5)))
    assert values(read(payload)) == {"loss": 0.5}


def test_the_plugin_is_said_only_once(proto: Any, tensors: Any) -> None:
    import numpy as np

    first, second = (
        tensor(proto, "loss", tensors.make_tensor_proto(np.float32(each)), plugin) for each, plugin in ((1, "scalars"), (2, ""))
    )
    assert values(read(first, second)) == {"loss": 2}


def test_every_scalar_is_read_however_many_there_are(proto: Any) -> None:
    """The tool's own accumulator keeps a sample of 10,000."""
    assert values(read(*(scalar(proto, "a", each, each) for each in range(10_050)))) == {"a": 10_049}


def test_of_several_at_one_step_the_last_counts(proto: Any) -> None:
    assert values(read(scalar(proto, "a", 1, 5), scalar(proto, "a", 2, 5))) == {"a": 2}


def test_not_a_number_has_no_value(proto: Any) -> None:
    (found,) = read(scalar(proto, "a", 1), scalar(proto, "a", float("nan")))
    assert found.problem == "not a number (NaN)"


def test_pictures_histograms_and_texts_are_left_out(proto: Any, tensors: Any) -> None:
    import numpy as np

    payloads = [
        tensor(proto, "text", tensors.make_tensor_proto(np.float32(1)), "text"),
        tensor(proto, "many", tensors.make_tensor_proto(np.zeros(3, "float32"))),
    ]
    table = read(*payloads)
    assert (len(table), [each.name for each in table.unused]) == (0, ["text", "many"])


def test_a_tensor_that_claims_to_be_huge_is_not_made(proto: Any, tensors: Any) -> None:
    import numpy as np

    claimed = tensors.make_tensor_proto(np.float32(1))
    claimed.tensor_shape.dim.add(size=10**12)
    assert len(read(tensor(proto, "a", claimed))) == 0


def test_the_checksum_is_that_of_the_format() -> None:
    """CRC-32C of `123456789` is e3069283, by RFC 3720."""
    plain = 0xE3069283
    assert tensorboard._masked(b"123456789") == ((plain >> 15 | plain << 17) + 0xA282EAD8) & 0xFFFFFFFF


@pytest.mark.usefixtures("proto")
@pytest.mark.parametrize("cut", [1, 3, 15, 40])
def test_a_cut_file_is_refused(cut: int) -> None:
    with pytest.raises(InputError, match=r"events\.out: not an event file of TensorBoard: the record at byte [\d,]+ is cut off"):
        tensorboard.read(source(SAMPLE.read_bytes()[:-cut]))


@pytest.mark.usefixtures("proto")
def test_a_damaged_file_is_refused() -> None:
    data = bytearray(SAMPLE.read_bytes())
    for at in (0, 8, 30, len(data) - 1):
        damaged = bytearray(data)
        damaged[at] ^= 1
        with pytest.raises(InputError, match="does not match its checksum"):
            tensorboard.read(source(bytes(damaged)))


@pytest.mark.usefixtures("proto")
def test_a_record_that_is_no_event_is_refused() -> None:
    with pytest.raises(InputError, match="is no event"):
        read(b"\xff\xff\xff")


def test_mutated_events_never_crash_it(proto: Any) -> None:
    rng = random.Random(1)
    whole = scalar(proto, "loss", 0.5, 3)
    for _ in range(500):
        payload = bytearray(whole)
        for _ in range(rng.randrange(1, 4)):
            payload[rng.randrange(len(payload))] = rng.randrange(256)
        try:
            table = read(bytes(payload))
        except GateError:
            continue
        assert all(item.value is not None or item.problem for item in table)


def test_without_its_package_it_says_what_to_install() -> None:
    program = (
        "import sys; sys.modules['tensorboard'] = None\n"
        "from gate.readers import tensorboard; from gate.readers.source import SourceFile\n"
        "try:\n    tensorboard.read(SourceFile('e', b''))\nexcept Exception as error:\n    print(type(error).__name__, error)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.startswith("MissingExtraError reading event files of TensorBoard needs a package")
    assert "pip install 'mlgate[tensorboard]'" in done.stdout


def test_recognition_needs_no_package() -> None:
    assert tensorboard.recognises(source(SAMPLE.read_bytes()))
    assert not tensorboard.recognises(source(b'{"brain.Event:": 1}'))
    assert not tensorboard.recognises(source(b""))
