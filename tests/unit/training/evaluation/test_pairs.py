"""Pairs files with every mistake a hand can make, and drawn pairs."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import numpy as np
import pytest

from attendance_training.errors import EvaluationDataUnusable
from attendance_training.evaluation.embeddings import EmbeddingRows
from attendance_training.evaluation.pairs import draw_pairs, read_pairs
from tests.unit.training.evaluation.made_up import make_people

PHOTOS = ("Ann_Lee/Ann_Lee_0001.jpg", "Ann_Lee/Ann_Lee_0002.jpg", "Bo/Bo_0001.jpg", "Bo/x/3.png", "Cy/Cy_0001.jpg")
VECTORS = np.array([[1, 0], [0.6, 0.8], [0, 1], [-1, 0], [0, 0]], np.float32)
ROWS = EmbeddingRows(PHOTOS, np.array([True, True, True, True, False]), VECTORS, "")
GOOD = "2\t1\nAnn_Lee\t1\t2\nAnn_Lee\t1\tBo\t1\nBo\t1\t3\nAnn_Lee\t2\tCy\t1\n"


def write(folder: Path, text: str) -> Path:
    path = folder / "pairs.txt"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize("text", [GOOD, GOOD.replace("\t", " "), "\ufeff" + GOOD.replace("\n", "\r\n"), GOOD + "\n\n"])
def test_that_a_pairs_file_is_read(tmp_path: Path, text: str) -> None:
    pairs = read_pairs(write(tmp_path, text), ROWS)
    np.testing.assert_allclose(pairs.similarity, [0.6, 0.0, 0.0, -1.0], atol=1e-6)
    assert pairs.is_same.tolist() == [True, False, True, False]
    assert pairs.fold.tolist() == [0, 0, 1, 1]
    assert pairs.without_face == 1
    assert pairs.source == "pairs file pairs.txt"


def test_that_a_person_is_found_in_another_unicode_form(tmp_path: Path) -> None:
    in_table, on_disk = (unicodedata.normalize(form, "Zoë") for form in ("NFC", "NFD"))
    rows = EmbeddingRows(tuple(photo.replace("Bo", on_disk) for photo in PHOTOS), ROWS.is_ok, VECTORS, "")
    pairs = read_pairs(write(tmp_path, GOOD.replace("Bo", in_table)), rows)
    np.testing.assert_allclose(pairs.similarity, [0.6, 0.0, 0.0, -1.0], atol=1e-6)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "line 1: the number of folds"),
        ("ten 300\n", "line 1: the number of folds"),
        ("1100\n", "line 1: the number of folds"),
        ("1 2\n", "line 1: at least 2 folds"),
        ("2 1\nAnn_Lee 1 2\n", "announces 4 pairs, but 1 lines follow"),
        (GOOD + "Bo 1 3\n", "announces 4 pairs, but 5 lines follow"),
        (GOOD.replace("Ann_Lee\t1\t2", "Ann_Lee\t1"), "line 2: 'name i j' is expected"),
        (GOOD.replace("Ann_Lee\t1\tBo\t1", "Ann_Lee\t1\t2"), "line 3: 'name1 i name2 j' is expected"),
        (GOOD.replace("Bo\t1\t3", "Bo\tx\t3"), "line 4: .* whole numbers"),
        (GOOD.replace("Bo\t1\t3", "Bo\t-1\t3"), "line 4: .* whole numbers"),
        (GOOD.replace("Bo\t1\t3", "Bo\t3\t3"), "line 4: .* not a pair of this kind"),
        (GOOD.replace("Ann_Lee\t1\tBo\t1", "Bo\t3\tBo\t1"), "line 3: .* not a pair of this kind"),
        (GOOD.replace("Bo\t1\t3", "Dee\t1\t3"), "line 4: the embeddings lack the person Dee"),
        (GOOD.replace("Bo\t1\t3", "Bo\t1\t2"), "line 4: the embeddings lack photograph 2 of Bo"),
    ],
)
def test_that_a_wrong_pairs_file_names_the_line(tmp_path: Path, text: str, reason: str) -> None:
    with pytest.raises(EvaluationDataUnusable, match=reason):
        read_pairs(write(tmp_path, text), ROWS)


def test_that_two_photographs_with_one_number_are_refused(tmp_path: Path) -> None:
    photos = (*PHOTOS[:3], "Bo/Bo_0001.png", PHOTOS[4])
    rows = EmbeddingRows(photos, ROWS.is_ok, VECTORS, "")
    with pytest.raises(EvaluationDataUnusable, match="line 3: Bo has several photographs 1"):
        read_pairs(write(tmp_path, GOOD), rows)


def test_that_absent_and_binary_pairs_files_are_refused(tmp_path: Path) -> None:
    with pytest.raises(EvaluationDataUnusable, match="No such file"):
        read_pairs(tmp_path / "absent.txt", ROWS)
    (tmp_path / "binary.txt").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(EvaluationDataUnusable, match="save it as UTF-8"):
        read_pairs(tmp_path / "binary.txt", ROWS)
    with pytest.raises(EvaluationDataUnusable, match="directory"):
        read_pairs(tmp_path, ROWS)


def distinct_people(count: int) -> list[int]:
    return [(3, 5, 1, 2)[number % 4] for number in range(count)]


def test_that_drawn_pairs_are_balanced_and_different_and_their_people_in_one_fold(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # Every photograph gets a cosine of its own with itself only, so the rows can be told from the vectors.
    data = make_people(distinct_people(80))
    drawn: list[tuple[int, int]] = []
    import attendance_training.evaluation.pairs as module

    original = module._draw_different

    def spy(number, draw):  # type: ignore[no-untyped-def]
        found = original(number, draw)
        drawn.extend(found)
        return found

    monkeypatch.setattr(module, "_draw_different", spy)
    pairs = draw_pairs(data, most=15, seed=4)
    assert pairs is not None
    assert len(drawn) == len(set(drawn)) == len(pairs.fold) == 10 * 2 * 15
    rows = np.array(drawn)
    person = data.person[rows]
    assert (pairs.is_same == (person[:, 0] == person[:, 1])).all()
    assert (rows[:, 0] != rows[:, 1]).all()
    np.testing.assert_allclose(pairs.similarity, [data.vectors[a] @ data.vectors[b] for a, b in drawn], atol=1e-6)
    folds_of: dict[int, set[int]] = {}
    for (one, other), fold in zip(person.tolist(), pairs.fold.tolist(), strict=True):
        folds_of.setdefault(one, set()).add(fold)
        folds_of.setdefault(other, set()).add(fold)
    assert all(len(folds) == 1 for folds in folds_of.values())
    for fold in range(10):
        assert pairs.is_same[pairs.fold == fold].sum() == 15
    assert pairs.source == "300 pairs drawn with seed 4"


def test_that_drawn_pairs_depend_on_the_seed_only() -> None:
    data = make_people(distinct_people(80))
    first, again, other = (draw_pairs(data, seed=seed) for seed in (1, 1, 2))
    assert first is not None
    assert again is not None
    assert other is not None
    assert (first.similarity == again.similarity).all()
    assert sorted(first.similarity.tolist()) != sorted(other.similarity.tolist())


def test_that_as_many_pairs_are_drawn_as_the_smallest_fold_has() -> None:
    # One person of 5 photographs and one of 5 in each fold: 20 pairs of one person, 25 of two.
    pairs = draw_pairs(make_people([5] * 20), seed=1)
    assert pairs is not None
    assert len(pairs.fold) == 10 * 2 * 20


@pytest.mark.parametrize("counts", [[1] * 100, [5] * 10, [2] * 90, [4, 1]])
def test_that_too_few_pairs_are_not_drawn(counts: list[int]) -> None:
    assert draw_pairs(make_people(counts)) is None
