"""What runs beside the windows, wired as the program wires it."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import keyring
import pytest

from attendance.composition.application import Application
from attendance.core.check_in_method import CheckInMethod
from attendance.core.report_schedule import Every, ReportSchedule
from attendance.core.types import CheckIn, Decision, DecisionKind, Direction
from attendance.data.keys.encryption import Cipher
from attendance.data.keys.secret_store import SecretStore
from attendance.data.settings_repository import SqlSettings
from attendance.errors.exchange import RelayFailed
from attendance.errors.settings import ConfigError
from attendance.errors.storage import KeyUnavailable
from attendance.integrations.mail import MailSender
from attendance.services.door.listener import DecisionNotice
from attendance.services.exchange.outbox import OutboxSender
from tests.fakes import FakeClock
from tests.patience import wait_until
from tests.unit.integrations.servers import receiver

CONFIG = '[attendance]\nzone = "Europe/Berlin"\n[storage]\nkey_store = "file"\n'


def make_home(folder: Path, relay: str = "") -> Path:
    folder.mkdir(exist_ok=True)
    (folder / "config.toml").write_text(CONFIG + relay, encoding="utf-8")
    return folder


def saved(application: Application, direction: Direction = Direction.IN) -> DecisionNotice:
    now = application.site.clock.now_utc()
    event = CheckIn("e1", 1, now, 3600, direction, 0.6, 0.2, "door", "m", "kiosk", CheckInMethod.FACE)
    return DecisionNotice(Decision(DecisionKind.WELCOME, 1, now, 0.0, person_id=1), check_in=event)


class Mails(MailSender):
    """Keeps what it is given to send."""

    def __init__(self) -> None:
        self.sent: list[tuple[Sequence[str], str, str, list[str]]] = []

    def send(self, to: Sequence[str], subject: str, text: str, files: Sequence[Path] = ()) -> None:
        self.sent.append((to, subject, text, [path.name for path in files]))


@pytest.mark.parametrize(
    ("language", "subject", "text"),
    [
        ("en", "hours 2026-10-05 to 2026-10-05", "Report hours, 2026-10-05 to 2026-10-05.\n"),
        ("zh_CN", "hours 2026-10-05 至 2026-10-05", "报表“hours”，2026-10-05 至 2026-10-05。\n"),
    ],
)
def test_that_the_mail_of_a_report_is_in_the_language_of_the_report(
    tmp_path: Path, language: str, subject: str, text: str
) -> None:
    options = {"language": language}
    schedule = ReportSchedule(0, "hours", "daily", Every.DAY, "csv", str(tmp_path), ("a@example.org",), options)
    clock = FakeClock(datetime(2026, 10, 6, 12, tzinfo=UTC))
    with Application(make_home(tmp_path / "home"), clock=clock) as application:
        mails = application.links.mail = Mails()
        application.links.schedule_runner.add(schedule)
        application.links.schedule_runner.run_now("hours")
    files = ["hours_2026-10-05.csv", "hours_2026-10-05.csv.anchor.json"]
    assert mails.sent == [(("a@example.org",), subject, text, files)]


def test_that_a_saved_check_in_opens_the_door_and_one_that_was_not_does_not(tmp_path: Path) -> None:
    with receiver() as server:
        server.status = 200
        address = f"http://127.0.0.1:{server.port}/open"
        home = make_home(tmp_path / "home", f'[relay]\nkind = "http"\naddress = "{address}"\nmethod = "get"\n')
        crashes: list[Exception] = []
        with Application(home) as application:
            observe = application.links.observe_door(on_failed=crashes.append)
            notices = [
                replace(saved(application), check_in=None),
                saved(application, Direction.OUT),
                saved(application),
            ]
            for notice in notices:
                observe(notice)
        assert [one.path for one in server.got] == ["/open"]
        assert crashes == []


def test_that_a_relay_that_fails_is_told_to_the_window(tmp_path: Path) -> None:
    command = f"{sys.executable} -c 'raise SystemExit(7)'"
    home = make_home(tmp_path / "home", f'[relay]\nkind = "command"\ncommand = "{command}"\ntimeout_s = 60\n')
    with Application(home) as application:
        crashes: list[Exception] = []
        application.links.observe_door(on_failed=crashes.append)(saved(application))
        wait_until(lambda: bool(crashes))
    (error,) = crashes
    assert isinstance(error, RelayFailed)
    assert "code 7" in error.user_text


@pytest.mark.parametrize("relay", ['kind = "serial"', 'kind = "command"\ncommand = "x"\ndirections = "up"'])
def test_that_a_wrong_relay_is_told_at_the_start(tmp_path: Path, relay: str) -> None:
    with Application(make_home(tmp_path / "home", f"[relay]\n{relay}\n")) as application, pytest.raises(ConfigError):
        application.links.observe_door(on_failed=print)


def test_that_a_running_program_delivers_a_check_in(tmp_path: Path) -> None:
    with receiver() as server, Application(make_home(tmp_path / "home")) as application:
        person = application.storage.roster.enrol(code="k1", name="Ann", templates=[], model_id="m")
        application.links.webhook.set(f"http://127.0.0.1:{server.port}/")
        application.links.start()
        observe = application.links.observe_door(on_failed=print)
        notice = saved(application)
        assert notice.check_in is not None
        application.storage.check_in_log.append(replace(notice.check_in, person_id=person.id)).result()
        observe(notice)
        wait_until(lambda: application.storage.outbox.status().waiting == 0)
        assert [one.headers["Attendance-Event-Id"] for one in server.got] == ["e1"]


def test_that_only_a_saved_check_in_wakes_the_sender(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    woken: list[str] = []
    monkeypatch.setattr(OutboxSender, "wake", lambda _sender: woken.append("woken"))
    with Application(make_home(tmp_path / "home")) as application:
        observe = application.links.observe_door(on_failed=print)
        observe(replace(saved(application), check_in=None))
        assert woken == []
        observe(saved(application))
        assert woken == ["woken"]


def test_that_a_secret_goes_into_the_keyring_where_there_is_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept: dict[tuple[str, str], str] = {}
    monkeypatch.setattr(keyring, "set_password", lambda service, user, text: kept.update({(service, user): text}))
    monkeypatch.setattr(keyring, "get_password", lambda service, user: kept.get((service, user)))
    monkeypatch.setattr(keyring, "delete_password", lambda service, user: kept.pop((service, user)))
    with Application(make_home(tmp_path / "home")) as application:
        settings = SqlSettings(application.storage.database)
        store = SecretStore(settings, Cipher(bytes(32)), use_keyring=True)
        assert store.put("mail", "first") == "system keyring"
        assert store.put("mail", "second") == "system keyring"
        assert store.get("mail") == "second"
        assert list(kept.values()) == ["second"]
        assert "second" not in settings.get("secret_mail", "")
        kept.clear()
        with pytest.raises(KeyUnavailable, match="no entry"):
            store.get("mail")


def test_that_a_sealed_secret_needs_the_sites_key(tmp_path: Path) -> None:
    with Application(make_home(tmp_path / "home")) as application:
        settings = SqlSettings(application.storage.database)
        assert SecretStore(settings, Cipher(bytes(32)), use_keyring=False).put("mail", "x") == "database, sealed"
        with pytest.raises(KeyUnavailable, match="another key"):
            SecretStore(settings, Cipher(bytes(range(32))), use_keyring=False).get("mail")
