"""Calibrates a recognizer from elsewhere on the site's own people, from their kept photographs."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from attendance.core.packs.format import Calibration
from attendance.core.ports.people import Roster
from attendance.core.ports.vision import VisionPack
from attendance.core.recognition.carried_calibration import LEAST_PEOPLE, ScoresTooFlat, carry_over
from attendance.core.recognition.leave_one_out import leave_one_out
from attendance.core.recognition.thresholds import GallerySize, threshold_for
from attendance.core.types import FloatArray, ImageBgr
from attendance.errors import Reason
from attendance.errors.models import CalibrationRefused
from attendance.services.recognizers.embedding import Progress

_BATCH = 32
_DATA = re.compile(
    r"(?P<people>\d+) people and (?P<photographs>\d+) photographs of this site, carried over from (?P<model>\S+)"
)


@dataclass(frozen=True, slots=True)
class OwnPeople:
    """How a recognizer does with the site's own photographs.

    Attributes:
        threshold: cosine that it decides by at the site's security level.
        asked: photographs whose person has another one, which stands for the person.
        recognised: of these, at least the threshold similar to the right person, and to nobody else more.
        mistaken: of these, at least the threshold similar to somebody else more than to the right person.
    """

    threshold: float
    asked: int
    recognised: int
    mistaken: int


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
    def is_much_worse(self) -> bool:
        """True when it recognises less than half of what the measured one does: its numbers may be wrong."""
        return 2 * self.after.recognised < self.before.recognised


def calibrate_on_site(
    roster: Roster, measured: VisionPack, pack: VisionPack, *, security: str, progress: Progress | None = None
) -> SiteCalibration:
    """Carry the operating points of a measured recognizer over to another one.

    Both embed every kept photograph of every active person. See ``core.recognition.carried_calibration`` for how.

    Args:
        roster: people and their kept photographs.
        measured: a calibrated pack.
        pack: the pack to calibrate.
        security: level of the kiosk, "relaxed", "normal" or "strict".
        progress: see ``Progress``.

    Raises:
        CalibrationRefused: too few people have kept photographs, or the recognizer does not tell people apart.
        StorageError: the photographs cannot be read.
        ModelContractBroken: a model failed.
    """
    crops = _active_crops(roster)
    people = np.array([person for person, _ in crops], dtype=np.int64)
    number = len(np.unique(people))
    if number < LEAST_PEOPLE:
        raise CalibrationRefused(
            pack=pack.info.pack_id,
            reason=Reason(
                "photographs of {count} people are kept, and at least {needed} are needed",
                count=number,
                needed=LEAST_PEOPLE,
            ),
        )
    known, found = _embed_twice(crops, measured, pack, progress)
    try:
        points = carry_over(measured.info.calibration, known, found, people)
    except ScoresTooFlat as err:
        raise CalibrationRefused(
            pack=pack.info.pack_id, reason=Reason("it gives nearly the same answer for everybody")
        ) from err
    calibration = Calibration(
        data=str(_measured_on(number, len(crops), measured.info.model_id)),
        impostor_pairs=_pairs_of_two(people),
        points=points,
        photos_per_person=measured.info.calibration_photos,
    )
    size = GallerySize(people=number, templates=len(crops))
    comparisons = size.comparisons(calibration.photos_per_person)
    before, after = (
        own_people(rows, people, threshold_for(given, comparisons, security).threshold)
        for rows, given in ((known, measured.info.calibration), (found, points))
    )
    return SiteCalibration(number, len(crops), calibration, before, after)


def site_data(calibration_data: str) -> Reason | None:
    """Return what ``calibrate_on_site`` noted in a manifest as words with values; None for any other calibration."""
    found = _DATA.fullmatch(calibration_data)
    return None if found is None else _measured_on(int(found["people"]), int(found["photographs"]), found["model"])


def _measured_on(people: int, photographs: int, model: str) -> Reason:
    return Reason(
        "{people} people and {photographs} photographs of this site, carried over from {model}",
        people=people,
        photographs=photographs,
        model=model,
    )


def _active_crops(roster: Roster) -> list[tuple[int, ImageBgr]]:
    active = {person.id for person in roster.list_people(include_inactive=False)}
    return [(person, crop) for person, crop in roster.iter_crops() if person in active]


def _embed_twice(
    crops: list[tuple[int, ImageBgr]], measured: VisionPack, pack: VisionPack, progress: Progress | None
) -> tuple[FloatArray, FloatArray]:
    """Return (N, D) of the measured pack and (N, E) of the other."""
    known, found = [], []
    done = 0
    waiting: Iterable[ImageBgr] = iter([crop for _, crop in crops])
    while batch := list(islice(waiting, _BATCH)):
        known.append(measured.embedder.embed(batch))
        found.append(pack.embedder.embed(batch))
        done += len(batch)
        if progress is not None:
            progress(done, len(crops))
    return np.concatenate(known), np.concatenate(found)


def _pairs_of_two(people: NDArray[np.int64]) -> int:
    """Return the number of (photograph, person it is not of)."""
    _, counts = np.unique(people, return_counts=True)
    return int(counts.sum() * (len(counts) - 1))


def own_people(rows: FloatArray, people: NDArray[np.int64], threshold: float) -> OwnPeople:
    """Compare each photograph with everybody, with its own person as the mean of the other photographs.

    Args:
        rows: (N, D) float32 unit rows of one recognizer.
        people: (N,) whose they are.
        threshold: cosine that it decides by.
    """
    found = leave_one_out(rows, people)
    return OwnPeople(
        threshold, len(found.person), int(found.named(threshold).sum()), int(found.mistaken(threshold).sum())
    )
