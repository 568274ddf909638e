"""Embeddings and crops as sealed bytes, and the check that the right key is at hand."""

from __future__ import annotations

import zlib
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from attendance.core.types import FloatArray, ImageBgr
from attendance.data.keys.encryption import BrokenSeal, Cipher, kind_word
from attendance.data.schema import KEY_ID_SETTING, SettingRow
from attendance.data.storage_errors import DamagedValue
from attendance.errors import Reason
from attendance.errors.storage import KeyUnavailable

DTYPE = "<f4"
CROP_SHAPE = (112, 112, 3)
_CROP_BYTES = 112 * 112 * 3
# Level 1 takes a photograph's crop to about nine tenths; higher levels cost ten times the time for a per cent.
_ZLIB_LEVEL = 1
# float32 sums over a few thousand terms stay far inside; anything else is not a unit vector.
_NORM_TOLERANCE = 1e-3


def check_key(session: Session, cipher: Cipher, path: Path) -> None:
    """Make sure that the values of a database were sealed with this key.

    Raises:
        KeyUnavailable: they were sealed with another one.
    """
    found = session.scalar(select(SettingRow.value).where(SettingRow.key == KEY_ID_SETTING))
    if found is not None and found != cipher.key_id:
        reason = Reason(
            "the key at hand ({key}) is not the one that encrypted this database ({other})",
            key=cipher.key_id,
            other=found,
        )
        raise KeyUnavailable(path=path, reason=reason)


def claim_key(session: Session, cipher: Cipher, path: Path) -> None:
    """Like ``check_key``, and note the key as the database's own when there is none yet; needs a write session."""
    check_key(session, cipher, path)
    if session.get(SettingRow, KEY_ID_SETTING) is None:
        session.execute(insert(SettingRow).values(key=KEY_ID_SETTING, value=cipher.key_id))


def check_embedding(embedding: FloatArray) -> None:
    """Refuse what cannot be compared by cosine.

    Raises:
        ValueError: not a finite one-dimensional vector of unit length (a bug in the caller).
    """
    if embedding.ndim != 1 or not np.isfinite(embedding).all():
        raise ValueError(f"an embedding is a finite vector, not {embedding.dtype} of shape {embedding.shape}")
    norm = float(np.linalg.norm(embedding.astype(np.float64)))
    if not abs(norm - 1.0) <= _NORM_TOLERANCE:
        raise ValueError(f"an embedding has unit length, not {norm:.4f}")


def seal_embedding(cipher: Cipher, embedding: FloatArray, *, person_id: int, model_id: str) -> bytes:
    """Return the sealed little-endian float32 bytes of one (D,) vector."""
    plain = np.ascontiguousarray(embedding, DTYPE).tobytes()
    return cipher.seal(plain, kind="template", person_id=person_id, model_id=model_id)


def open_embeddings(
    cipher: Cipher,
    rows: Sequence[tuple[int, int, bytes]],
    *,
    model_id: str,
    on_damaged: Callable[[int], None] | None = None,
) -> tuple[FloatArray, list[int]]:
    """Return the vectors of (person id, dim, sealed) rows of one recognizer.

    Args:
        cipher: opens.
        rows: of stored templates.
        model_id: of the recognizer.
        on_damaged: gets the person id of each row that is damaged, moved, or of another size than most; None raises.

    Returns:
        (N, D) float32, writable, and the person id of each row; (0, 0) without rows.

    Raises:
        DamagedValue: a row is damaged or moved, or the rows have different sizes, and there is no ``on_damaged``.
    """
    opened: list[tuple[int, bytes]] = []
    for person_id, _, sealed in rows:
        try:
            opened.append((person_id, open_sealed(cipher, sealed, "template", person_id, model_id)))
        except (BrokenSeal, DamagedValue):
            if on_damaged is None:
                raise
            on_damaged(person_id)
    if not opened:
        return np.zeros((0, 0), dtype=np.float32), []
    size = Counter(len(plain) for _, plain in opened).most_common(1)[0][0]
    whole = []
    for person_id, plain in opened:
        if len(plain) == size:
            whole.append((person_id, plain))
        elif on_damaged is None:
            raise DamagedValue(Reason("the templates of {model} have different sizes", model=model_id))
        else:
            on_damaged(person_id)
    vectors = np.frombuffer(b"".join(plain for _, plain in whole), DTYPE).reshape(len(whole), -1)
    return vectors.astype(np.float32), [person_id for person_id, _ in whole]


def seal_crop(cipher: Cipher, crop_bgr: ImageBgr, *, person_id: int, kind: str = "crop") -> bytes:
    """Return the sealed, losslessly compressed bytes of one (112, 112, 3) uint8 BGR crop.

    Args:
        cipher: seals.
        crop_bgr: the crop.
        person_id: whose row it goes to.
        kind: what it is; a crop of one kind does not open as one of another.

    Raises:
        ValueError: another shape or type.
    """
    if crop_bgr.shape != CROP_SHAPE or crop_bgr.dtype != np.uint8:
        raise ValueError(f"a crop is {CROP_SHAPE} uint8, not {crop_bgr.shape} {crop_bgr.dtype}")
    plain = zlib.compress(np.ascontiguousarray(crop_bgr).tobytes(), _ZLIB_LEVEL)
    return cipher.seal(plain, kind=kind, person_id=person_id)


def open_crop(cipher: Cipher, sealed: bytes, *, person_id: int, kind: str = "crop") -> ImageBgr:
    """Return the (112, 112, 3) uint8 BGR crop of sealed bytes, writable; the arguments are those of ``seal_crop``.

    Raises:
        DamagedValue: damaged, or moved from another row.
    """
    try:
        plain = zlib.decompress(open_sealed(cipher, sealed, kind, person_id))
    except zlib.error as err:
        raise DamagedValue(Reason("a crop of person {person} cannot be unpacked", person=person_id)) from err
    if len(plain) != _CROP_BYTES:
        raise DamagedValue(Reason("a crop of person {person} has the wrong size", person=person_id))
    return np.frombuffer(plain, np.uint8).reshape(CROP_SHAPE).copy()


def open_sealed(cipher: Cipher, sealed: object, kind: str, person_id: int, model_id: str = "") -> bytes:
    """Return the plain bytes of a stored value; a column of a damaged file may hold any type.

    Raises:
        DamagedValue: not a sealed value of this row.
    """
    if not isinstance(sealed, bytes):
        raise DamagedValue(
            Reason("a {what} of person {person} is not a binary value", what=kind_word(kind), person=person_id)
        )
    try:
        return cipher.open(sealed, kind=kind, person_id=person_id, model_id=model_id)
    except BrokenSeal as err:
        raise DamagedValue(err.reason) from err
