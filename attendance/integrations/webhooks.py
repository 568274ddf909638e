"""Sends messages by HTTPS POST, signed; certificates are checked and redirects are not followed."""

from __future__ import annotations

import hashlib
import hmac
import http.client
import ssl
import time
from collections.abc import Callable
from pathlib import Path

from attendance.core.outbox import Delivery, OutboxMessage
from attendance.errors import Reason, Refusal
from attendance.integrations.web_address import WebAddress, parse_address

TIMEOUT_S = 10.0
SIGNATURE_HEADER = "Attendance-Signature"
ID_HEADER = "Attendance-Event-Id"
# A receiver that answers so has no time for any message: too many requests, request time-out.
_BUSY = {408, 425, 429}
# It is the address, the secret or the way there that is wrong, for every message: no log-in, not there, gone.
_WRONG_ADDRESS = {401, 403, 404, 407, 410}


def signature(secret: str, timestamp: int, body: bytes) -> str:
    """Return the value of the signature header: "t=<seconds>,v1=<HMAC-SHA256 of "<seconds>." + body, hexadecimal>".

    Args:
        secret: shared with the receiver.
        timestamp: Unix time in seconds; signed as well, so that an old message cannot be sent again by others.
        body: bytes as they are sent.
    """
    mac = hmac.new(secret.encode(), f"{timestamp}.".encode() + body, hashlib.sha256)
    return f"t={timestamp},v1={mac.hexdigest()}"


class WebhookPoster:
    """Posts one message at a time, each over its own connection.

    Args:
        ca_file: certificates that are trusted instead of the system's, PEM; None takes the system's.
        timeout_s: for connecting and for each wait for an answer.
        unix_time: seconds since 1970, for the signature.
    """

    def __init__(
        self, *, ca_file: Path | None = None, timeout_s: float = TIMEOUT_S, unix_time: Callable[[], float] = time.time
    ) -> None:
        self._ca_file = ca_file
        self._timeout_s = timeout_s
        self._unix_time = unix_time

    def post(self, url: str, secret: str, message: OutboxMessage) -> Delivery:
        """Send one message.

        Args:
            url: checked again here.
            secret: signs the message.
            message: what is sent; its event id goes along as idempotency key.
        """
        try:
            address = parse_address(url)
        except Refusal as err:
            return Delivery(err.reason, is_receiver_down=True)
        body = message.body.encode()
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "face-attendance",
            "Idempotency-Key": message.event_id,
            ID_HEADER: message.event_id,
            SIGNATURE_HEADER: signature(secret, int(self._unix_time()), body),
            "Connection": "close",
        }
        try:
            status = self._status(address, body, headers)
        except ssl.SSLCertVerificationError as err:
            cause = Reason.quoted(err.verify_message)
            reason = Reason("the certificate of {host} is not valid: {cause}", host=address.shown, cause=cause)
            return Delivery(reason, is_receiver_down=True)
        except TimeoutError:
            seconds = f"{self._timeout_s:g}"
            reason = Reason("{host} did not answer within {seconds} s", host=address.shown, seconds=seconds)
            return Delivery(reason, is_receiver_down=True)
        except (OSError, http.client.HTTPException) as err:
            cause = Reason.quoted(getattr(err, "strerror", None) or type(err).__name__)
            reason = Reason("{host} cannot be reached: {cause}", host=address.shown, cause=cause)
            return Delivery(reason, is_receiver_down=True)
        if 200 <= status < 300:
            return Delivery()
        is_refused = 400 <= status < 500 and status not in _BUSY | _WRONG_ADDRESS
        return Delivery(
            Reason("{host} answered {code}", host=address.shown, code=status),
            is_receiver_down=not is_refused,
            is_refused=is_refused,
        )

    def _status(self, address: WebAddress, body: bytes, headers: dict[str, str]) -> int:
        connection: http.client.HTTPConnection
        if address.scheme == "https":
            context = ssl.create_default_context(cafile=self._ca_file)
            connection = http.client.HTTPSConnection(
                address.host, address.port, timeout=self._timeout_s, context=context
            )
        else:
            connection = http.client.HTTPConnection(address.host, address.port, timeout=self._timeout_s)
        try:
            connection.request("POST", address.target, body, headers)
            return connection.getresponse().status
        finally:
            connection.close()
