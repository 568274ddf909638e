"""Where messages to another system go, and the secret that signs them."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable

from attendance.core.outbox import WEBHOOK_URL_SETTING, Delivery, OutboxMessage
from attendance.core.ports.clock import Clock
from attendance.core.ports.exchange import Outbox, Secrets
from attendance.core.ports.settings import SettingsStore
from attendance.errors import Reason, Refusal
from attendance.errors.exchange import WebhookRefused

SECRET_NAME = "webhook"
ADDRESS_NAME = "webhook_url"
_MIN_SECRET = 16
_NAME_BYTES = 8


class Webhook:
    """The one receiver of messages.

    Args:
        settings: tells which address is in use.
        kept: keeps address and secret.
        outbox: messages that wait.
        post: sends one message to an address, signed with a secret.
        check_address: raises Refusal for an address that messages may not go to.
        clock: times the test message.
    """

    def __init__(
        self,
        settings: SettingsStore,
        kept: Secrets,
        outbox: Outbox,
        *,
        post: Callable[[str, str, OutboxMessage], Delivery],
        check_address: Callable[[str], object],
        clock: Clock,
    ) -> None:
        self._settings = settings
        self._kept = kept
        self._outbox = outbox
        self._post = post
        self._check_address = check_address
        self._clock = clock

    def address(self) -> str:
        """Return where messages go, "" for nowhere.

        Raises:
            KeyUnavailable: it is kept, but cannot be read.
        """
        name = self._settings.get(WEBHOOK_URL_SETTING, "")
        if "://" not in name:
            return self._kept.get(ADDRESS_NAME) if name else ""
        self._keep(name)  # an earlier version left it in the open
        return name

    def secret(self) -> str:
        """Return the secret that is shared with the receiver, "" for none."""
        return self._kept.get(SECRET_NAME)

    def set(self, url: str, secret: str = "") -> tuple[str, str]:
        """Send messages to an address from now on; those that wait go there as well.

        Args:
            url: https, or http to this computer.
            secret: shared with the receiver; "" makes one.

        Returns:
            The secret, to be given to the receiver, and where it is kept.

        Raises:
            WebhookRefused: address or secret cannot be used.
        """
        try:
            self._check_address(url)
        except Refusal as err:
            raise WebhookRefused(detail=err.reason) from err
        if secret and len(secret) < _MIN_SECRET:
            raise WebhookRefused(detail=Reason("a secret has at least {count} characters", count=_MIN_SECRET))
        secret = secret or secrets.token_urlsafe(32)
        where = self._kept.put(SECRET_NAME, secret)
        self._keep(url)
        return secret, where

    def test(self) -> Delivery:
        """Send one message of type "test" at once, past the outbox.

        Raises:
            WebhookRefused: there is no address.
        """
        url = self.address()
        if not url:
            raise WebhookRefused(detail=Reason("no address is set"))
        event_id = f"test-{secrets.token_hex(8)}"
        body = json.dumps({"type": "test", "event_id": event_id})
        return self._post(url, self.secret(), OutboxMessage(0, event_id, None, body, 0, self._clock.now_utc()))

    def end(self) -> None:
        """Keep no new messages and forget the secret; those that wait stay until an address is set again."""
        self._outbox.set_address("")
        self._kept.put(SECRET_NAME, "")
        self._kept.put(ADDRESS_NAME, "")

    def _keep(self, url: str) -> None:
        # Its path or query may be a token: it is kept like the secret, and the setting only tells one from another.
        self._kept.put(ADDRESS_NAME, url)
        self._outbox.set_address(secrets.token_hex(_NAME_BYTES))
