"""Pairs of photographs for the 10-fold protocol: read from a file in LFW's format, or drawn.

Source of both: README and technical report 07-49 of Labeled Faces in the Wild.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import numpy as np
from numpy.typing import NDArray

from attendance.errors import Reason
from attendance.named_files import composed
from attendance.text_file import read_text
from attendance_training.errors import EvaluationDataUnusable
from attendance_training.evaluation.embeddings import EmbeddingRows, LabelledEmbeddings
from attendance_training.evaluation.ten_fold import FoldedPairs

FOLDS = 10
PAIRS_A_FOLD = 300
"""Of one person, and as many of two, as in LFW's pairs.txt."""
MIN_PAIRS_A_FOLD = 10
_NO_FACE = -1
_AMBIGUOUS = -2
_SAME_FIELDS = 3
_OTHER_FIELDS = 4


@dataclass(frozen=True, slots=True)
class _Header:
    folds: int
    pairs_a_fold: int


def read_pairs(path: Path, rows: EmbeddingRows) -> FoldedPairs:
    """Read a pairs file: "folds pairs", then for each fold the pairs of one person and as many of two.

    A pair of one person is "name i j", a pair of two "name1 i name2 j", between tabs or spaces. ``name`` is a folder of
    the embeddings file and ``i`` the number at the end of the photograph's file name ("name/name_0004.jpg" is 4).

    Args:
        path: the file, UTF-8.
        rows: embeddings of the photographs.

    Raises:
        EvaluationDataUnusable: not such a file, or a photograph that the embeddings lack; names the line.
    """
    text = read_text(path, lambda reason: EvaluationDataUnusable(path=path, reason=reason))
    lines = text.rstrip().splitlines()
    header = _read_header(path, lines[0] if lines else "")
    wanted = header.folds * header.pairs_a_fold * 2
    if len(lines) - 1 != wanted:
        raise EvaluationDataUnusable(
            path=path,
            reason=Reason(
                "its first line announces {wanted} pairs, but {count} lines follow", wanted=wanted, count=len(lines) - 1
            ),
        )
    numbered = _number_photos(rows)
    names = {name for name, _ in numbered}
    first, second, is_same = [], [], []
    for index, line in enumerate(lines[1:]):
        same = index // header.pairs_a_fold % 2 == 0
        one, other = _read_pair(path, index + 2, line, same)
        first.append(_row_of(path, index + 2, one, numbered, names))
        second.append(_row_of(path, index + 2, other, numbered, names))
        is_same.append(same)
    fold = np.repeat(np.arange(header.folds), 2 * header.pairs_a_fold)
    a, b = np.array(first), np.array(second)
    has_face = (a != _NO_FACE) & (b != _NO_FACE)
    similarity = np.where(has_face, (rows.vectors[a] * rows.vectors[b]).sum(axis=1), np.float32(-1.0))
    return FoldedPairs(similarity, np.array(is_same), fold, int((~has_face).sum()), f"pairs file {path.name}")


def draw_pairs(
    data: LabelledEmbeddings, *, folds: int = FOLDS, most: int = PAIRS_A_FOLD, seed: int = 1
) -> FoldedPairs | None:
    """Draw as many pairs of one person as of two in every fold; nobody is in two folds.

    As in the report: a person with at least two photographs is drawn, all equally likely, and two of these; or
    two people, and a photograph of each. A pair that was drawn before is drawn again.

    Args:
        data: labelled unit vectors.
        folds: at least 2.
        most: pairs of each kind in a fold; fewer when a fold cannot have as many.
        seed: of the draw.

    Returns:
        None when a fold would have fewer than 10 pairs of a kind.
    """
    rng = np.random.default_rng(seed)
    counts = np.bincount(data.person, minlength=data.people)
    repeated, single = rng.permutation(np.flatnonzero(counts > 1)), rng.permutation(np.flatnonzero(counts == 1))
    people = [np.concatenate([repeated[fold::folds], single[fold::folds]]) for fold in range(folds)]
    pairs = min(most, *(_possible(counts[of_fold]) for of_fold in people))
    if pairs < MIN_PAIRS_A_FOLD:
        return None
    start = np.cumsum(counts) - counts
    rows: list[tuple[int, int]] = []
    for of_fold in people:
        of_several = of_fold[counts[of_fold] > 1]

        def one_person(candidates: NDArray[np.int64] = of_several) -> tuple[int, int]:
            person = rng.choice(candidates)
            a, b = rng.choice(counts[person], 2, replace=False)
            return int(start[person] + a), int(start[person] + b)

        def two_people(candidates: NDArray[np.int64] = of_fold) -> tuple[int, int]:
            a, b = (int(start[p] + rng.integers(counts[p])) for p in rng.choice(candidates, 2, replace=False))
            return a, b

        rows += _draw_different(pairs, one_person) + _draw_different(pairs, two_people)
    a, b = np.array(rows).T
    similarity = (data.vectors[a] * data.vectors[b]).sum(axis=1)
    source = f"{len(rows):,} pairs drawn with seed {seed}"
    return FoldedPairs(similarity, data.person[a] == data.person[b], np.repeat(np.arange(folds), 2 * pairs), 0, source)


