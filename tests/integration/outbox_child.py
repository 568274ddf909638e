"""Sends the messages of a database; stops where its parent wants to kill it. Arguments: folder, where to stop."""

from __future__ import annotations

import sys
import threading
from pathlib import Path

from attendance.core.outbox import WEBHOOK_URL_SETTING, Delivery, OutboxMessage
from attendance.data.database import Database
from attendance.data.outbox_repository import SqlOutbox
from attendance.data.process_lock import ProcessLock
from attendance.data.settings_repository import SqlSettings
from attendance.integrations.webhooks import WebhookPoster
from attendance.services.exchange.outbox import OutboxSender
from attendance.system_clock import SystemClock


def main(folder: Path, stop: str) -> None:
    """Send; print "here" at the place and wait there for ever."""
    database = Database(folder / "attendance.db")
    database.open()
    settings = SqlSettings(database)
    poster = WebhookPoster(timeout_s=10.0)

    def wait_for_the_end() -> None:
        sys.stdout.write("here\n")
        sys.stdout.flush()
        threading.Event().wait()

    def post(url: str, secret: str, message: OutboxMessage) -> Delivery:
        if stop == "before":
            wait_for_the_end()
        outcome = poster.post(url, secret, message)
        if stop == "after":
            wait_for_the_end()
        return outcome

    sender = OutboxSender(
        SqlOutbox(database),
        address=lambda: settings.get(WEBHOOK_URL_SETTING, ""),
        secret=lambda: "a secret of the two",
        post=post,
        turn=ProcessLock(folder / "outbox.lock"),
        clock=SystemClock(),
    )
    sender.start()
    threading.Event().wait()


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
