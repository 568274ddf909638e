"""Messages to another system in the database (port Outbox), written with the change they tell of."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime, timedelta, timezone

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from attendance.core.corrections import Correction
from attendance.core.outbox import WEBHOOK_URL_SETTING, OutboxMessage, OutboxStatus, RefusedMessage
from attendance.core.types import CheckIn
from attendance.data.database import Database
from attendance.data.engines import upsert
from attendance.data.schema import OutboxRow, PersonRow, SettingRow
from attendance.data.settings_repository import put_setting
from attendance.data.storage_errors import DamagedValue, translated
from attendance.data.stored.reasons import read_reason, text_of_reason
from attendance.errors import Reason

_KEY_HEX = 16
_WAITS = (OutboxRow.delivered_utc.is_(None), OutboxRow.refused_utc.is_(None))
_IS_REFUSED = OutboxRow.refused_utc.is_not(None)


def url_key(name: str) -> str:
    """Return what stands in the table for an address of this name: 16 hexadecimal digits of a SHA-256."""
    return hashlib.sha256(name.encode()).hexdigest()[:_KEY_HEX]


def queue_check_in(session: Session, event: CheckIn) -> None:
    """Keep a message about a check-in in the transaction that stores it; nothing happens without an address.

    Args:
        session: of the write transaction.
        event: as it was stored.
    """
    at_door = timezone(timedelta(seconds=event.utc_offset_s))
    facts = {
        "type": "check_in",
        "event_id": event.event_id,
        "direction": event.direction.value,
        "at": _text(event.at_utc),
        "local_time": event.at_utc.astimezone(at_door).isoformat(timespec="seconds"),
        "source": event.source,
        "made_by": event.made_by,
        "method": event.method,
    }
    _queue(session, event.event_id, event.person_id, facts)


def queue_correction(session: Session, correction: Correction) -> None:
    """Keep a message about a new state of a correction, in the transaction that stores it."""
    facts = {
        "type": "correction",
        "correction_id": correction.correction_id,
        "kind": correction.kind.value,
        "state": correction.state.value,
        "event_id": correction.event_id,
        "at": None if correction.at_utc is None else _text(correction.at_utc),
        "direction": None if correction.direction is None else correction.direction.value,
        "first_day": None if correction.first_day is None else correction.first_day.isoformat(),
        "last_day": None if correction.last_day is None else correction.last_day.isoformat(),
        "leave_kind": correction.leave_kind,
        "leave_half": correction.leave_half,
    }
    _queue(session, f"{correction.correction_id}:{correction.state.value}", correction.person_id, facts)


def _queue(session: Session, event_id: str, person_id: int | None, facts: Mapping[str, object]) -> None:
    address = session.scalar(select(SettingRow.value).where(SettingRow.key == WEBHOOK_URL_SETTING))
    if not address:
        return
    now = datetime.now(UTC)
    # The id of the person, not the code: whoever is erased before the delivery is not told to anybody.
    body = json.dumps({**facts, "person_id": person_id}, ensure_ascii=False)
    row = {"event_id": event_id, "url_key": url_key(address), "body": body, "created_utc": now, "attempts": 0}
    statement = upsert(OutboxRow).values(**row, next_utc=now, last_error="")
    session.execute(statement.on_conflict_do_nothing(index_elements=[OutboxRow.event_id, OutboxRow.url_key]))


class SqlOutbox:
    """The messages in one database.

    Args:
        database: opened database.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def next_due(self, now_utc: datetime, *, after_id: int, limit: int) -> list[OutboxMessage]:
        """Return messages with id > after_id whose time has come, by id, with the people's codes filled in."""
        query = (
            select(OutboxRow)
            .where(*_WAITS, OutboxRow.next_utc <= now_utc, OutboxRow.id > after_id)
            .order_by(OutboxRow.id)
            .limit(limit)
        )
        with self._database.read() as session:
            return _messages(session, list(session.scalars(query)))

    def held_people(self, now_utc: datetime) -> set[int]:
        """Return the people one of whose messages waits for a later time."""
        query = select(OutboxRow.body).where(*_WAITS, OutboxRow.next_utc > now_utc)
        with self._database.read() as session, translated(self._database.path):
            found = [_facts(body)["person_id"] for body in session.scalars(query)]
        return {one for one in found if isinstance(one, int)}

    def mark_delivered(self, message_id: int, at_utc: datetime) -> None:
        """Note that the receiver took it; its text is cleared: nobody needs it twice."""
        values = {"delivered_utc": at_utc, "body": "", "last_error": ""}
        change = update(OutboxRow).where(OutboxRow.id == message_id).values(**values, attempts=OutboxRow.attempts + 1)
        self._database.write(lambda session: session.execute(change))

    def mark_failed(self, message_id: int, *, next_utc: datetime, reason: Reason) -> None:
        """Note an attempt that failed, and when the next one may be made."""
        values = {"next_utc": next_utc, "last_error": text_of_reason(reason)}
        change = update(OutboxRow).where(OutboxRow.id == message_id).values(**values, attempts=OutboxRow.attempts + 1)
        self._database.write(lambda session: session.execute(change))

    def mark_refused(self, message_id: int, *, at_utc: datetime, reason: Reason) -> None:
        """Note that the receiver will never take it; it waits for a person's decision and holds nothing up."""
        values = {"refused_utc": at_utc, "last_error": text_of_reason(reason)}
        change = update(OutboxRow).where(OutboxRow.id == message_id).values(**values, attempts=OutboxRow.attempts + 1)
        self._database.write(lambda session: session.execute(change))

    def refused(self) -> list[RefusedMessage]:
        """Return what was refused for good, oldest first."""
        with self._database.read() as session:
            rows = list(session.scalars(select(OutboxRow).where(_IS_REFUSED).order_by(OutboxRow.id)))
            messages = _messages(session, rows)
        return [
            RefusedMessage(one.id, one.event_id, one.body, row.refused_utc, read_reason(row.last_error))
            for one, row in zip(messages, rows, strict=True)
            if row.refused_utc is not None
        ]

    def send_again(self, message_ids: Collection[int]) -> int:
        """Let refused messages wait for delivery once more; returns how many of these there were."""
        again = update(OutboxRow).where(_IS_REFUSED, OutboxRow.id.in_(message_ids)).returning(OutboxRow.id)
        again = again.values(refused_utc=None, next_utc=datetime.now(UTC))
        return self._database.write(lambda session: len(session.scalars(again).all()))

    def discard_refused(self, message_ids: Collection[int]) -> int:
        """Remove refused messages; returns how many of these there were."""
        gone = delete(OutboxRow).where(_IS_REFUSED, OutboxRow.id.in_(message_ids)).returning(OutboxRow.id)
        return self._database.write(lambda session: len(session.scalars(gone).all()))

    def clear_delivered(self, before_utc: datetime) -> int:
        """Remove delivered messages older than this; returns their number."""
        old = delete(OutboxRow).where(OutboxRow.delivered_utc < before_utc).returning(OutboxRow.id)
        return self._database.write(lambda session: len(session.scalars(old).all()))

    def status(self) -> OutboxStatus:
        """Return how the messages stand."""
        numbers = select(func.count(), func.min(OutboxRow.created_utc), func.min(OutboxRow.next_utc)).where(*_WAITS)
        delivered = select(func.count()).select_from(OutboxRow).where(OutboxRow.delivered_utc.is_not(None))
        refused = select(func.count()).select_from(OutboxRow).where(OutboxRow.refused_utc.is_not(None))
        error = select(OutboxRow.last_error).where(*_WAITS).order_by(OutboxRow.id).limit(1)
        with self._database.read() as session:
            waiting, oldest, following = session.execute(numbers).one()
            last_error = read_reason(session.scalar(error) or "")
            numbers_of = [session.scalar(query) or 0 for query in (delivered, refused)]
            return OutboxStatus(waiting, numbers_of[0], oldest, following, last_error, numbers_of[1])

    def set_address(self, name: str) -> None:
        """Store which address is in use; messages that wait go to the new one.

        Args:
            name: tells one address from another; "" ends it: no new messages are kept, those that wait stay.
        """

        def write(session: Session) -> None:
            put_setting(session, WEBHOOK_URL_SETTING, name)
            if name:
                waits = *_WAITS, OutboxRow.url_key != url_key(name)
                change = update(OutboxRow).where(*waits)
                now = datetime.now(UTC)
                session.execute(change.values(url_key=url_key(name), next_utc=now, last_error=""))

        self._database.write(write)

    def discard_waiting(self) -> int:
        """Remove every message that was not delivered; returns their number."""
        waiting = delete(OutboxRow).where(OutboxRow.delivered_utc.is_(None)).returning(OutboxRow.id)
        return self._database.write(lambda session: len(session.scalars(waiting).all()))


