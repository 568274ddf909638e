"""What keeps a recognizer from the door: it is looked at with the site's own photographs before it is put in use."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from attendance.core.ports.people import Roster
from attendance.core.ports.vision import VisionPack
from attendance.core.recognition.alignment import CROP_SIDE_PX
from attendance.core.recognition.thresholds import GallerySize, ThresholdChoice
from attendance.core.types import FloatArray, PackInfo
from attendance.errors import Reason
from attendance.services.recognizers.site_calibration import OwnPeople, own_people

MOST_MS = 150.0
"""One face, one thread: the door asks for three frames, and a card is promised within half a second."""
LOST_SHARE, LEAST_LOST = 0.02, 2
"""Of the site's own photographs; fewer can be chance."""
MORE_MISTAKEN = 2
_FLAT = 1e-3
"""Spread of the cosines of photographs below which, and mean above which, everybody looks the same."""
_ALIKE = 0.9
_TIMED = 7

ThresholdOf = Callable[[PackInfo, GallerySize], ThresholdChoice]


@dataclass(frozen=True, slots=True)
class PromotionCheck:
    """What was found.

    Attributes:
        before: the recognizer in use on the site's own photographs; None when nobody has two.
        after: the candidate, on its own templates of them.
        milliseconds: that the candidate takes for one face here, median.
        problems: why it should not be put in use, a sentence each; () when nothing speaks against it.
    """

    before: OwnPeople | None
    after: OwnPeople | None
    milliseconds: float
    problems: tuple[Reason, ...]


def check_promotion(
    roster: Roster,
    active: PackInfo | None,
    candidate: VisionPack,
    threshold_of: ThresholdOf,
    *,
    clock: Callable[[], float] = time.perf_counter,
) -> PromotionCheck:
    """Look at a candidate whose templates are prepared.

    Every photograph that has a template is left out of its person's mean once and compared with everybody, with both
    recognizers, each with its own threshold. Then the candidate is timed on this computer.

    Args:
        roster: templates of both.
        active: the pack in use; None when it is gone or damaged, so that nothing can be compared.
        candidate: the loaded pack.
        threshold_of: what the site decides by.
        clock: seconds, for the timing.

    Raises:
        StorageError: the templates cannot be read.
        ModelContractBroken: the model failed.
    """
    problems: list[Reason] = []
    rows, people = roster.load_templates(candidate.embedder.model_id)
    named = np.asarray(people, dtype=np.int64)
    size = GallerySize(people=len(np.unique(named)), templates=len(named))
    choice = threshold_of(candidate.info, size)
    if _is_flat(rows):
        problems.append(Reason("it gives nearly the same answer for everybody"))
    if not candidate.info.calibration:
        problems.append(Reason("its thresholds were never measured; calibrate it first"))
    elif choice.is_extrapolated:
        problems.append(
            Reason("its calibration does not reach the rate that {people} people need", people=f"{size.people:,}")
        )
    before = None if active is None else known_people(roster, active, threshold_of)
    after = own_people(rows, named, choice.threshold) if len(rows) else None
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
    return PromotionCheck(before, after, milliseconds, tuple(problems))


def known_people(roster: Roster, pack: PackInfo, threshold_of: ThresholdOf) -> OwnPeople | None:
    """Return how a pack does with its own templates of the site's people; None when it has none.

    Args:
        roster: templates.
        pack: an installed pack.
        threshold_of: what the site decides by.

    Raises:
        StorageError: the templates cannot be read.
    """
    rows, people = roster.load_templates(pack.model_id)
    if not len(rows):
        return None
    named = np.asarray(people, dtype=np.int64)
    size = GallerySize(people=len(np.unique(named)), templates=len(named))
    return own_people(rows, named, threshold_of(pack, size).threshold)


def _losses(before: OwnPeople, after: OwnPeople) -> list[Reason]:
    """Compare shares: the two may have templates of different photographs."""
    problems = []
    expected = before.recognised * after.asked / before.asked
    if expected - after.recognised >= max(LEAST_LOST, LOST_SHARE * after.asked):
        problems.append(
            Reason(
                "of {asked} photographs of your people it recognises {after}, the one in use {before}",
                asked=after.asked,
                after=after.recognised,
                before=round(expected),
            )
        )
    if after.mistaken - before.mistaken >= MORE_MISTAKEN:
        problems.append(
            Reason(
                "{after} photographs of your people are taken for somebody else, {before} with the one in use",
                after=after.mistaken,
                before=before.mistaken,
            )
        )
    return problems


def _is_flat(rows: FloatArray) -> bool:
    if len(rows) < 2:
        return False
    some = rows[np.linspace(0, len(rows) - 1, min(len(rows), 500)).astype(int)]
    cosines = (some @ some.T)[np.triu_indices(len(some), 1)]
    if not np.isfinite(cosines).all():
        return True
    return float(cosines.std()) < _FLAT and float(cosines.mean()) > _ALIKE


def _milliseconds(pack: VisionPack, clock: Callable[[], float]) -> float:
    crop = np.arange(CROP_SIDE_PX * CROP_SIDE_PX * 3, dtype=np.uint32).astype(np.uint8)
    picture = crop.reshape(CROP_SIDE_PX, CROP_SIDE_PX, 3)
    taken = []
    for _ in range(_TIMED):
        begun = clock()
        pack.embedder.embed([picture])
        taken.append(1e3 * (clock() - begun))
    return statistics.median(taken)
