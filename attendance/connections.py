"""Composition of what talks to other systems; a part of the composition root, built on an opened Application."""

from __future__ import annotations

import logging
import secrets
import shlex
import ssl
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from attendance.core.outbox import WEBHOOK_URL_SETTING, Delivery, OutboxMessage
from attendance.core.report_schedule import Period, ReportSchedule
from attendance.core.types import CheckIn, Direction
from attendance.errors import ConfigError, MailFailed, WebhookRefused

if TYPE_CHECKING:
    from attendance.app import Application
    from attendance.data.keys.secret_store import SecretStore
    from attendance.data.outbox_repository import SqlOutbox
    from attendance.data.schedule_repository import SqlReportSchedules
    from attendance.integrations.mail import MailSender
    from attendance.integrations.relay import Relay
    from attendance.integrations.webhooks import WebhookPoster
    from attendance.services.door.engine import EngineListener
    from attendance.services.exchange.calendar_import import LeaveImport
    from attendance.services.exchange.event_import import EventImport
    from attendance.services.exchange.outbox import OutboxSender
    from attendance.services.exchange.relay import DoorRelay
    from attendance.services.reports.schedule import ScheduleRunner

WEBHOOK_SECRET = "webhook"
MAIL_PASSWORD = "mail"
_CLOSE_S = 3.0
_MIN_SECRET = 16

_log = logging.getLogger(__name__)


