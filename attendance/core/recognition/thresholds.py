"""The similarity threshold for a gallery of a given size, from the pack's calibration."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from attendance.core.types import FmrPoint

TARGET_FPIR = MappingProxyType({"relaxed": 0.03, "normal": 0.01, "strict": 0.001})
"""Aimed-at share of strangers that are taken for somebody, by security level."""

UNCALIBRATED_THRESHOLD = 0.45
"""Cosine for a pack that was never measured: the 0.40 of InsightFace Evaluation Studio plus its band of 0.05 in
which it calls a match uncertain. Cautious, not measured: staff is refused sooner than a stranger is let in."""


LEAST_COMPARISONS = 100
"""Smaller rosters decide by the threshold of this many people. A looser one would hardly let more people in, but take
look-alikes for somebody: with the bundled recognizer the threshold of 5 people accepts between 99.5 and 99.6 % of a
person's single photographs, that of 100 people 99.0 %, at a twentieth of the false match rate
(docs/results/bundled-pack.md)."""


@dataclass(frozen=True, slots=True)
class GallerySize:
    """How much a probe is compared with.

    Attributes:
        people: with at least one template.
        templates: of all of them.
    """

    people: int
    templates: int

    def comparisons(self, calibration_photos: int) -> int:
        """Return the number of chances of a false match that one probe has.

        Args:
            calibration_photos: how many photographs stood for a person where the calibration was measured. With one,
                its rates are those of two photographs; a mean of several matches strangers up to twice as often
                (``docs/results/person-templates.md``), so every template is counted, to be on the safe side.
        """
        return max(LEAST_COMPARISONS, self.people if calibration_photos > 1 else self.templates)


@dataclass(frozen=True, slots=True)
class ThresholdChoice:
    """A threshold and what it aims at.

    Attributes:
        threshold: cosine, -1..1.
        fmr: aimed-at false match rate of one comparison.
        fpir: aimed-at share of strangers that match anybody of the roster.
        is_extrapolated: True when the calibration does not reach this rate (or is empty); the rates are
            then a wish, not a measurement.
    """

    threshold: float
    fmr: float
    fpir: float
    is_extrapolated: bool


def threshold_for(calibration: Sequence[FmrPoint], comparisons: int, security: str) -> ThresholdChoice:
    """Choose the threshold for a gallery.

    A stranger is compared with every person: FPIR = 1 - (1 - FMR)^N, about N * FMR for small rates, so one
    comparison may be wrong only FPIR / N times; N is ``GallerySize.comparisons``. Between calibrated points the
    threshold is interpolated over log10(FMR); outside it is the one at the nearer end.

    Stricter security and a larger gallery never lower the threshold, even on a noisy calibration: a point with
    a smaller rate counts at least as much as every point with a larger one.

    Args:
        calibration: measured points in any order; may be empty.
        comparisons: N; 0 counts as 1.
        security: "relaxed", "normal" or "strict".

    Raises:
        ValueError: unknown security level, a negative number, or a point that is neither a rate nor a cosine.
    """
    if security not in TARGET_FPIR:
        raise ValueError(f"security must be one of {', '.join(TARGET_FPIR)}, not {security!r}")
    if comparisons < 0:
        raise ValueError(f"comparisons must not be negative: {comparisons}")
    fpir = TARGET_FPIR[security]
    return threshold_at(calibration, fpir / max(1, comparisons), fpir=fpir)


def threshold_at(calibration: Sequence[FmrPoint], fmr: float, *, fpir: float | None = None) -> ThresholdChoice:
    """Choose the threshold for a false match rate; see ``threshold_for``.

    Args:
        calibration: measured points in any order; may be empty.
        fmr: of one comparison, in (0, 1].
        fpir: noted in the answer; None for one comparison.

    Raises:
        ValueError: a point that is neither a rate nor a cosine.
    """
    aim = fmr if fpir is None else fpir
    if not calibration:
        return ThresholdChoice(UNCALIBRATED_THRESHOLD, fmr, aim, is_extrapolated=True)
    for point in calibration:
        if not (0.0 < point.fmr <= 1.0 and -1.0 <= point.threshold <= 1.0):
            raise ValueError(f"not a usable calibration point: {point}")
    points = sorted(calibration, key=lambda p: (-p.fmr, p.threshold))
    strictness = np.array([-math.log10(p.fmr) for p in points])
    thresholds = np.maximum.accumulate([p.threshold for p in points])
    wanted = -math.log10(fmr)
    return ThresholdChoice(
        # np.interp clamps to the ends.
        threshold=float(np.interp(wanted, strictness, thresholds)),
        fmr=fmr,
        fpir=aim,
        is_extrapolated=not strictness[0] <= wanted <= strictness[-1],
    )
