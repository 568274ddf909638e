"""Operating points in a manifest: on what they were measured, or from which recognizer they were carried over."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from attendance.core.packs.json_section import JsonSection
from attendance.core.types import FmrPoint
from attendance.errors import Reason, Refusal

LOWEST, HIGHEST = -1.0, 1.0001
"""Thresholds that a calibration can give: cosines of float32, and the number above the highest of them."""


@dataclass(frozen=True, slots=True)
class Carried:
    """That operating points were carried over from another recognizer, and with which photographs.

    Attributes:
        model_id: of the recognizer that they come from.
        people: whose photographs both recognizers embedded.
        photographs: of them.
    """

    model_id: str
    people: int
    photographs: int

    @property
    def reason(self) -> Reason:
        """One sentence."""
        return Reason(
            "carried over from {model} with {photographs} photographs of {people} people",
            model=self.model_id,
            photographs=f"{self.photographs:,}",
            people=f"{self.people:,}",
        )


@dataclass(frozen=True, slots=True)
class Calibration:
    """Measured operating points.

    Attributes:
        data: on which photographs, one line.
        impostor_pairs: how many comparisons of different people.
        points: by falling fmr.
        photos_per_person: how many photographs, as their mean, stood for a person; 1 in manifests that do not say.
        carried: where the points come from if nobody measured them; None if somebody did.
    """

    data: str
    impostor_pairs: int
    points: tuple[FmrPoint, ...]
    photos_per_person: int = 1
    carried: Carried | None = None


def calibration_json(calibration: Calibration) -> dict[str, Any]:
    """Return the JSON object of a section "calibration"."""
    points = [
        {"fmr": point.fmr, "threshold": point.threshold, "low": point.low, "high": point.high}
        for point in calibration.points
    ]
    content: dict[str, Any] = {
        "data": calibration.data,
        "photos_per_person": calibration.photos_per_person,
        "impostor_pairs": calibration.impostor_pairs,
        "points": points,
    }
    if source := calibration.carried:
        content["carried"] = {"from": source.model_id, "people": source.people, "photographs": source.photographs}
    return content


def read_calibration(section: JsonSection) -> Calibration:
    """Translate a section "calibration".

    Raises:
        Refusal: a value is missing, of another type or out of range; the reason names it.
    """
    raw = section.content.get("points")
    if not isinstance(raw, list):
        raise Refusal(Reason("{key} is not a list", key="calibration.points"))
    points = []
    for index, item in enumerate(raw):
        point = JsonSection(item, f"calibration.points[{index}]")
        cosines = [point.number(key, LOWEST, HIGHEST) for key in ("threshold", "low", "high")]
        points.append(FmrPoint(point.number("fmr", 0.0, 1.0), *cosines))
    points.sort(key=lambda point: -point.fmr)
    return Calibration(
        data=section.text("data"),
        impostor_pairs=section.integer("impostor_pairs", 0, 2**53),
        points=tuple(points),
        photos_per_person=section.integer("photos_per_person", 1, 1000) if section.has("photos_per_person") else 1,
        carried=_carried(section.section("carried")) if section.has("carried") else None,
    )


def _carried(section: JsonSection) -> Carried:
    counts = (section.integer(key, 0, 2**40) for key in ("people", "photographs"))
    return Carried(section.text("from"), *counts)
