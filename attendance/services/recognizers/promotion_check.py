"""What keeps a recognizer from the door: it is looked at with the site's own photographs before it is put in use."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from attendance.core.ports.people import Roster
from attendance.core.ports.vision import VisionPack
from attendance.core.recognition.alignment import CROP_SIDE_PX
from attendance.core.recognition.leave_one_out import OwnPeople, own_people
from attendance.core.recognition.site_rules import SiteRules
from attendance.core.recognition.thresholds import GallerySize
from attendance.core.types import FloatArray, PackInfo
from attendance.errors import Reason

MOST_MS = 150.0
"""One face, one thread: the door asks for three frames, and a card is promised within half a second."""
LOST_SHARE, LEAST_LOST = 0.02, 2
"""Of the site's own photographs; fewer can be chance."""
MORE_MISTAKEN = 2
_FLAT = 1e-3
"""Spread of the cosines of photographs below which, and mean above which, everybody looks the same."""
_ALIKE = 0.9
_TIMED = 7


def check_promotion(
    roster: Roster,
    active: PackInfo | None,
    candidate: VisionPack,
    rules: SiteRules,
    *,
    clock: Callable[[], float] = time.perf_counter,
) -> tuple[Reason, ...]:
    """Say what speaks against putting a candidate in use whose templates are prepared, a sentence each.

    Every photograph that has a template is left out of its person's mean once and compared with everybody, with both
    recognizers, each with its own threshold. Then the candidate is timed on this computer.

    Args:
        roster: templates of both.
        active: the pack in use; None when it is gone or damaged, so that nothing can be compared.
        candidate: the loaded pack.
        rules: what the site decides by.
        clock: seconds, for the timing.

    Raises:
        StorageError: the templates cannot be read.
        ModelContractBroken: the model failed.
    """
    problems: list[Reason] = []
    new = _templates(roster, candidate.info.model_id)
    if not np.isfinite(new.rows).all():
        problems.append(Reason("some of its embeddings are not numbers"))
    elif _is_flat(new.rows):
        problems.append(Reason("it gives nearly the same answer for everybody"))
    if not candidate.info.calibration:
        problems.append(Reason("its thresholds were never measured; calibrate it first"))
    elif rules.threshold(candidate.info, new.size).is_extrapolated:
        problems.append(
            Reason("its calibration does not reach the rate that {people} people need", people=f"{new.size.people:,}")
        )
    before = None if active is None else known_people(roster, active, rules)
    after = _known(new, candidate.info, rules)
    if before is not None and after is not None and before.asked and after.asked:
        problems += _losses(before, after)
    milliseconds = _milliseconds(candidate, clock)
    if not milliseconds <= MOST_MS:
        problems.append(
            Reason(
                "one face takes {ms} milliseconds on this computer, at most {most} are good for a door",
                ms=f"{milliseconds:.0f}",
                most=f"{MOST_MS:.0f}",
            )
        )
    return tuple(problems)


def known_people(roster: Roster, pack: PackInfo, rules: SiteRules) -> OwnPeople | None:
    """Return how a pack does with its own templates of the site's people; None when it has none.

    Args:
        roster: templates.
        pack: an installed pack.
        rules: what the site decides by.

    Raises:
        StorageError: the templates cannot be read.
    """
    return _known(_templates(roster, pack.model_id), pack, rules)


@dataclass(frozen=True, slots=True, eq=False)
class _Templates:
    """(N, D) float32 unit rows and (N,) whose they are."""

    rows: FloatArray
    people: NDArray[np.int64]

    @property
    def size(self) -> GallerySize:
        return GallerySize(people=len(np.unique(self.people)), templates=len(self.people))


def _templates(roster: Roster, model_id: str) -> _Templates:
    rows, people = roster.load_templates(model_id, on_damaged=lambda _person_id: None)  # the gallery tells of it
    return _Templates(rows, np.asarray(people, dtype=np.int64))


def _known(templates: _Templates, pack: PackInfo, rules: SiteRules) -> OwnPeople | None:
    if not len(templates.rows):
        return None
    return own_people(templates.rows, templates.people, rules.of_roster(pack, templates.size))


def _losses(before: OwnPeople, after: OwnPeople) -> list[Reason]:
    """Compare shares: the two may have templates of different photographs."""
    problems = []
    times = after.asked / before.asked
    expected, mistaken = before.recognised * times, before.mistaken * times
    if expected - after.recognised >= max(LEAST_LOST, LOST_SHARE * after.asked):
        problems.append(
            Reason(
                "of {asked} photographs of your people it recognises {after}, the one in use {before}",
                asked=after.asked,
                after=after.recognised,
                before=round(expected),
            )
        )
    if after.mistaken - mistaken >= MORE_MISTAKEN:
        problems.append(
            Reason(
                "{after} photographs of your people are taken for somebody else, {before} with the one in use",
                after=after.mistaken,
                before=round(mistaken),
            )
        )
    return problems


def _is_flat(rows: FloatArray) -> bool:
    if len(rows) < 2:
        return False
    some = rows[np.linspace(0, len(rows) - 1, min(len(rows), 500)).astype(int)]
    cosines = (some @ some.T)[np.triu_indices(len(some), 1)]
    return float(cosines.std()) < _FLAT and float(cosines.mean()) > _ALIKE


def _milliseconds(pack: VisionPack, clock: Callable[[], float]) -> float:
    crop = np.arange(CROP_SIDE_PX * CROP_SIDE_PX * 3, dtype=np.uint32).astype(np.uint8)
    picture = crop.reshape(CROP_SIDE_PX, CROP_SIDE_PX, 3)
    taken = []
    for _ in range(_TIMED):
        begun = clock()
        pack.embedder.embed([picture])
        taken.append(1e3 * (clock() - begun))
    return min(taken)  # other programs only ever add to it
