from __future__ import annotations

import pytest

from attendance.data.keys.encryption import BrokenSeal, Cipher
from tests.unit.data.conftest import KEY


def test_that_a_sealed_value_opens_again() -> None:
    sealed = Cipher(KEY).seal(b"value", kind="template", person_id=3, model_id="m")
    assert Cipher(KEY).open(sealed, kind="template", person_id=3, model_id="m") == b"value"
    assert b"value" not in sealed


def test_that_sealing_twice_gives_different_bytes() -> None:
    cipher = Cipher(KEY)
    assert cipher.seal(b"value", kind="crop", person_id=1) != cipher.seal(b"value", kind="crop", person_id=1)


@pytest.mark.parametrize(
    "place",
    [
        {"kind": "crop", "person_id": 3, "model_id": "m"},
        {"kind": "template", "person_id": 4, "model_id": "m"},
        {"kind": "template", "person_id": 3, "model_id": "other"},
    ],
)
def test_that_a_value_of_another_row_does_not_open(place: dict[str, object]) -> None:
    sealed = Cipher(KEY).seal(b"value", kind="template", person_id=3, model_id="m")
    with pytest.raises(BrokenSeal):
        Cipher(KEY).open(sealed, **place)  # type: ignore[arg-type]


@pytest.mark.parametrize("position", [0, 1, 13, -1])
def test_that_a_changed_byte_is_noticed(position: int) -> None:
    sealed = bytearray(Cipher(KEY).seal(b"value", kind="crop", person_id=3))
    sealed[position] ^= 1
    with pytest.raises(BrokenSeal):
        Cipher(KEY).open(bytes(sealed), kind="crop", person_id=3)


@pytest.mark.parametrize("length", [0, 1, 12, 13, 20])
def test_that_a_cut_value_does_not_open(length: int) -> None:
    sealed = Cipher(KEY).seal(b"value", kind="crop", person_id=3)
    with pytest.raises(BrokenSeal):
        Cipher(KEY).open(sealed[:length], kind="crop", person_id=3)


def test_that_another_key_does_not_open_and_has_another_id() -> None:
    other = Cipher(bytes(32))
    sealed = Cipher(KEY).seal(b"value", kind="crop", person_id=3)
    with pytest.raises(BrokenSeal):
        other.open(sealed, kind="crop", person_id=3)
    assert other.key_id != Cipher(KEY).key_id
    assert len(other.key_id) == 16


def test_that_a_short_key_is_refused() -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        Cipher(bytes(16))
