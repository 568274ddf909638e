"""Messages survive every crash: a process that sends is killed, another one goes on."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from attendance.core.corrections import Correction, CorrectionKind, CorrectionState
from attendance.core.outbox import WEBHOOK_URL_SETTING, Delivery, OutboxMessage
from attendance.core.types import CheckIn, Direction
from attendance.core.who import Who
from attendance.data.check_in_repository import SqlCheckInLog
from attendance.data.database import Database
from attendance.data.hours.correction_repository import SqlCorrections
from attendance.data.keys.encryption import Cipher
from attendance.data.outbox_repository import SqlOutbox
from attendance.data.process_lock import ProcessLock
from attendance.data.roster.repository import SqlRoster
from attendance.data.settings_repository import SqlSettings
from attendance.errors import Reason
from attendance.integrations.webhooks import WebhookPoster
from attendance.services.exchange.outbox import OutboxSender, wait_s
from tests.patience import PATIENCE_S
from tests.unit.integrations.servers import Receiver, receiver

START = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
ROOT = Path(__file__).resolve().parents[2]


class SetClock:
    """A clock that a test sets; never behind the computer's, by which messages are dated."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def now_utc(self) -> datetime:
        return datetime.now(UTC) + self.ahead

    def mono_s(self) -> float:
        return time.monotonic() + self.ahead.total_seconds()


