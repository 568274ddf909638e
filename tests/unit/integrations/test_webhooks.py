from __future__ import annotations

import hashlib
import hmac
from datetime import UTC, datetime
from pathlib import Path

import pytest

from attendance.core.outbox import OutboxMessage
from attendance.errors import Reason
from attendance.integrations.web_address import parse_address
from attendance.integrations.webhooks import WebhookPoster, signature
from tests.unit.integrations.servers import make_certificate, receiver

SECRET = "a secret of the two"
MESSAGE = OutboxMessage(1, "e1", 3, '{"type": "check_in", "person": "ä"}', 0, datetime(2026, 3, 2, tzinfo=UTC))


def poster(ca_file: Path | None = None) -> WebhookPoster:
    return WebhookPoster(ca_file=ca_file, timeout_s=5.0, unix_time=lambda: 1_772_000_000.7)


def test_that_a_message_arrives_signed_with_its_id() -> None:
    with receiver() as server:
        outcome = poster().post(f"http://127.0.0.1:{server.port}/hook?x=1", SECRET, MESSAGE)
    assert outcome.reason is None
    (got,) = server.got
    assert (got.method, got.path, got.body) == ("POST", "/hook?x=1", MESSAGE.body.encode())
    assert got.headers["Idempotency-Key"] == got.headers["Attendance-Event-Id"] == "e1"
    expected = hmac.new(SECRET.encode(), b"1772000000." + got.body, hashlib.sha256).hexdigest()
    assert got.headers["Attendance-Signature"] == f"t=1772000000,v1={expected}"


def test_that_the_signature_depends_on_secret_time_and_body() -> None:
    known = {signature(s, t, b) for s in ("a", "b") for t in (1, 2) for b in (b"x", b"y")}
    assert len(known) == 8


@pytest.mark.parametrize(
    ("status", "is_refused"),
    [(301, False), (400, True), (401, False), (404, False), (410, False), (413, True), (422, True), (429, False),
     (500, False)],
)  # fmt: skip
def test_that_other_answers_are_failures(status: int, is_refused: bool) -> None:
    with receiver() as server:
        server.status = status
        outcome = poster().post(f"http://127.0.0.1:{server.port}/", SECRET, MESSAGE)
    assert outcome.reason == Reason("{host} answered {code}", host=f"http://127.0.0.1:{server.port}", code=status)
    assert (outcome.is_refused, outcome.is_receiver_down) == (is_refused, not is_refused)


def test_that_a_redirect_is_not_followed() -> None:
    with receiver() as server, receiver() as other:
        server.status, server.location = 307, f"http://127.0.0.1:{other.port}/"
        assert poster().post(f"http://127.0.0.1:{server.port}/", SECRET, MESSAGE).reason
    assert other.got == []


def test_that_a_certificate_nobody_vouches_for_is_refused(tmp_path: Path) -> None:
    tls = make_certificate(tmp_path)
    with receiver(tls) as server:
        url = f"https://127.0.0.1:{server.port}/"
        refused = poster().post(url, SECRET, MESSAGE)
        taken = poster(tls[0]).post(url, SECRET, MESSAGE)
    assert "certificate" in str(refused.reason)
    assert refused.is_receiver_down
    assert taken.reason is None
    assert len(server.got) == 1


def test_that_a_silent_receiver_is_told_without_the_path() -> None:
    with receiver() as server:
        port = server.port
    outcome = poster().post(f"http://127.0.0.1:{port}/token-in-path", SECRET, MESSAGE)
    assert outcome.is_receiver_down
    assert "cannot be reached" in str(outcome.reason)
    assert "token" not in str(outcome.reason)


@pytest.mark.parametrize(
    "url",
    ["http://example.org/", "http://10.0.0.1/", "https://user:pass@example.org/", "ftp://example.org", "https://",
     "https://exa mple.org/", "https://example.org:99999/", "http://127.0.0.1.example.org/", "https://a\r\nX: 1/"],
)  # fmt: skip
def test_that_other_addresses_are_refused(url: str) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        parse_address(url)


def test_that_only_a_number_of_the_local_network_may_do_without_tls() -> None:
    assert parse_address("http://192.168.1.5/relay/0?turn=on", may_be_local_network=True).target == "/relay/0?turn=on"
    assert parse_address("http://[::1]:8080/").shown == "http://[::1]:8080"
    for url in ("http://8.8.8.8/", "http://relay.local/", "http://0.0.0.0/"):
        with pytest.raises(ValueError, match="https"):
            parse_address(url, may_be_local_network=True)
