"""Groups: the CSV with its mistakes, and rates within a group against a slow count."""

from __future__ import annotations

import itertools
import math
import unicodedata
from pathlib import Path

import numpy as np
import pytest

from attendance_training.errors import EvaluationDataUnusable
from attendance_training.evaluation.classification import answers
from attendance_training.evaluation.groups import rate_groups, read_groups
from attendance_training.evaluation.open_set import look_at_all
from tests.unit.training.evaluation.made_up import make_people

NAMES = ("ann", "bo", "cy")
GOOD = "person,group\nann,old\nbo,young\nzoe,old\n"


def write(folder: Path, text: str) -> Path:
    path = folder / "groups.csv"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    "text", [GOOD, "\ufeff" + GOOD, GOOD.replace("\n", "\r\n"), 'Person, Group\n"ann",old\n\nbo , young\nann,old\n']
)
def test_that_groups_are_read_for_people_of_the_embeddings(tmp_path: Path, text: str) -> None:
    assert read_groups(write(tmp_path, text), NAMES) == {"ann": "old", "bo": "young"}


@pytest.mark.parametrize("forms", [("NFC", "NFD"), ("NFD", "NFC")])
def test_that_a_person_is_found_in_another_unicode_form(tmp_path: Path, forms: tuple[str, str]) -> None:
    in_table, on_disk = (unicodedata.normalize(form, "Zoë") for form in forms)
    assert read_groups(write(tmp_path, f"person;group\n{in_table};old\n"), (on_disk,)) == {on_disk: "old"}


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "it is empty"),
        ("ann,old\n", "the columns person, group are missing"),
        ("person,group\nann\n", "line 2: a person and a group"),
        ("person,group\nann,old\n,old\n", "line 3: a person and a group"),
        ("person,group\nann,old\nann,young\n", "line 3: ann is in two groups"),
        ("person,group\nzoe,old\n", "names nobody"),
        ("person,group\n", "names nobody"),
        ("person,group\nann," + "x" * 200_000 + "\n", "line 2: "),
    ],
)
def test_that_a_wrong_groups_file_names_the_line(tmp_path: Path, text: str, reason: str) -> None:
    with pytest.raises(EvaluationDataUnusable, match=reason):
        read_groups(write(tmp_path, text), NAMES)


def test_that_absent_and_binary_groups_files_are_refused(tmp_path: Path) -> None:
    with pytest.raises(EvaluationDataUnusable, match="No such file"):
        read_groups(tmp_path / "absent.csv", NAMES)
    (tmp_path / "binary.csv").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(EvaluationDataUnusable, match="save it as UTF-8"):
        read_groups(tmp_path / "binary.csv", NAMES)
    with pytest.raises(EvaluationDataUnusable, match="directory"):
        read_groups(tmp_path, NAMES)


def test_that_rates_are_those_of_all_pairs_within_the_group() -> None:
    data = make_people([4, 3, 2] * 8, spread=1.2)
    probes = look_at_all(data, enrolled=2)
    assert probes is not None
    # Two groups, and three people without one.
    group_of = {name: "ab"[number % 2] for number, name in enumerate(data.names) if number > 2}
    results = rate_groups(data, group_of, pair_threshold=0.5, probes=probes, probe_threshold=0.6, rounds=50)
    assert [result.group for result in results] == ["a", "b"]
    true, given = answers(probes, 0.6)
    person = np.concatenate([probes.mated_person, probes.stranger_person])
    for result in results:
        members = [number for number, name in enumerate(data.names) if group_of.get(name) == result.group]
        rows = np.flatnonzero(np.isin(data.person, members))
        far, tar = [], []
        for i, j in itertools.combinations(rows.tolist(), 2):
            is_match = float(data.vectors[i] @ data.vectors[j]) >= 0.5
            (tar if data.person[i] == data.person[j] else far).append(is_match)
        assert (result.people, result.photos) == (len(members), len(rows))
        assert (result.far.value, result.far.trials) == (pytest.approx(np.mean(far)), len(far))
        assert (result.tar.value, result.tar.trials) == (pytest.approx(np.mean(tar)), len(tar))
        staff, strangers = np.isin(person, members) & (true >= 0), np.isin(person, members) & (true < 0)
        assert result.named.value == pytest.approx(np.mean(true[staff] == given[staff]))
        assert result.strangers_named.value == pytest.approx(np.mean(given[strangers] >= 0))
        assert result.far.low < result.far.value < result.far.high
        assert 0 < result.tar.value < 1


def test_that_a_group_of_one_person_has_no_false_accepts() -> None:
    data = make_people([3, 3, 1])
    alone, rest = rate_groups(
        data, {"p000": "a", "p001": "b", "p002": "b"}, pair_threshold=0.5, probes=None, probe_threshold=0.5, rounds=5
    )
    assert math.isnan(alone.far.value)
    assert (alone.far.trials, alone.tar.trials) == (0, 3)
    assert rest.far.trials == 3
    assert math.isnan(alone.named.value)
