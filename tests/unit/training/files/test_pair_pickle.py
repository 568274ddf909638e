"""The field's pickles of picture pairs: read whatever wrote them, and whatever else is in one is refused, never run."""

from __future__ import annotations

import os
import pickle
import struct
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from attendance_training.errors import EvaluationDataUnusable
from attendance_training.files.pair_pickle import read_pair_pickle

PICTURES = [b"\xff\xd8 one", b"\x80 two", b"", b"four"]
TRUTHS = [True, False]


def write(path: Path, value: object, protocol: int = 2) -> Path:
    path.write_bytes(pickle.dumps(value, protocol=protocol))
    return path


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
@pytest.mark.parametrize("kind", ["bytes", "arrays"])
def test_that_pairs_are_read_whatever_the_protocol(tmp_path: Path, protocol: int, kind: str) -> None:
    pictures: list[Any] = PICTURES
    truths: Any = TRUTHS
    if kind == "arrays":
        pictures = [np.frombuffer(picture, np.uint8) for picture in PICTURES]
        truths = [np.bool_(truth) for truth in TRUTHS]
    found, is_same = read_pair_pickle(write(tmp_path / "lfw.bin", (pictures, truths), protocol))
    assert found == PICTURES
    assert is_same.tolist() == TRUTHS
    assert is_same.dtype == np.bool_


def test_that_lists_of_numbers_and_an_array_of_truths_are_read(tmp_path: Path) -> None:
    for truths in (np.array(TRUTHS), np.array([1, 0]), np.array([1, 0], ">i4"), [1, 0]):
        assert read_pair_pickle(write(tmp_path / "a.bin", [PICTURES, truths]))[1].tolist() == TRUTHS


def test_that_strings_of_python_2_are_bytes(tmp_path: Path) -> None:
    """As Python 2 writes them: SHORT_BINSTRING, which Python 3 has no writer for."""

    def text(data: bytes) -> bytes:
        return b"U" + struct.pack("<B", len(data)) + data

    body = b"](" + b"".join(text(picture) for picture in PICTURES) + b"e](\x88\x89e"
    (tmp_path / "a.bin").write_bytes(b"\x80\x02" + body + b"\x86.")
    found, is_same = read_pair_pickle(tmp_path / "a.bin")
    assert (found, is_same.tolist()) == (PICTURES, TRUTHS)


class Trap:
    """Calls something when it is unpickled."""

    def __init__(self, call: Any, *given: Any) -> None:
        self._call = call, given

    def __reduce__(self) -> Any:
        return self._call


class Named:
    """An object of a class of the file's choice."""

    pictures = PICTURES


@pytest.mark.parametrize("protocol", [0, 2, 4, 5])
def test_that_code_is_refused_by_name_and_never_run(tmp_path: Path, protocol: int) -> None:
    sprung = tmp_path / "sprung"
    traps = [
        Trap(Path.touch, sprung),
        Trap(os.system, f"touch {sprung}"),
        Trap(eval, f"open({str(sprung)!r}, 'w')"),
        Trap(np.load, str(sprung)),
        Trap(getattr, Path, "touch"),
        Named(),
    ]
    for trap in traps:
        for value in (trap, (PICTURES, [trap]), ([*PICTURES[:3], trap], TRUTHS)):
            path = write(tmp_path / "hostile.bin", value, protocol)
            with pytest.raises(EvaluationDataUnusable, match=r"hostile\.bin.*it asks for \w+\.\S+, which was not run"):
                read_pair_pickle(path)
    assert not sprung.exists()


def test_that_what_is_allowed_cannot_be_turned_against_its_reader(tmp_path: Path) -> None:
    """Handwritten opcodes: states and calls that no honest writer makes."""
    array = b"cnumpy\nndarray\n"
    cases = {
        "state of a class": array + b"}X\x08\x00\x00\x00__init__Nsb.",
        "state of too few": array + b")R(K\x01tb.",
        "bytes of another length": b"cnumpy\ndtype\nX\x02\x00\x00\x00u4\x85R.",
        "persistent id": b"Pname\n.",
        "extension": b"\x82\x01.",
        "memo from nowhere": b"h\x05.",
        "huge memo": b"Nr\xff\xff\xff\x7f.",
        "huge string": b"\x8e" + struct.pack("<Q", 2**62) + b".",
        "stack underflow": b"0.",
        "endless list": b"(" * 100_000 + b"l" * 100_000 + b".",
        "encoding": b"c_codecs\nencode\nX\x01\x00\x00\x00aX\x06\x00\x00\x00rot_13\x86R.",
        "attribute of a class": b"cnumpy\nndarray.__class__\n.",
    }
    for name, data in cases.items():
        path = tmp_path / f"{name}.bin"
        path.write_bytes(b"\x80\x04" + data)
        with pytest.raises(EvaluationDataUnusable, match=f"{name}.bin cannot be used for an evaluation"):
            read_pair_pickle(path)


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (PICTURES, "it is not a list of pictures and a list of truth values"),
        ({"pictures": PICTURES}, "it is not a list of pictures and a list of truth values"),
        ((PICTURES, 7), "it is not a list of pictures and a list of truth values"),
        ((PICTURES, []), "it holds 4 pictures and 0 truth values"),
        ((PICTURES[:3], TRUTHS), "it holds 3 pictures and 2 truth values; two pictures belong to each"),
        ((["text", *PICTURES[1:]], TRUTHS), "a picture in it is neither bytes nor an array of bytes"),
        (([np.ones(3, np.int32), *PICTURES[1:]], TRUTHS), "a picture in it is neither bytes nor an array of bytes"),
        (([np.ones(3), *PICTURES[1:]], TRUTHS), "it holds an array of another type than whole numbers"),
        (([np.array([{}]), *PICTURES[1:]], TRUTHS), "it holds an array of another type than whole numbers"),
        ((PICTURES, [True, 2]), "a truth value in it is neither true nor false"),
        ((PICTURES, [True, None]), "a truth value in it is neither true nor false"),
        ((PICTURES, [True, b"x"]), "a truth value in it is neither true nor false"),
    ],
)
def test_that_another_make_is_one_sentence(tmp_path: Path, value: object, reason: str) -> None:
    with pytest.raises(EvaluationDataUnusable, match=reason):
        read_pair_pickle(write(tmp_path / "a.bin", value))


def test_that_every_cut_and_other_files_are_one_sentence(tmp_path: Path) -> None:
    path = tmp_path / "a.bin"
    with pytest.raises(EvaluationDataUnusable, match="there is no such file"):
        read_pair_pickle(path)
    with pytest.raises(EvaluationDataUnusable, match="it cannot be read"):
        read_pair_pickle(tmp_path)
    whole = pickle.dumps((PICTURES, [np.bool_(truth) for truth in TRUTHS]), protocol=4)
    for cut in range(len(whole)):
        path.write_bytes(whole[:cut])
        with pytest.raises(EvaluationDataUnusable):
            read_pair_pickle(path)
    for other in (b"\x89PNG\r\n", b"text\n", b"\x00" * 100):
        path.write_bytes(other)
        with pytest.raises(EvaluationDataUnusable, match="it is not a whole file of picture pairs"):
            read_pair_pickle(path)