class Site:
    """A database with two people, its log and its outbox."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.database = Database(folder / "attendance.db")
        self.database.open()
        self.log = SqlCheckInLog(self.database)
        self.outbox = SqlOutbox(self.database)
        self.settings = SqlSettings(self.database)
        self.roster = SqlRoster(self.database, Cipher(bytes(range(32))), keep_crops=lambda: False)
        self.people = [self.roster.enrol(code=c, name=c.upper(), templates=[], model_id="m").id for c in ("a", "b")]
        self.clock = SetClock()
        self.senders: list[OutboxSender] = []

    def close(self) -> None:
        for sender in self.senders:
            sender.stop(60)
        self.database.close()

    def check_in(self, number: int, person: int = 0) -> str:
        event_id = f"e{number}"
        at = START + timedelta(minutes=number)
        event = CheckIn(event_id, self.people[person], at, 3600, Direction.IN, 0.6, 0.2, "door", "m", "kiosk")
        self.log.append(event).result()
        return event_id

    def sender(self, post: object = None) -> OutboxSender:
        made = OutboxSender(
            self.outbox,
            address=lambda: self.settings.get(WEBHOOK_URL_SETTING, ""),
            secret=lambda: "a secret of the two",
            post=post or WebhookPoster(timeout_s=10.0).post,  # type: ignore[arg-type]
            turn=ProcessLock(self.folder / "outbox.lock"),
            clock=self.clock,
        )
        self.senders.append(made)
        return made


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    made = Site(tmp_path)
    yield made
    made.close()


@pytest.fixture
def server(site: Site) -> Iterator[Receiver]:
    with receiver() as running:
        site.outbox.set_address(f"http://127.0.0.1:{running.port}/hook")
        yield running


def received(server: Receiver) -> list[str]:
    return [one.headers["Attendance-Event-Id"] for one in server.got]


def child(site: Site, stop: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "tests.integration.outbox_child", str(site.folder), stop]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)


@pytest.mark.parametrize(("stop", "times"), [("before", 1), ("after", 2)])
def test_that_a_kill_around_the_post_loses_nothing(site: Site, server: Receiver, stop: str, times: int) -> None:
    event_id = site.check_in(1)
    with child(site, stop) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "here\n"
        sender = site.sender()
        assert sender.run_once() == 0  # one sender at a time, across processes
        process.kill()
    assert site.outbox.status().waiting == 1
    assert sender.run_once() == 1
    assert received(server) == [event_id] * times
    assert len({one.body for one in server.got}) == 1
    assert site.outbox.status().waiting == 0
    assert sender.run_once() == 0


def test_that_kills_at_any_moment_lose_nothing_and_keep_the_order(site: Site, server: Receiver) -> None:
    sent = [site.check_in(number, number % 2) for number in range(30)]
    for seen in (3, 11):
        with child(site, "never") as process:
            deadline = time.monotonic() + PATIENCE_S
            while len(server.got) < seen and time.monotonic() < deadline:
                time.sleep(0.005)
            process.kill()
    site.sender().run_once()
    got = received(server)
    assert sorted(set(got)) == sorted(sent)
    assert len(got) <= len(sent) + 2  # each kill repeats at most the one that was on its way
    assert list(dict.fromkeys(got)) == sent


def test_that_a_message_is_there_exactly_when_the_check_in_is(site: Site, server: Receiver) -> None:
    site.database.write(lambda session: session.execute(text("DROP TABLE outbox")))
    with pytest.raises(Exception, match="outbox"):
        site.check_in(1)
    assert site.log.count() == 0


def test_that_nothing_is_kept_without_an_address(site: Site) -> None:
    site.check_in(1)
    assert site.outbox.status().waiting == 0


def test_that_the_message_says_who_when_and_where(site: Site, server: Receiver) -> None:
    site.check_in(1)
    site.sender().run_once()
    assert json.loads(server.got[0].body) == {
        "type": "check_in",
        "event_id": "e1",
        "direction": "in",
        "at": "2026-03-02T08:01:00.000Z",
        "local_time": "2026-03-02T09:01:00+01:00",
        "source": "door",
        "made_by": "kiosk",
        "method": None,
        "person": "a",
    }


def test_that_corrections_are_told_at_each_step(site: Site, server: Receiver) -> None:
    rows = SqlCorrections(site.database)
    event_id = site.check_in(1)
    asked = Correction(
        "c1", CorrectionKind.VOID, CorrectionState.REQUESTED, site.people[0], "why", "x", START, event_id
    )
    rows.request(asked)
    rows.decide("c1", CorrectionState.APPROVED, who=Who("anna", "y"), at_utc=START)
    site.sender().run_once()
    bodies = [json.loads(one.body) for one in server.got[1:]]
    assert [(one["type"], one["state"], one["event_id"], one["person"]) for one in bodies] == [
        ("correction", "requested", "e1", "a"),
        ("correction", "approved", "e1", "a"),
    ]
    assert "why" not in str(bodies)


def test_that_an_erased_person_is_not_told(site: Site, server: Receiver) -> None:
    site.check_in(1)
    site.roster.erase("a")
    site.sender().run_once()
    assert json.loads(server.got[0].body)["person"] is None


def test_that_a_delivered_text_is_cleared_and_later_removed(site: Site, server: Receiver) -> None:
    site.check_in(1)
    sender = site.sender()
    sender.run_once()
    with site.database.read() as session:
        assert session.scalar(text("SELECT body FROM outbox")) == ""
    site.clock.ahead = timedelta(days=31)
    sender.run_once()
    assert site.outbox.status().delivered == 0


def test_that_a_refused_message_holds_up_its_person_only(site: Site, server: Receiver) -> None:
    first, second, other = site.check_in(1, 0), site.check_in(2, 0), site.check_in(3, 1)
    tried: list[str] = []
    is_refusing = True

    def post(url: str, secret: str, message: OutboxMessage) -> Delivery:
        tried.append(message.event_id)
        return (
            Delivery(Reason("it answered {status}", status=422))
            if is_refusing and message.event_id == first
            else Delivery()
        )

    sender = site.sender(post)
    assert sender.run_once() == 1
    assert sender.run_once() == 0  # its time has not come, and the second one waits behind it
    assert tried == [first, other]
    assert site.outbox.status().last_error == Reason("it answered {status}", status=422)
    is_refusing = False
    site.clock.ahead = timedelta(seconds=wait_s(1) + 1)
    assert sender.run_once() == 2
    assert tried == [first, other, first, second]


def test_that_a_message_that_is_refused_for_good_lets_the_others_pass(site: Site, server: Receiver) -> None:
    first, second, other = site.check_in(1, 0), site.check_in(2, 0), site.check_in(3, 1)
    tried: list[str] = []
    refusal = Reason("it answered {status}", status=422)

    def post(url: str, secret: str, message: OutboxMessage) -> Delivery:
        tried.append(message.event_id)
        is_bad = message.event_id == first and tried.count(first) < 3
        return Delivery(refusal, is_refused=True) if is_bad else Delivery()

    sender = site.sender(post)
    assert sender.run_once() == 2
    site.clock.ahead = timedelta(days=2)
    assert sender.run_once() == 0  # it is not tried again by itself
    assert tried == [first, second, other]
    status = site.outbox.status()
    assert (status.waiting, status.delivered, status.refused) == (0, 2, 1)

    (kept,) = site.outbox.refused()
    assert (kept.event_id, kept.reason) == (first, refusal)
    assert json.loads(kept.body)["person"] == "a"
    assert site.outbox.send_again([kept.id, 99]) == 1
    assert (sender.run_once(), site.outbox.status().refused) == (0, 1)  # refused again
    assert site.outbox.send_again([kept.id]) == 1
    assert (sender.run_once(), site.outbox.status().refused) == (1, 0)


def test_that_a_refused_message_can_be_discarded_alone(site: Site, server: Receiver) -> None:
    site.check_in(1)
    site.check_in(2)
    server.status = 413
    site.sender().run_once()
    one, two = site.outbox.refused()
    assert str(one.reason) == f"http://127.0.0.1:{server.port} answered 413"
    assert site.outbox.discard_refused([one.id]) == 1
    assert [message.id for message in site.outbox.refused()] == [two.id]


def test_that_what_waits_is_not_discarded_as_refused(site: Site, server: Receiver) -> None:
    site.check_in(1)
    (waiting,) = site.outbox.next_due(site.clock.now_utc(), after_id=0, limit=9)
    assert site.outbox.discard_refused([waiting.id]) == site.outbox.send_again([waiting.id]) == 0
    assert site.outbox.status().waiting == 1


def test_that_the_words_of_an_earlier_version_are_still_shown(site: Site, server: Receiver) -> None:
    site.check_in(1)
    assert site.outbox.status().last_error is None
    with sqlite3.connect(site.folder / "attendance.db") as connection:
        connection.execute("UPDATE outbox SET last_error = 'it answered {422}'")
    connection.close()
    found = site.outbox.status().last_error
    assert found is not None
    assert str(found) == "it answered {422}"


def test_that_a_reason_too_long_to_be_kept_as_data_is_kept_in_words(site: Site, server: Receiver) -> None:
    site.check_in(1)
    reason = Reason("it answered {status}", status="x" * 2000)
    site.outbox.mark_failed(1, next_utc=site.clock.now_utc(), reason=reason)
    found = site.outbox.status().last_error
    assert found is not None
    assert str(found).startswith("it answered xxx")


def test_that_a_receiver_that_is_down_is_not_asked_for_each_message(site: Site, server: Receiver) -> None:
    for number in range(5):
        site.check_in(number, number % 2)
    server.status = 503
    sender = site.sender()
    for _ in range(3):
        assert sender.run_once() == 0
    assert len(server.got) == 1
    server.status = 200
    site.clock.ahead = timedelta(seconds=wait_s(1) + 1)
    assert sender.run_once() == 5
    assert received(server)[1:] == [f"e{number}" for number in range(5)]


def test_that_the_pause_doubles_up_to_an_hour() -> None:
    assert [wait_s(n) for n in (1, 2, 3)] == [5, 10, 20]
    assert wait_s(50) == wait_s(10_000) == 3600
    assert wait_s(5, cap_s=30) == 30


def test_that_a_new_address_gets_what_waits(site: Site, server: Receiver) -> None:
    event_id = site.check_in(1)
    server.status = 500
    sender = site.sender()
    sender.run_once()
    with receiver() as other:
        site.outbox.set_address(f"http://127.0.0.1:{other.port}/")
        assert sender.run_once() == 1
        assert received(other) == [event_id]


def test_that_the_thread_sends_when_it_is_woken_and_lets_the_turn_go(site: Site, server: Receiver) -> None:
    sender = site.sender()
    sender.start()
    site.check_in(1)
    sender.wake()
    deadline = time.monotonic() + PATIENCE_S
    while site.outbox.status().waiting and time.monotonic() < deadline:
        time.sleep(0.01)
    assert sender.stop(60)
    assert received(server) == ["e1"]
    site.check_in(2)
    assert site.sender().run_once() == 1  # another one has its turn