def _possible(counts: NDArray[np.int64]) -> int:
    """Return how many different pairs of either kind these people can give, the fewer of both."""
    of_one = int((counts * (counts - 1) // 2).sum())
    of_two = int((counts.sum() ** 2 - (counts**2).sum()) // 2)
    return min(of_one, of_two)


def _draw_different(number: int, draw: Callable[[], tuple[int, int]]) -> list[tuple[int, int]]:
    seen: dict[tuple[int, int], None] = {}
    while len(seen) < number:
        a, b = draw()
        seen[min(a, b), max(a, b)] = None
    return list(seen)


def _read_header(path: Path, line: str) -> _Header:
    parts = line.split()
    if len(parts) != 2 or not all(part.isascii() and part.isdigit() for part in parts):
        raise EvaluationDataUnusable(
            path=path,
            reason=Reason(
                "line 1: the number of folds and of pairs is expected, like '10 300', not {text}", text=repr(line[:40])
            ),
        )
    header = _Header(*map(int, parts))
    if header.folds < 2 or header.pairs_a_fold < 1:
        raise EvaluationDataUnusable(path=path, reason=Reason("line 1: at least 2 folds and 1 pair are needed"))
    return header


def _read_pair(path: Path, number: int, line: str, same: bool) -> tuple[tuple[str, int], tuple[str, int]]:
    parts = line.rstrip("\r\n").split("\t") if "\t" in line else line.split()
    wanted = _SAME_FIELDS if same else _OTHER_FIELDS
    form = "name i j" if same else "name1 i name2 j"
    if len(parts) != wanted:
        raise EvaluationDataUnusable(
            path=path,
            reason=Reason(
                "line {line}: {form} is expected, not {text}", line=number, form=repr(form), text=repr(line[:60])
            ),
        )
    texts = parts[1:] if same else parts[1::2]
    if not all(text.strip().isdecimal() for text in texts):
        raise EvaluationDataUnusable(
            path=path,
            reason=Reason("line {line}: {form} needs whole numbers for i and j", line=number, form=repr(form)),
        )
    names = (parts[0], parts[0] if same else parts[2])
    one, other = ((composed(name.strip()), int(text)) for name, text in zip(names, texts, strict=True))
    if same == (one[0] != other[0]) or one == other:
        raise EvaluationDataUnusable(
            path=path,
            reason=Reason("line {line}: {text} is not a pair of this kind", line=number, text=repr(line[:60])),
        )
    return one, other


def _number_photos(rows: EmbeddingRows) -> dict[tuple[str, int], int]:
    """Return the row of each person's photographs by the number at the end of the file name."""
    found: dict[tuple[str, int], int] = {}
    for row, photo in enumerate(rows.paths):
        path = PurePosixPath(photo)
        digits = re.search(r"([0-9]+)$", path.stem)
        if digits:
            key = (composed(path.parts[0]), int(digits[1]))
            usable = row if rows.is_ok[row] else _NO_FACE
            found[key] = _AMBIGUOUS if key in found else usable
    return found


def _row_of(
    path: Path, number: int, photo: tuple[str, int], numbered: dict[tuple[str, int], int], names: set[str]
) -> int:
    name, index = photo
    row = numbered.get(photo)
    if row is None:
        reason = Reason("line {line}: the embeddings lack the person {name}", line=number, name=name)
        if name in names:
            reason = Reason(
                "line {line}: the embeddings lack photograph {index} of {name}", line=number, index=index, name=name
            )
        raise EvaluationDataUnusable(path=path, reason=reason)
    if row == _AMBIGUOUS:
        raise EvaluationDataUnusable(
            path=path,
            reason=Reason("line {line}: {name} has several photographs {index}", line=number, name=name, index=index),
        )
    return row
