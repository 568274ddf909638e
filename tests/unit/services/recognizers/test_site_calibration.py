from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pytest

from attendance.core.packs.calibration import Carried
from attendance.core.recognition.decision import DecisionRules
from attendance.core.recognition.site_rules import SiteRules
from attendance.core.recognition.thresholds import threshold_for
from attendance.core.types import FloatArray, FmrPoint, ImageBgr
from attendance.errors.models import CalibrationRefused
from attendance.services.recognizers.site_calibration import calibrate_on_site
from tests.fakes import FakePack
from tests.in_memory import InMemoryRoster

POINTS = tuple(FmrPoint(10.0**-n, t, t - 0.01, t + 0.01) for n, t in ((2, 0.30), (3, 0.40), (4, 0.48), (5, 0.55)))


def rules_of(security: str) -> SiteRules:
    return SiteRules(security, DecisionRules(threshold=0.0))


class Embedder:
    """Turns a crop into the direction that its person's number and its photograph's give."""

    embedding_size, model_id = 64, "any:0"

    def __init__(self, of_crop: Callable[[ImageBgr], FloatArray]) -> None:
        self._of_crop = of_crop

    def align(self, image_bgr: ImageBgr, landmarks_px: FloatArray) -> ImageBgr:
        raise NotImplementedError

    def embed(self, crops_bgr: Sequence[ImageBgr]) -> FloatArray:
        rows = np.stack([self._of_crop(crop) for crop in crops_bgr])
        return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


class Pack(FakePack):
    def __init__(self, name: str, of_crop: Callable[[ImageBgr], FloatArray], points: tuple[FmrPoint, ...] = ()) -> None:
        super().__init__(f"{name}:0", pack_id=name, calibration=points)
        self._embedder = Embedder(of_crop)

    @property
    def embedder(self) -> Embedder:  # type: ignore[override]
        return self._embedder


def person_of(crop: ImageBgr) -> FloatArray:
    centre = np.random.default_rng(int(crop[0, 0, 0])).normal(size=64)
    return np.asarray(centre + 0.3 * np.random.default_rng(int(crop[0, 0, 1])).normal(size=64), np.float32)


def crop_of(person: int, photo: int) -> ImageBgr:
    crop = np.zeros((112, 112, 3), np.uint8)
    crop[0, 0] = (person, photo, 0)
    return crop


def roster_of(people: int, photos: int, *, inactive: int = 0) -> InMemoryRoster:
    roster = InMemoryRoster()
    row = np.eye(64, dtype=np.float32)[0]
    for number in range(people + inactive):
        code = f"E{number}"
        roster.enrol(
            code=code,
            name=code,
            templates=[(row, crop_of(number, number * 3 + n)) for n in range(photos)],
            model_id="x",
        )
        if number >= people:
            roster.update(code, is_active=False)
    return roster


def test_that_points_are_carried_over_and_the_sites_people_counted() -> None:
    seen: list[tuple[int, int]] = []
    biased = Pack("mine", lambda crop: person_of(crop) + np.float32(0.6))
    found = calibrate_on_site(
        roster_of(12, 3, inactive=2),
        Pack("bundled", person_of, POINTS),
        biased,
        rules_of("normal"),
        progress=lambda done, of: seen.append((done, of)),
    )
    assert (found.people, found.photographs) == (12, 36)
    assert seen == [(32, 36), (36, 36)]
    assert found.calibration.data == "carried over from bundled:0 with 36 photographs of 12 people"
    assert found.calibration.carried == Carried("bundled:0", people=12, photographs=36)
    assert found.calibration.impostor_pairs == 36 * 11
    assert [point.fmr for point in found.calibration.points] == [point.fmr for point in POINTS]
    assert found.before.threshold == threshold_for(POINTS, 100, "normal").threshold
    assert found.after.threshold > found.before.threshold
    assert (found.before.asked, found.before.recognised, found.before.mistaken) == (36, 36, 0)
    assert found.after.asked == 36
    assert not found.is_much_worse


def test_that_a_recognizer_with_wrong_numbers_is_noticed() -> None:
    def blurred(crop: ImageBgr) -> FloatArray:
        return person_of(crop) + 2 * person_of(crop_of(200, int(crop[0, 0, 1])))

    found = calibrate_on_site(
        roster_of(20, 3), Pack("bundled", person_of, POINTS), Pack("mine", blurred), rules_of("normal")
    )
    assert found.is_much_worse


def test_that_somebody_who_is_taken_for_another_is_counted() -> None:
    def confused(crop: ImageBgr) -> FloatArray:
        # The second photograph of the first person looks a little more like the second person.
        if (crop[0, 0, 0], crop[0, 0, 1]) != (0, 1):
            return person_of(crop)
        return person_of(crop) + np.float32(1.5) * person_of(crop_of(1, 77))

    found = calibrate_on_site(
        roster_of(40, 3), Pack("bundled", person_of, POINTS), Pack("mine", confused), rules_of("relaxed")
    )
    assert found.after.mistaken == 1
    assert found.after.recognised < found.before.recognised == found.before.asked == 120
    assert found.before.mistaken == 0


def test_that_people_with_one_photograph_count_as_strangers_only() -> None:
    found = calibrate_on_site(
        roster_of(12, 1), Pack("bundled", person_of, POINTS), Pack("mine", person_of), rules_of("strict")
    )
    assert (found.after.asked, found.after.recognised) == (0, 0)
    assert len(found.calibration.points) == len(POINTS)


def test_that_nine_people_are_too_few() -> None:
    with pytest.raises(CalibrationRefused, match="photographs of 9 people are kept, and at least 10"):
        calibrate_on_site(
            roster_of(9, 2, inactive=5), Pack("bundled", person_of, POINTS), Pack("mine", person_of), rules_of("normal")
        )


def test_that_a_model_that_answers_the_same_for_everybody_is_refused() -> None:
    constant = Pack("mine", lambda _crop: np.ones(64, np.float32))
    with pytest.raises(CalibrationRefused, match="nearly the same answer for everybody"):
        calibrate_on_site(roster_of(12, 2), Pack("bundled", person_of, POINTS), constant, rules_of("normal"))