class Connections:
    """Webhook, mail, relay, schedules and imports of one data folder; parts are made on first use.

    Args:
        application: opened data folder.
    """

    def __init__(self, application: Application) -> None:
        self._app = application
        self._relay: DoorRelay | None = None

    # --- in a running window ------------------------------------------------------------------------

    def start(self) -> None:
        """Start sending messages and running schedules beside a window; harmless when they run."""
        self.sender.start()
        self.schedule_runner.start()

    def beside(self, listener: EngineListener) -> EngineListener:
        """Return a listener that also wakes the sender and switches the relay for saved check-ins.

        Raises:
            ConfigError: the section [relay] is not usable.
        """
        from attendance.services.door.saved_listener import SavedListener

        self._close_relay()
        relay = self.build_relay()
        if relay is not None:
            from attendance.services.exchange.relay import DoorRelay

            self._relay = DoorRelay(
                relay.switch,
                directions=self.relay_directions(),
                clock=self._app.clock,
                on_failed=listener.on_crashed,
            )
        return SavedListener(listener, self._on_saved)

    def close(self) -> None:
        """End what runs; what was not delivered is delivered after the next start."""
        self._close_relay()
        for name in ("sender", "schedule_runner"):
            if name in self.__dict__ and not self.__dict__[name].stop(_CLOSE_S):
                _log.warning("the thread of %s was left behind", name)

    def _on_saved(self, event: CheckIn) -> None:
        self.sender.wake()
        if self._relay is not None:
            self._relay.open_for(event)

    def _close_relay(self) -> None:
        if self._relay is not None and not self._relay.close(_CLOSE_S):
            _log.warning("the thread of the door relay was left behind")
        self._relay = None

    # --- secrets and webhook ------------------------------------------------------------------------

    @cached_property
    def secrets(self) -> SecretStore:
        """Passwords and signing secrets."""
        from attendance.data.keys.encryption import Cipher
        from attendance.data.keys.secret_store import SecretStore

        cipher = Cipher(self._app.key.key)
        is_file = self._app.settings.storage.key_store == "file"
        return SecretStore(self._app.site_settings, cipher, use_keyring=not is_file)

    @cached_property
    def outbox(self) -> SqlOutbox:
        """Messages that wait."""
        from attendance.data.outbox_repository import SqlOutbox

        return SqlOutbox(self._app.database)

    @cached_property
    def poster(self) -> WebhookPoster:
        """Sends one message."""
        from attendance.integrations.webhooks import WebhookPoster

        webhook = self._app.settings.webhook
        return WebhookPoster(ca_file=Path(webhook.ca_file) if webhook.ca_file else None, timeout_s=webhook.timeout_s)

    @cached_property
    def sender(self) -> OutboxSender:
        """Delivers messages while a window runs."""
        from attendance.data.process_lock import ProcessLock
        from attendance.services.exchange.outbox import OutboxSender

        return OutboxSender(
            self.outbox,
            address=self.webhook_address,
            secret=lambda: self.secrets.get(WEBHOOK_SECRET),
            post=self.poster.post,
            turn=ProcessLock(self._app.paths.data_dir / "outbox.lock"),
            clock=self._app.clock,
            cap_s=self._app.settings.webhook.longest_wait_min * 60,
        )

    def webhook_address(self) -> str:
        """Return where messages go, "" for nowhere."""
        return self._app.site_settings.get(WEBHOOK_URL_SETTING, "")

    def set_webhook(self, url: str, secret: str = "") -> tuple[str, str]:
        """Send messages to an address from now on; those that wait go there as well.

        Args:
            url: https, or http to this computer.
            secret: shared with the receiver; "" makes one.

        Returns:
            The secret, to be given to the receiver, and where it is kept.

        Raises:
            WebhookRefused: address or secret cannot be used.
        """
        from attendance.integrations.web_address import parse_address

        try:
            parse_address(url)
        except ValueError as err:
            raise WebhookRefused(detail=str(err)) from err
        if secret and len(secret) < _MIN_SECRET:
            raise WebhookRefused(detail=f"a secret has at least {_MIN_SECRET} characters")
        secret = secret or secrets.token_urlsafe(32)
        where = self.secrets.put(WEBHOOK_SECRET, secret)
        self.outbox.set_address(url)
        return secret, where

    def test_webhook(self) -> Delivery:
        """Send one message of type "test" at once, past the outbox.

        Raises:
            WebhookRefused: there is no address.
        """
        url = self.webhook_address()
        if not url:
            raise WebhookRefused(detail="no address is set")
        now = self._app.clock.now_utc()
        event_id = f"test-{secrets.token_hex(8)}"
        body = f'{{"type": "test", "event_id": "{event_id}"}}'
        message = OutboxMessage(0, event_id, None, body, 0, now)
        return self.poster.post(url, self.secrets.get(WEBHOOK_SECRET), message)

    def end_webhook(self) -> None:
        """Keep no new messages and forget the secret; those that wait stay until an address is set again."""
        self.outbox.set_address("")
        self.secrets.put(WEBHOOK_SECRET, "")

    # --- mail and schedules -------------------------------------------------------------------------

    @cached_property
    def mail(self) -> MailSender:
        """Sends mails."""
        from attendance.integrations.mail import MailSender, MailServer

        given = self._app.settings.mail
        server = MailServer(given.host, given.port, given.security, given.user, given.sender, given.timeout_s)
        try:
            context = ssl.create_default_context(cafile=given.ca_file) if given.ca_file else None
        except OSError as err:
            raise MailFailed(detail="the file mail.ca_file cannot be read") from err
        return MailSender(server, lambda: self.secrets.get(MAIL_PASSWORD), context=context)

    @cached_property
    def schedules(self) -> SqlReportSchedules:
        """Scheduled reports as they are stored."""
        from attendance.data.schedule_repository import SqlReportSchedules

        return SqlReportSchedules(self._app.database)

    @cached_property
    def schedule_runner(self) -> ScheduleRunner:
        """Makes scheduled reports while a window runs."""
        from attendance.data.process_lock import ProcessLock
        from attendance.services.reports.schedule import ScheduleRunner

        return ScheduleRunner(
            self.schedules,
            write=self._write_report,
            send=self._send_mail,
            turn=ProcessLock(self._app.paths.data_dir / "schedules.lock"),
            clock=self._app.clock,
            zone=self._app.zone,
        )

    def _send_mail(self, to: Sequence[str], subject: str, text: str, files: Sequence[Path]) -> None:
        self.mail.send(to, subject, text, files)  # made late: a wrong section [mail] stops no report

    def _write_report(self, schedule: ReportSchedule, period: Period, path: Path) -> int:
        from attendance.services.reports.service import ReportRequest

        options = schedule.options
        request = ReportRequest(
            schedule.kind,
            period.first,
            period.last,
            department=options.get("department", ""),
            person=options.get("person", ""),
            format=schedule.format,
            preset=options.get("preset", "generic"),
            columns=tuple(one.strip() for one in options.get("columns", "").split(",") if one.strip()),
            language=options.get("language", "en"),
            pay_codes=_pairs(options.get("pay_codes", "")),
        )
        return self._app.reports.write(request, path)

    # --- relay --------------------------------------------------------------------------------------

    def build_relay(self) -> Relay | None:
        """Return the relay of the section [relay], None without one.

        Raises:
            ConfigError: a key of its kind is missing or wrong.
        """
        from attendance.integrations.relay import CommandRelay, HttpRelay, SerialRelay
        from attendance.integrations.web_address import parse_address

        given = self._app.settings.relay
        needed = {"command": "command", "serial": "device", "http": "address"}.get(given.kind)
        if needed is None:
            return None
        if not getattr(given, needed):
            raise self._wrong(needed, "it is empty")
        try:
            if given.kind == "command":
                return CommandRelay(shlex.split(given.command), timeout_s=given.timeout_s)
            if given.kind == "serial":
                data = bytes.fromhex(given.send_hex)
                return SerialRelay(given.device, baud=given.baud, data=data, timeout_s=given.timeout_s)
            address = parse_address(given.address, may_be_local_network=True)
            return HttpRelay(address, method=given.method.upper(), body=given.body, timeout_s=given.timeout_s)
        except ValueError as err:
            raise self._wrong("send_hex" if given.kind == "serial" else needed, str(err)) from err

    def relay_directions(self) -> frozenset[Direction]:
        """Return which check-ins open the door.

        Raises:
            ConfigError: there is no such direction.
        """
        names = [one.strip().lower() for one in self._app.settings.relay.directions.split(",") if one.strip()]
        try:
            return frozenset(Direction(name) for name in names)
        except ValueError as err:
            raise self._wrong("directions", f"must be one of {', '.join(Direction)}") from err

    def _wrong(self, key: str, reason: str) -> ConfigError:
        return ConfigError(path=self._app.paths.config, key=f"relay.{key}", reason=reason)

    # --- imports ------------------------------------------------------------------------------------

    @cached_property
    def event_import(self) -> EventImport:
        """Imports check-ins of other programs."""
        from attendance.services.exchange.event_import import EventImport

        return EventImport(self._app.check_in_log, self._app.roster, self._app.clock, self._app.zone)

    def leave_import(self, *, is_only_requested: bool) -> LeaveImport:
        """Return the import of leave from calendars.

        Args:
            is_only_requested: leave waits for a decision also where the site has no two-person rule.
        """
        from attendance.services.exchange.calendar_import import LeaveImport
        from attendance.services.hours.corrections import CorrectionService

        rows = self._app.correction_rows
        service = self._app.corrections
        if is_only_requested:
            service = CorrectionService(rows, self._app.check_in_log, self._app.clock, two_person_rule=True)
        return LeaveImport(service, rows, self._app.roster)


def _pairs(text: str) -> tuple[tuple[str, str], ...]:
    """Read "regular=100,overtime=200"."""
    split = (one.partition("=") for one in text.split(","))
    return tuple((name.strip(), code.strip()) for name, _, code in split if name.strip())
