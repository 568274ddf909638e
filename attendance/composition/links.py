"""Links to other systems: webhook, mail, relay, scheduled reports and imports."""

from __future__ import annotations

import logging
import ssl
from collections.abc import Callable, Sequence
from dataclasses import fields
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from attendance.composition.hours_and_reports import HoursAndReports
from attendance.composition.paths import AppPaths, account_name
from attendance.composition.site import Site
from attendance.composition.storage import Storage
from attendance.config import MailSettings, RelaySettings, WebhookSettings
from attendance.errors import Reason, Refusal
from attendance.errors.exchange import MailFailed
from attendance.errors.settings import ConfigError
from attendance.languages import ENGLISH

if TYPE_CHECKING:
    from attendance.core.report_schedule import Period, ReportSchedule
    from attendance.integrations.mail import MailSender
    from attendance.integrations.relay import Relay
    from attendance.integrations.webhooks import WebhookPoster
    from attendance.services.door.listener import DecisionNotice
    from attendance.services.exchange.calendar_import import LeaveImport
    from attendance.services.exchange.event_import import EventImports
    from attendance.services.exchange.outbox import OutboxSender
    from attendance.services.exchange.relay import DoorRelay
    from attendance.services.exchange.webhook import Webhook
    from attendance.services.reports.schedule import ScheduleRunner

MAIL_PASSWORD = "mail"
_Choice = TypeVar("_Choice")
_CLOSE_S = 3.0

_log = logging.getLogger(__name__)


