"""Mails to a loopback server with TLS."""

from __future__ import annotations

import email
import email.policy
import ssl
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session

from attendance.errors.exchange import MailFailed
from attendance.integrations.mail import MailSender, MailServer
from tests.unit.integrations.servers import make_certificate

PASSWORD = "kept out of every message"


class Inbox:
    def __init__(self) -> None:
        self.messages: list[Any] = []
        self.was_encrypted: list[bool] = []

    async def handle_DATA(self, _: SMTP, session: Session, envelope: Envelope) -> str:
        assert isinstance(envelope.content, bytes)
        self.messages.append(email.message_from_bytes(envelope.content, policy=email.policy.default))
        self.was_encrypted.append(session.ssl is not None)
        return "250 OK"


def check(_server: object, _session: object, _envelope: object, mechanism: str, data: Any) -> AuthResult:
    # handled: whether this function has answered the client itself.
    return AuthResult(success=data.login == b"door" and data.password == PASSWORD.encode(), handled=False)


class Server(Controller):
    """Listens on a free port, and finds out which."""

    def _trigger_server(self) -> None:
        assert self.server is not None
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


@pytest.fixture(scope="module")
def tls(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    return make_certificate(tmp_path_factory.mktemp("tls"))


def context_of(tls: tuple[Path, Path]) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*tls)
    return context


@pytest.fixture
def inbox(tls: tuple[Path, Path]) -> Iterator[tuple[Inbox, int]]:
    box = Inbox()
    server = Server(
        box, hostname="127.0.0.1", port=0, tls_context=context_of(tls), require_starttls=True,
        authenticator=check, auth_required=True,
    )  # fmt: skip
    server.start()
    yield box, server.port
    server.stop()


def sender(port: int, tls: tuple[Path, Path] | None, *, password: str = PASSWORD, **changes: object) -> MailSender:
    given: dict[str, Any] = {"security": "starttls", "user": "door", "sender": "door@example.org", **changes}
    context = ssl.create_default_context(cafile=tls[0]) if tls else None
    return MailSender(MailServer("127.0.0.1", port, timeout_s=20.0, **given), lambda: password, context=context)


def test_that_a_report_arrives_encrypted(inbox: tuple[Inbox, int], tls: tuple[Path, Path], tmp_path: Path) -> None:
    report = tmp_path / "monthly_2026-10.csv"
    report.write_bytes(b"code,hours\r\na,8\r\n")
    sender(inbox[1], tls).send(["boss@example.org"], "Hours\nOctober", "Text ä\n", [report])
    (message,) = inbox[0].messages
    assert inbox[0].was_encrypted == [True]
    assert (message["From"], message["To"], message["Subject"]) == (
        "door@example.org",
        "boss@example.org",
        "Hours October",
    )
    (attached,) = message.iter_attachments()
    assert attached.get_filename() == report.name
    assert attached.get_payload(decode=True) == report.read_bytes()


def test_that_a_refused_password_is_told_without_it(inbox: tuple[Inbox, int], tls: tuple[Path, Path]) -> None:
    with pytest.raises(MailFailed, match="refused the user name or the password") as caught:
        sender(inbox[1], tls, password="a wrong one").send(["b@example.org"], "x", "y")
    assert "wrong one" not in str(caught.value)
    assert caught.value.__cause__ is None
    assert inbox[0].messages == []


def test_that_a_certificate_nobody_vouches_for_is_refused(inbox: tuple[Inbox, int]) -> None:
    with pytest.raises(MailFailed, match="certificate"):
        sender(inbox[1], None).send(["b@example.org"], "x", "y")
    assert inbox[0].messages == []


def test_that_a_server_that_is_down_is_told() -> None:
    closed = Server(Inbox(), hostname="127.0.0.1", port=0)
    closed.start()
    closed.stop()
    with pytest.raises(MailFailed, match="cannot be reached"):
        sender(closed.port, None).send(["b@example.org"], "x", "y")


def test_that_nothing_is_sent_in_the_clear_to_a_server_without_tls() -> None:
    box = Inbox()
    server = Server(box, hostname="127.0.0.1", port=0)
    server.start()
    try:
        with pytest.raises(MailFailed, match="does not offer encryption"):
            sender(server.port, None).send(["b@example.org"], "x", "y")
        sender(server.port, None, security="none", user="").send(["b@example.org"], "x", "y")
    finally:
        server.stop()
    assert box.was_encrypted == [False]
    far = MailSender(MailServer("mail.example.org", 25, "none", "", "a@example.org"), lambda: "")
    with pytest.raises(MailFailed, match="this computer only"):
        far.send(["b@example.org"], "x", "y")


@pytest.mark.parametrize("to", ["no address", "a@b.org\r\nBcc: c@d.org"])
def test_that_no_header_is_smuggled_in(to: str) -> None:
    with pytest.raises(MailFailed, match="not an address"):
        sender(1, None).send([to], "x", "y")
