"""What a site decides by with any pack: its settings, and the threshold that the pack's calibration asks for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from attendance.core.recognition.decision import DecisionRules
from attendance.core.recognition.thresholds import ThresholdChoice, threshold_for
from attendance.core.types import PackInfo


@dataclass(frozen=True, slots=True)
class SiteRules:
    """Rules of a site.

    Attributes:
        security: "relaxed", "normal" or "strict".
        fixed_threshold: cosine that holds for every pack and roster; 0 = the one of calibration, roster and security.
        margin: see ``DecisionRules``, as the others below.
    """

    security: str
    fixed_threshold: float
    margin: float
    votes: int
    window: int
    max_attempts: int
    retry_after_s: float

    def threshold(self, pack: PackInfo, templates: int) -> ThresholdChoice:
        """Return the threshold in force for a gallery.

        Args:
            pack: with its calibration.
            templates: templates of active people.
        """
        choice = threshold_for(pack.calibration, templates, self.security)
        if self.fixed_threshold > 0:  # whatever it does to the rates was not measured
            return replace(choice, threshold=self.fixed_threshold, is_extrapolated=True)
        return choice

    def of_pack(self, pack: PackInfo) -> Callable[[int], DecisionRules]:
        """Return the function number of templates -> rules for one pack."""

        def rules(templates: int) -> DecisionRules:
            return DecisionRules(
                threshold=self.threshold(pack, templates).threshold,
                margin=self.margin,
                votes=self.votes,
                window=self.window,
                max_attempts=self.max_attempts,
                retry_after_s=self.retry_after_s,
            )

        return rules
