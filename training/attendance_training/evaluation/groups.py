"""The same threshold for every group of people: who is refused more often, who is mistaken for another more often.

As in NIST IR 8280 (Face Recognition Vendor Test, part 3: demographic effects), false matches are counted between two
people of one group, at one threshold for all groups.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from attendance.core.csv_table import BadTable, table_lines
from attendance.errors import Reason
from attendance.named_files import composed
from attendance.text_file import read_text
from attendance_training.errors import EvaluationDataUnusable
from attendance_training.evaluation.calibration import count_cross_pairs, pair_blocks
from attendance_training.evaluation.classification import UNKNOWN, answers
from attendance_training.evaluation.embeddings import LabelledEmbeddings, select_people
from attendance_training.evaluation.intervals import ROUNDS, Estimate, draw_people, proportion
from attendance_training.evaluation.open_set import OpenSetProbes

_COLUMNS = ("person", "group")


@dataclass(frozen=True, slots=True)
class GroupResult:
    """One group at the common thresholds.

    Attributes:
        group: its name.
        people: in the embeddings.
        photos: likewise.
        far: share of pairs of two people of this group that reach the threshold of a pair.
        tar: share of pairs of one person that reach it.
        named: share of probes of enrolled people that get their own name; nan when none of the group is enrolled.
        strangers_named: share of strangers' probes that get anybody's name; nan without strangers.
    """

    group: str
    people: int
    photos: int
    far: Estimate
    tar: Estimate
    named: Estimate
    strangers_named: Estimate


def read_groups(path: Path, names: tuple[str, ...]) -> dict[str, str]:
    """Read the group of each person from a CSV with the columns ``person`` and ``group``.

    Args:
        path: the file; ``person`` is a folder of the embeddings file,
            in any Unicode form.
        names: folders of the embeddings file; other people of the CSV are left out.

    Raises:
        EvaluationDataUnusable: not such a file, a person with two groups, or none of ``names``; names the line.
    """
    text = read_text(path, lambda reason: EvaluationDataUnusable(path=path, reason=reason))
    group_of: dict[str, str] = {}
    try:
        for row in table_lines(text, needed=_COLUMNS):
            _add_row(path, row.line, [row.values.get(name, "").strip() for name in _COLUMNS], group_of)
    except BadTable as err:
        raise EvaluationDataUnusable(path=path, reason=err.reason) from err
    known = {name: group_of[key] for name in names if (key := composed(name)) in group_of}
    if not known:
        raise EvaluationDataUnusable(path=path, reason=Reason("it names nobody of the embeddings"))
    return known


def rate_groups(
    data: LabelledEmbeddings,
    group_of: Mapping[str, str],
    *,
    pair_threshold: float,
    probes: OpenSetProbes | None,
    probe_threshold: float,
    rounds: int = ROUNDS,
    seed: int = 1,
) -> tuple[GroupResult, ...]:
    """Measure every group, by name. Intervals come from draws of the people of the group.

    Args:
        data: labelled unit vectors with names.
        group_of: group by person's name; people without one are left out.
        pair_threshold: cosine that a pair must reach.
        probes: of ``look_at_all``, for the rates of names; None leaves them nan.
        probe_threshold: cosine that a probe must reach.
        rounds: draws for the intervals.
        seed: of the draws.
    """
    group = np.array([group_of.get(name, "") for name in data.names])
    results = []
    for name in sorted(set(group_of.values())):
        is_in = group == name
        people = select_people(data, is_in)
        far, tar = _rate_pairs(people, pair_threshold, rounds=rounds, seed=seed)
        named, strangers = _rate_probes(probes, is_in, probe_threshold, rounds=rounds, seed=seed)
        results.append(GroupResult(name, people.people, len(people.person), far, tar, named, strangers))
    return tuple(results)


def _add_row(path: Path, line: int, cells: list[str], group_of: dict[str, str]) -> None:
    if not all(cells):
        raise EvaluationDataUnusable(
            path=path, reason=Reason("line {line}: a person and a group are expected", line=line)
        )
    person, group = cells
    if group_of.setdefault(composed(person), group) != group:
        raise EvaluationDataUnusable(
            path=path, reason=Reason("line {line}: {person} is in two groups", line=line, person=person)
        )


def _rate_pairs(data: LabelledEmbeddings, threshold: float, *, rounds: int, seed: int) -> tuple[Estimate, Estimate]:
    """Return FAR and TAR of all pairs within the data."""
    counts = np.bincount(data.person, minlength=data.people).astype(np.int64)
    of_one, matches = counts * (counts - 1) // 2, np.zeros(data.people, np.int64)
    false = [np.empty((0, 2), np.int64)]
    for first, second, cosine in pair_blocks(data):
        is_match, is_same = cosine >= threshold, first == second
        matches += np.bincount(first[is_match & is_same], minlength=data.people)
        false.append(np.stack([first, second], axis=1)[is_match & ~is_same])
    a, b = np.concatenate(false).T
    pairs, genuine = count_cross_pairs(counts), int(of_one.sum())
    drawn = np.full((rounds, 2), math.nan)
    for row, times in enumerate(draw_people(data.people, rounds=rounds, seed=seed)):
        all_pairs, all_genuine = count_cross_pairs(times * counts), int((times * of_one).sum())
        drawn[row, 0] = (times[a] * times[b]).sum() / all_pairs if all_pairs else math.nan
        drawn[row, 1] = (times * matches).sum() / all_genuine if all_genuine else math.nan
    far = proportion(len(a) / pairs if pairs else math.nan, drawn[:, 0], pairs)
    return far, proportion(float(matches.sum()) / genuine if genuine else math.nan, drawn[:, 1], genuine)


def _rate_probes(
    probes: OpenSetProbes | None, is_in: NDArray[np.bool_], threshold: float, *, rounds: int, seed: int
) -> tuple[Estimate, Estimate]:
    """Return the share of right names of the group's enrolled people, and of names given to its strangers."""
    if probes is None:
        nothing = Estimate(math.nan, math.nan, math.nan, 0)
        return nothing, nothing
    true, given = answers(probes, threshold)
    person = np.concatenate([probes.mated_person, probes.stranger_person])
    is_here, is_staff = is_in[person], true != UNKNOWN
    estimates = []
    for is_counted, is_hit in ((is_here & is_staff, true == given), (is_here & ~is_staff, given != UNKNOWN)):
        people, index = np.unique(person[is_counted], return_inverse=True)
        hits = is_hit[is_counted]
        draws = draw_people(len(people), rounds=rounds if len(people) else 0, seed=seed)
        drawn = np.array([np.average(hits, weights=times[index]) for times in draws])
        estimates.append(proportion(float(hits.mean()) if len(hits) else math.nan, drawn, len(hits)))
    return estimates[0], estimates[1]
