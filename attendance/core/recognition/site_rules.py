"""What a site decides by with any pack: its settings, and the threshold that the pack's calibration asks for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial

from attendance.core.packs.format import recognizer_digits
from attendance.core.recognition.decision import DecisionRules
from attendance.core.recognition.thresholds import GallerySize, ThresholdChoice, threshold_for
from attendance.core.types import FmrPoint, PackInfo


@dataclass(frozen=True, slots=True)
class SiteRules:
    """Rules of a site.

    Attributes:
        security: "relaxed", "normal" or "strict".
        decision: of the settings; its threshold holds for every roster, and 0 means that of calibration, roster and
            security.
        fixed_for: recognizer that the threshold was set for (``recognizer_digits``); with another one it means nothing.
    """

    security: str
    decision: DecisionRules
    fixed_for: str = ""

    def threshold(self, pack: PackInfo, size: GallerySize) -> ThresholdChoice:
        """Return the threshold in force for a gallery.

        Args:
            pack: with its calibration.
            size: of the active people's gallery.
        """
        choice = threshold_for(pack.calibration, size.comparisons(pack.calibration_photos), self.security)
        if fixed := self.fixed(pack):  # whatever it does to the rates was not measured
            return replace(choice, threshold=fixed, is_extrapolated=True)
        return choice

    def fixed(self, pack: PackInfo) -> float:
        """Return the fixed threshold where it holds for a pack, else 0."""
        return self.decision.threshold if recognizer_digits(pack.model_id) == self.fixed_for else 0.0

    def of_roster(self, pack: PackInfo, size: GallerySize) -> DecisionRules:
        """Return the rules for one pack and gallery."""
        return replace(self.decision, threshold=self.threshold(pack, size).threshold)

    def calibrated(self, points: Sequence[FmrPoint], photos_per_person: int, size: GallerySize) -> DecisionRules:
        """Return the rules of a calibration that no pack has yet; a fixed threshold is not for it.

        Args:
            points: by falling fmr.
            photos_per_person: of their measurement.
            size: of the gallery.
        """
        choice = threshold_for(points, size.comparisons(photos_per_person), self.security)
        return replace(self.decision, threshold=choice.threshold)

    def of_pack(self, pack: PackInfo) -> Callable[[GallerySize], DecisionRules]:
        """Return the function size of the gallery -> rules for one pack."""
        return partial(self.of_roster, pack)