def _facts(body: str) -> dict[str, object]:
    try:
        facts = json.loads(body)
    except ValueError as err:
        raise DamagedValue(Reason("a message to another system is damaged")) from err
    if not isinstance(facts, dict) or "person_id" not in facts:
        raise DamagedValue(Reason("a message to another system is damaged"))
    return facts


def _messages(session: Session, rows: Sequence[OutboxRow]) -> list[OutboxMessage]:
    facts = [_facts(row.body) for row in rows]
    people = {fact["person_id"] for fact in facts if fact["person_id"] is not None}
    known = select(PersonRow.id, PersonRow.code).where(PersonRow.id.in_(people))
    codes = {person_id: code for person_id, code in session.execute(known)}
    return [_message(row, fact, codes) for row, fact in zip(rows, facts, strict=True)]


def _message(row: OutboxRow, facts: dict[str, object], codes: Mapping[int, str]) -> OutboxMessage:
    person_id = facts.pop("person_id")
    known = person_id if isinstance(person_id, int) and person_id in codes else None
    facts["person"] = None if known is None else codes[known]
    body = json.dumps(facts, ensure_ascii=False)
    return OutboxMessage(row.id, row.event_id, known, body, row.attempts, row.next_utc)


def _text(at_utc: datetime) -> str:
    return at_utc.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
