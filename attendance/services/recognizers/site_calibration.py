"""Calibrates a recognizer from elsewhere on the site's own people, from their kept photographs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from attendance.core.packs.calibration import Calibration, Carried
from attendance.core.ports.people import Roster
from attendance.core.ports.vision import VisionPack
from attendance.core.recognition.carried_calibration import ENOUGH_PEOPLE, LEAST_PEOPLE, ScoresTooFlat, carry_over
from attendance.core.recognition.leave_one_out import OwnPeople, own_people
from attendance.core.recognition.site_rules import SiteRules
from attendance.core.recognition.thresholds import GallerySize
from attendance.core.types import FloatArray
from attendance.errors import Reason
from attendance.errors.models import CalibrationRefused
from attendance.services.recognizers.embedding import Progress

_BATCH = 32


@dataclass(frozen=True, slots=True)
class SiteCalibration:
    """What was found.

    Attributes:
        people: active people with kept photographs.
        photographs: of them.
        calibration: for the manifest of the new pack.
        before: the measured recognizer, on the same photographs.
        after: the new one, with the thresholds found.
    """

    people: int
    photographs: int
    calibration: Calibration
    before: OwnPeople
    after: OwnPeople

    @property
    def has_few_people(self) -> bool:
        """True when the thresholds are on the strict side for that."""
        return self.people < ENOUGH_PEOPLE

    @property
    def is_much_worse(self) -> bool:
        """True when it recognises less than half of what the measured one does: its numbers may be wrong."""
        return 2 * self.after.recognised < self.before.recognised


def calibrate_on_site(
    roster: Roster, measured: VisionPack, pack: VisionPack, rules: SiteRules, *, progress: Progress | None = None
) -> SiteCalibration:
    """Carry the operating points of a measured recognizer over to another one.

    Both embed every kept photograph of every active person. See ``core.recognition.carried_calibration`` for how.

    Args:
        roster: people and their kept photographs.
        measured: a calibrated pack.
        pack: the pack to calibrate.
        rules: what the site decides by; a fixed threshold is left aside.
        progress: see ``Progress``.

    Raises:
        CalibrationRefused: too few people have kept photographs, or the recognizer does not tell people apart.
        StorageError: the photographs cannot be read.
        ModelContractBroken: a model failed.
    """
    expected = {person.id: person.crop_count for person in roster.list_people(include_inactive=False)}
    number = sum(count > 0 for count in expected.values())
    if number < LEAST_PEOPLE:
        raise CalibrationRefused(
            pack=pack.info.pack_id,
            reason=Reason(
                "photographs of {count} people are kept, and at least {needed} are needed",
                count=number,
                needed=LEAST_PEOPLE,
            ),
        )
    known, found, people = _embed_twice(roster, expected, measured, pack, progress)
    try:
        points = carry_over(measured.info.calibration, known, found, people)
    except ScoresTooFlat as err:
        raise CalibrationRefused(
            pack=pack.info.pack_id, reason=Reason("it gives nearly the same answer for everybody")
        ) from err
    number = len(np.unique(people))
    source = Carried(measured.info.model_id, number, len(people))
    calibration = Calibration(
        data=str(source.reason),
        impostor_pairs=_pairs_of_two(people),
        points=points,
        photos_per_person=measured.info.calibration_photos,
        carried=source,
    )
    size = GallerySize(people=number, templates=len(people))
    before, after = (
        own_people(rows, people, rules.calibrated(given, calibration.photos_per_person, size))
        for rows, given in ((known, measured.info.calibration), (found, points))
    )
    return SiteCalibration(number, len(people), calibration, before, after)


def _embed_twice(
    roster: Roster,
    expected: Mapping[int, int],
    measured: VisionPack,
    pack: VisionPack,
    progress: Progress | None,
) -> tuple[FloatArray, FloatArray, NDArray[np.int64]]:
    """Return (N, D) of the measured pack, (N, E) of the other and (N,) whose; a batch of crops is held at a time."""
    known, found, people = [], [], []
    crops = ((person, crop) for person, crop in roster.iter_crops() if person in expected)
    total = sum(expected.values())
    while batch := list(islice(crops, _BATCH)):
        pictures = [crop for _, crop in batch]
        known.append(measured.embedder.embed(pictures))
        found.append(pack.embedder.embed(pictures))
        people += [person for person, _ in batch]
        if progress is not None:
            progress(len(people), max(len(people), total))
    return np.concatenate(known), np.concatenate(found), np.array(people, dtype=np.int64)


def _pairs_of_two(people: NDArray[np.int64]) -> int:
    """Return the number of (photograph, person it is not of)."""
    _, counts = np.unique(people, return_counts=True)
    return int(counts.sum() * (len(counts) - 1))