class Links:
    """What talks to other systems; made on first use.

    Args:
        paths: of the installation.
        webhook: section [webhook].
        mail: section [mail].
        relay: section [relay].
        two_person_rule: imported check-ins wait for somebody else.
        storage: the opened data folder.
        site: clock and zone.
        records: hours and reports.
    """

    def __init__(
        self,
        paths: AppPaths,
        *,
        webhook: WebhookSettings,
        mail: MailSettings,
        relay: RelaySettings,
        two_person_rule: bool,
        storage: Storage,
        site: Site,
        records: HoursAndReports,
    ) -> None:
        self._paths = paths
        self._webhook_settings = webhook
        self._mail_settings = mail
        self._relay_settings = relay
        self._two_person_rule = two_person_rule
        self._storage = storage
        self._site = site
        self._records = records
        self._sender: OutboxSender | None = None
        self._schedule_runner: ScheduleRunner | None = None
        self._relay: DoorRelay | None = None

    # --- in a running window -------------------------------------------------------------------------

    def start(self) -> None:
        """Start sending messages and running schedules beside a window; harmless when they run.

        Raises:
            StorageError: the database cannot be used.
        """
        self.event_imports.finish()
        self.sender.start()
        self.schedule_runner.start()

    def observe_door(self, *, on_failed: Callable[[Exception], None]) -> Callable[[DecisionNotice], None]:
        """Return what a door calls for each decision: saved check-ins wake the sender and switch the relay.

        Args:
            on_failed: told of a relay that does not work, from its thread.

        Raises:
            ConfigError: the section [relay] is not usable.
        """
        from attendance.services.exchange.relay import DoorRelay, read_directions, read_methods

        self._close_relay()
        switch = self.build_relay()
        relay = None
        if switch is not None:
            relay = DoorRelay(
                switch.switch,
                directions=self._read("directions", read_directions),
                methods=self._read("methods", read_methods),
                clock=self._site.clock,
                on_failed=on_failed,
            )
        self._relay = relay

        def observe(notice: DecisionNotice) -> None:
            if notice.check_in is None:
                return
            self.sender.wake()
            if relay is not None:
                relay.open_for(notice.check_in)

        return observe

    def close(self) -> None:
        """End what runs; what was not delivered is delivered after the next start."""
        self._close_relay()
        if self._sender is not None and not self._sender.stop(_CLOSE_S):
            _log.warning("the thread of the message sender was left behind")
        if self._schedule_runner is not None and not self._schedule_runner.stop(_CLOSE_S):
            _log.warning("the thread of the report schedules was left behind")

    def _close_relay(self) -> None:
        if self._relay is not None and not self._relay.close(_CLOSE_S):
            _log.warning("the thread of the door relay was left behind")
        self._relay = None

    # --- webhook -------------------------------------------------------------------------------------

    @cached_property
    def _poster(self) -> WebhookPoster:
        from attendance.integrations.webhooks import WebhookPoster

        given = self._webhook_settings
        return WebhookPoster(ca_file=Path(given.ca_file) if given.ca_file else None, timeout_s=given.timeout_s)

    @cached_property
    def webhook(self) -> Webhook:
        """Where messages go, and with which secret."""
        from attendance.integrations.web_address import parse_address
        from attendance.services.exchange.webhook import Webhook

        return Webhook(
            self._storage.settings,
            self._storage.secrets,
            self._storage.outbox,
            post=self._poster.post,
            check_address=parse_address,
            clock=self._site.clock,
        )

    @property
    def sender(self) -> OutboxSender:
        """Delivers messages while a window runs."""
        if self._sender is None:
            self._sender = self._new_sender()
        return self._sender

    def _new_sender(self) -> OutboxSender:
        from attendance.data.process_lock import ProcessLock
        from attendance.services.exchange.outbox import OutboxSender

        return OutboxSender(
            self._storage.outbox,
            address=self.webhook.address,
            secret=self.webhook.secret,
            post=self._poster.post,
            turn=ProcessLock(self._paths.lock("outbox")),
            clock=self._site.clock,
            cap_s=self._webhook_settings.longest_wait_min * 60,
        )

    # --- mail and schedules --------------------------------------------------------------------------

    @cached_property
    def mail(self) -> MailSender:
        """Sends mails."""
        from attendance.integrations.mail import MailSender, MailServer

        given = self._mail_settings
        server = MailServer(given.host, given.port, given.security, given.user, given.sender, given.timeout_s)
        try:
            context = ssl.create_default_context(cafile=given.ca_file) if given.ca_file else None
        except OSError as err:
            raise MailFailed(detail=Reason("the file mail.ca_file cannot be read")) from err
        return MailSender(server, lambda: self._storage.secrets.get(MAIL_PASSWORD), context=context)

    @property
    def schedule_runner(self) -> ScheduleRunner:
        """Makes scheduled reports while a window runs."""
        if self._schedule_runner is None:
            self._schedule_runner = self._new_schedule_runner()
        return self._schedule_runner

    def _new_schedule_runner(self) -> ScheduleRunner:
        from attendance.data.process_lock import ProcessLock
        from attendance.services.reports.schedule import ScheduleRunner

        return ScheduleRunner(
            self._storage.schedules,
            write=self._write_report,
            send=self._send_reports,
            turn=ProcessLock(self._paths.lock("schedules")),
            clock=self._site.clock,
            zone=self._site.zone,
        )

    def _send_reports(self, schedule: ReportSchedule, periods: Sequence[Period], files: Sequence[Path]) -> None:
        from attendance.core.log_end.anchor import anchor_beside
        from attendance.reporting.words import sentence

        language = schedule.options.get("language", ENGLISH)
        days = sentence("range", language, first=periods[0].first, last=periods[-1].last)
        text = sentence("mail", language, report=schedule.name, days=days)
        # Whoever gets the mail has a note of where the audit log stood, outside of the office.
        anchors = [path for path in (anchor_beside(file) for file in files[-1:]) if path.exists()]
        # The sender is made this late so that a wrong section [mail] stops no report.
        self.mail.send(schedule.mail_to, f"{schedule.name} {days}", f"{text}\n", [*files, *anchors])

    def _write_report(self, schedule: ReportSchedule, period: Period, path: Path) -> int:
        from attendance.services.reports.schedule import report_request

        return self._records.reports.write(report_request(schedule, period), path)

    # --- relay ---------------------------------------------------------------------------------------

    def build_relay(self) -> Relay | None:
        """Return the relay of the section [relay], None without one.

        Raises:
            ConfigError: a key of its kind is missing or wrong.
        """
        from attendance.integrations.relay import RelayKeyWrong, RelayOptions, build_relay

        given = self._relay_settings
        try:
            return build_relay(RelayOptions(**{one.name: getattr(given, one.name) for one in fields(RelayOptions)}))
        except RelayKeyWrong as err:
            raise ConfigError(path=self._paths.config, key=f"relay.{err.key}", reason=err.reason) from err

    def _read(self, key: str, read: Callable[[str], frozenset[_Choice]]) -> frozenset[_Choice]:
        try:
            return read(str(getattr(self._relay_settings, key)))
        except Refusal as err:
            raise ConfigError(path=self._paths.config, key=f"relay.{key}", reason=err.reason) from err

    # --- imports -------------------------------------------------------------------------------------

    @cached_property
    def event_imports(self) -> EventImports:
        """Imports check-ins of other programs."""
        from attendance.services.exchange.event_import import EventImports

        return EventImports(
            self._storage.event_imports,
            self._storage.roster,
            self._site.clock,
            self._site.zone,
            account=account_name(),
            two_person_rule=self._two_person_rule,
        )

    def leave_import(self, *, is_only_requested: bool) -> LeaveImport:
        """Return the import of leave from calendars.

        Args:
            is_only_requested: leave waits for a decision also where the site has no two-person rule.
        """
        from attendance.services.exchange.calendar_import import LeaveImport

        service = self._records.requests if is_only_requested else self._records.corrections
        return LeaveImport(service, self._storage.corrections, self._storage.roster)
