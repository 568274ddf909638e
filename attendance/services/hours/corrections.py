"""Corrections of the check-in log: manual entries, moves, voids, leave, and what people say at the kiosk."""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import date, datetime, timedelta

from attendance.core.corrected_event import EventState, added_correction_id, corrected, state_of
from attendance.core.corrections import Correction, CorrectionKind, CorrectionState
from attendance.core.ports.clock import Clock
from attendance.core.ports.door import CheckInLog
from attendance.core.ports.hours import Corrections, DisputedCrops
from attendance.core.types import Direction, ImageBgr
from attendance.core.who import KIOSK, Who
from attendance.errors import Reason
from attendance.errors.hours import CorrectionRefused

UNDO_WITHIN_S = 10.0
"""How long the person at the kiosk may take a check-in back."""
DISPUTE_WITHIN_S = 30.0
"""How long somebody else may say that it is not theirs: longer than the kiosk asks the person about another day."""
UNDO_REASON = "undone at the kiosk"
DISPUTE_REASON = "that's not me"
MAX_LEAVE_DAYS = 366
"""Anything longer is a slip of the keyboard."""
_MAX_REASON = 1000
_MAX_NAME = 200


class CorrectionService:
    """Makes corrections that make sense. The check-ins themselves never change. Safe from any thread.

    With the two-person rule a correction waits as REQUESTED until somebody else approves it; without, it is approved by
    whoever makes it. ``Who.may_be`` says who is somebody else; a name that is given as ``by`` is a remark beside the
    account.

    Args:
        corrections: where they are kept.
        log: the check-ins.
        clock: says what is in the future, and how long ago a check-in was.
        account: who uses this service: the computer's account, or ``who.KIOSK`` for the door.
        two_person_rule: whoever asks cannot approve.
        disputed: keeps the faces of wrong matches; None keeps none.
    """

    def __init__(
        self,
        corrections: Corrections,
        log: CheckInLog,
        clock: Clock,
        *,
        account: str,
        two_person_rule: bool,
        disputed: DisputedCrops | None = None,
    ) -> None:
        self._corrections = corrections
        self._log = log
        self._clock = clock
        self._account = account
        self._two_person_rule = two_person_rule
        self._disputed = disputed

    # --- asking --------------------------------------------------------------------------------------

    def add_event(
        self,
        person_id: int,
        at_utc: datetime,
        direction: Direction,
        *,
        reason: str,
        by: str,
        provisional: bool = False,
    ) -> Correction:
        """Enter an event that no camera saw.

        Args:
            person_id: whose.
            at_utc: aware UTC instant, not in the future.
            direction: which way.
            reason: why; not empty.
            by: the name of who asks, or a code or role.
            provisional: it counts at once, flagged, until somebody decides.

        Raises:
            CorrectionRefused: it makes no sense, or nobody has this id.
        """
        self._check_past(at_utc)
        new = self._new(CorrectionKind.ADD, person_id, reason, by, provisional=provisional)
        return self._corrections.request(replace(new, at_utc=at_utc, direction=direction))

    def move_event(
        self,
        event_id: str,
        *,
        at_utc: datetime | None = None,
        direction: Direction | None = None,
        reason: str,
        by: str,
        provisional: bool = False,
    ) -> Correction:
        """Give an event another instant, another direction, or both; the other arguments are those of ``add_event``.

        Raises:
            CorrectionRefused: unknown or void event, nothing to change, or an instant in the future.
        """
        event = self._counting(event_id)
        at_utc = at_utc or event.at_utc
        direction = direction or event.direction
        self._check_past(at_utc)
        if (at_utc, direction) == (event.at_utc, event.direction):
            raise CorrectionRefused(reason=Reason("the event has this time and direction already"))
        new = self._new(CorrectionKind.MOVE, event.person_id, reason, by, provisional=provisional)
        # Both are written down even where only one changes: the row then says by itself what counts.
        return self._corrections.request(replace(new, event_id=event_id, at_utc=at_utc, direction=direction))

    def void_event(self, event_id: str, *, reason: str, by: str, provisional: bool = False) -> Correction:
        """Let an event not count; the arguments are those of ``add_event``.

        Raises:
            CorrectionRefused: unknown event, or void already.
        """
        event = self._counting(event_id)
        new = self._new(CorrectionKind.VOID, event.person_id, reason, by, provisional=provisional)
        return self._corrections.request(replace(new, event_id=event_id))

    def leave(
        self,
        person_id: int,
        first_day: date,
        last_day: date,
        *,
        leave_kind: str,
        half: bool = False,
        reason: str,
        by: str,
        provisional: bool = False,
    ) -> Correction:
        """Book days of leave or absence; the other arguments are those of ``add_event``.

        Args:
            person_id: whose.
            first_day: business day of the site.
            last_day: likewise, included.
            leave_kind: "leave", "sick", "unpaid", "holiday" or the site's own word.
            half: half days.
            reason: why; not empty.
            by: who asks.
            provisional: see there.

        Raises:
            CorrectionRefused: no day, too many days, no kind, or days that are booked already.
        """
        if last_day < first_day:
            raise CorrectionRefused(reason=Reason("the last day is before the first"))
        if (last_day - first_day).days >= MAX_LEAVE_DAYS:
            raise CorrectionRefused(reason=Reason("it is longer than {count} days", count=MAX_LEAVE_DAYS))
        kind = leave_kind.strip()
        if not kind or len(kind) > 64:
            raise CorrectionRefused(reason=Reason("the kind of leave is empty or too long"))
        self._check_free(person_id, first_day, last_day, half=half)
        new = self._new(CorrectionKind.LEAVE, person_id, reason, by, provisional=provisional)
        days = replace(new, first_day=first_day, last_day=last_day, leave_kind=kind, leave_half=half)
        return self._corrections.request(days)

    def reassign(
        self,
        event_id: str,
        *,
        new_person_id: int | None = None,
        reason: str,
        by: str,
        crop_bgr: ImageBgr | None = None,
        may_keep: bool = False,
        provisional: bool = False,
    ) -> Correction:
        """Take an event from whom it was booked for; the other arguments are those of ``add_event``.

        Args:
            event_id: which.
            new_person_id: whose it is, None when nobody knows.
            reason: why; not empty.
            by: who asks.
            crop_bgr: (112, 112, 3) uint8 BGR face of the event, None when there is none.
            may_keep: whoever is in the picture agreed that it is kept for training; without, it is not kept.
            provisional: see there.

        Raises:
            CorrectionRefused: unknown or void event, or it is this person's already.
        """
        event = self._counting(event_id)
        if event.person_id == new_person_id:
            raise CorrectionRefused(reason=Reason("the event is this person's already"))
        new = self._new(CorrectionKind.REASSIGN, event.person_id, reason, by, provisional=provisional)
        stored = self._corrections.request(replace(new, event_id=event_id, new_person_id=new_person_id))
        if self._disputed is not None and crop_bgr is not None and may_keep and event.person_id is not None:
            match = self._log.get(event_id)
            self._disputed.add(
                event.person_id,
                crop_bgr,
                similarity=match.similarity if match else None,
                at_utc=event.at_utc,
                model_id=match.model_id if match else "",
                shown_person_id=new_person_id,
            )
        return stored

    # --- at the kiosk --------------------------------------------------------------------------------

    def undo(self, event_id: str) -> Correction:
        """Void a check-in that was made a moment ago, for the person who stands there; it needs nobody's approval.

        Raises:
            CorrectionRefused: unknown, void already, not the kiosk's, or longer ago than ``UNDO_WITHIN_S``.
        """
        event = self._counting(event_id)
        self._check_fresh(event_id, UNDO_WITHIN_S)
        new = replace(self._new(CorrectionKind.VOID, event.person_id, UNDO_REASON, KIOSK), requested_account=KIOSK)
        return self._corrections.request(replace(self._approved(new), event_id=event_id))

    def dispute(self, event_id: str, *, crop_bgr: ImageBgr | None = None, may_keep: bool = False) -> Correction:
        """Take a check-in back that is somebody else's ("that's not me"); provisional, so that somebody looks at it.

        Args:
            event_id: which.
            crop_bgr: (112, 112, 3) uint8 BGR face of the event.
            may_keep: see ``reassign``.

        Raises:
            CorrectionRefused: like ``undo``, but after ``DISPUTE_WITHIN_S``.
        """
        self._counting(event_id)
        self._check_fresh(event_id, DISPUTE_WITHIN_S)
        return self.reassign(
            event_id, reason=DISPUTE_REASON, by=KIOSK, crop_bgr=crop_bgr, may_keep=may_keep, provisional=True
        )

    # --- deciding ------------------------------------------------------------------------------------

    def approve(self, correction_id: str, *, by: str) -> Correction:
        """Let a correction count.

        Raises:
            CorrectionRefused: unknown, decided already, or ``by`` may be who asked and the two-person rule is on.
        """
        correction = self._found(correction_id)
        if self._two_person_rule and self.may_have_asked(correction, by):
            raise CorrectionRefused(reason=Reason("whoever asked for it cannot approve it"))
        return self._decide(correction_id, CorrectionState.APPROVED, by)

    def reject(self, correction_id: str, *, by: str) -> Correction:
        """Refuse a correction, or withdraw an approved one, for good.

        Raises:
            CorrectionRefused: unknown, or rejected already.
        """
        self._found(correction_id)
        return self._decide(correction_id, CorrectionState.REJECTED, by)

    def may_have_asked(self, correction: Correction, by: str) -> bool:
        """Return whether whoever uses this service under a name may be the one who asked."""
        return correction.asked.may_be(Who(self._account, _clean_name(by)))

    def _decide(self, correction_id: str, state: CorrectionState, by: str) -> Correction:
        who = Who(self._account, _clean_name(by))
        return self._corrections.decide(correction_id, state, who=who, at_utc=self._clock.now_utc())

    def _found(self, correction_id: str) -> Correction:
        found = self._corrections.by_id(correction_id)
        if found is None:
            raise CorrectionRefused(reason=Reason("there is no correction {name}", name=correction_id))
        return found

    # --- what is refused -----------------------------------------------------------------------------

    def _new(
        self, kind: CorrectionKind, person_id: int | None, reason: str, by: str, *, provisional: bool = False
    ) -> Correction:
        words = " ".join(reason.split())
        if not words:
            raise CorrectionRefused(reason=Reason("it needs a reason"))
        if len(words) > _MAX_REASON:
            raise CorrectionRefused(reason=Reason("longer than {count} characters", count=_MAX_REASON))
        new = Correction(
            correction_id=str(uuid.uuid4()),
            kind=kind,
            state=CorrectionState.PROVISIONAL if provisional else CorrectionState.REQUESTED,
            person_id=person_id,
            reason=words,
            requested_by=_clean_name(by),
            requested_utc=self._clock.now_utc(),
            requested_account=self._account,
        )
        return new if provisional or self._two_person_rule else self._approved(new)

    def _approved(self, new: Correction) -> Correction:
        return replace(
            new,
            state=CorrectionState.APPROVED,
            decided_by=new.requested_by,
            decided_account=new.requested_account,
            decided_utc=new.requested_utc,
        )

    def _counting(self, event_id: str) -> EventState:
        """Return how an event stands that exists and is not void."""
        base = self._base(event_id)
        if base is None:
            raise CorrectionRefused(reason=Reason("there is no event {name}", name=event_id))
        event = state_of(base, self._corrections.for_event(event_id))
        if not event.counts:
            raise CorrectionRefused(reason=Reason("the event {name} is void already", name=event_id))
        return event

    def _base(self, event_id: str) -> EventState | None:
        added_id = added_correction_id(event_id)
        if added_id is not None:
            added = self._corrections.by_id(added_id)
            return corrected(None, added) if added is not None else None
        event = self._log.get(event_id)
        return None if event is None else EventState(event.person_id, event.at_utc, event.direction)

    def _check_past(self, at_utc: datetime) -> None:
        if at_utc.utcoffset() is None:
            raise ValueError("only aware instants are stored")
        if at_utc > self._clock.now_utc():
            raise CorrectionRefused(reason=Reason("the time is in the future"))

    def _check_fresh(self, event_id: str, within_s: float) -> None:
        event = self._log.get(event_id)
        if event is None or event.made_by != KIOSK:
            raise CorrectionRefused(reason=Reason("the event was not made at the kiosk"))
        # A clock that was set back in between must not open the door to old events.
        if abs(self._clock.now_utc() - event.at_utc) > timedelta(seconds=within_s):
            raise CorrectionRefused(
                reason=Reason("it is too late to take it back at the kiosk; ask whoever keeps the hours")
            )

    def _check_free(self, person_id: int, first_day: date, last_day: date, *, half: bool) -> None:
        now = self._clock.now_utc()
        for other in self._corrections.for_range(now, now, first_day=first_day, last_day=last_day):
            is_leave = other.kind is CorrectionKind.LEAVE and other.person_id == person_id
            if is_leave and other.state is not CorrectionState.REJECTED and not (half and other.leave_half):
                raise CorrectionRefused(
                    reason=Reason(
                        "leave is booked from {first} to {last} already", first=other.first_day, last=other.last_day
                    )
                )


def _clean_name(by: str) -> str:
    name = " ".join(by.split())
    if not name:
        raise CorrectionRefused(reason=Reason("it needs the name of who does it"))
    if len(name) > _MAX_NAME:
        raise CorrectionRefused(reason=Reason("longer than {count} characters", count=_MAX_NAME))
    return name
