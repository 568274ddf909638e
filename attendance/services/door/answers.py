"""What people answer at the door: undo, "that's not me", and when they left on a day without a check-out."""

from __future__ import annotations

from datetime import datetime

from attendance.core.corrections import Correction
from attendance.core.hours.next_step import MissingCheckOut
from attendance.core.ports.hours import DisputedCrops
from attendance.core.types import CheckIn, Direction, ImageBgr
from attendance.core.who import KIOSK
from attendance.errors import Reason
from attendance.errors.hours import CorrectionRefused
from attendance.services.hours.corrections import CorrectionService

FORGOTTEN_REASON = "forgot to check out"


class DoorAnswers:
    """Turns answers into corrections. Safe from any thread; each call waits for the commit.

    Args:
        corrections: makes them.
        disputed: keeps the pictures that people agreed to.
    """

    def __init__(self, corrections: CorrectionService, disputed: DisputedCrops) -> None:
        self._corrections = corrections
        self._disputed = disputed

    def undo(self, check_in: CheckIn) -> Correction:
        """Let a check-in of a moment ago not count.

        Raises:
            CorrectionRefused: too late, or void already.
            StorageError: it was not saved.
        """
        return self._corrections.undo(check_in.event_id)

    def dispute(self, check_in: CheckIn) -> Correction:
        """Take a check-in from whom it was booked for; keeps no picture.

        Raises:
            CorrectionRefused: too late, or void already.
            StorageError: it was not saved.
        """
        return self._corrections.dispute(check_in.event_id)

    def keep_picture(self, check_in: CheckIn, crop_bgr: ImageBgr) -> None:
        """Keep the face of a disputed check-in for training; call it only after the person agreed.

        Args:
            check_in: the disputed one.
            crop_bgr: (112, 112, 3) uint8 BGR.

        Raises:
            StorageError: it was not saved.
        """
        if check_in.person_id is None:
            return
        self._disputed.add(
            check_in.person_id,
            crop_bgr,
            similarity=check_in.similarity,
            at_utc=check_in.at_utc,
            model_id=check_in.model_id,
        )

    def left(self, missing: MissingCheckOut, left_utc: datetime) -> Correction:
        """Book when somebody left who did not check out; it counts, flagged, until the manager decides.

        Raises:
            CorrectionRefused: nobody can have left then.
            StorageError: it was not saved.
        """
        if not missing.allows(left_utc):
            raise CorrectionRefused(reason=Reason("nobody can have left at that time"))
        return self._corrections.add_event(
            missing.person_id, left_utc, Direction.OUT, reason=FORGOTTEN_REASON, by=KIOSK, provisional=True
        )
