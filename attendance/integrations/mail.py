"""Sends e-mails with attachments over SMTP; encrypted, and certificates are checked."""

from __future__ import annotations

import mimetypes
import smtplib
import ssl
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from pathlib import Path

from attendance.errors import Reason
from attendance.errors.exchange import MailFailed

_LOOPBACK = {"localhost", "127.0.0.1", "::1"}


@dataclass(frozen=True, slots=True)
class MailServer:
    """How to reach the mail server.

    Attributes:
        host: name; "" when no mail is sent at all.
        port: usually 587 for starttls and 465 for tls.
        security: "starttls", "tls", or "none" (only to this computer).
        user: account name; "" logs in to none.
        sender: address that mails come from.
    """

    host: str
    port: int
    security: str
    user: str
    sender: str
    timeout_s: float = 30.0


class MailSender:
    """Sends one mail at a time over a connection of its own.

    Args:
        server: which.
        password: returns the account's password; asked only when there is a user.
        context: for tests and own certificate authorities; the system's certificates by default.
    """

    def __init__(
        self, server: MailServer, password: Callable[[], str], *, context: ssl.SSLContext | None = None
    ) -> None:
        self._server = server
        self._password = password
        self._context = context

    def send(self, to: Sequence[str], subject: str, text: str, files: Sequence[Path] = ()) -> None:
        """Send one mail.

        Args:
            to: addresses.
            subject: one line.
            text: plain text.
            files: attached under their names.

        Raises:
            MailFailed: not set up, no connection, a certificate that is not valid, a refused password or recipient;
                the text never holds the password.
        """
        if not self._server.host or not self._server.sender:
            raise MailFailed(detail=Reason("no mail server is set up"))
        if self._server.security == "none" and self._server.host not in _LOOPBACK:
            raise MailFailed(detail=Reason("mail without encryption is sent to this computer only"))
        message = self._message(to, subject, text, files)
        try:
            with self._connected() as server:
                if self._server.user:
                    self._log_in(server)
                refused = server.send_message(message, self._server.sender, list(to))
        except ssl.SSLCertVerificationError as err:
            detail = Reason(
                "the certificate of {host} is not valid: {verify_message}",
                host=self._server.host,
                verify_message=err.verify_message,
            )
            raise MailFailed(detail=detail) from err
        except smtplib.SMTPNotSupportedError as err:
            raise MailFailed(
                detail=Reason("{host} does not offer encryption or log-in", host=self._server.host)
            ) from err
        except smtplib.SMTPRecipientsRefused as err:
            raise MailFailed(detail=Reason("the server refused every recipient")) from err
        except smtplib.SMTPResponseException as err:
            raise MailFailed(
                detail=Reason("{host} answered {code}", host=self._server.host, code=err.smtp_code)
            ) from err
        except (OSError, smtplib.SMTPException) as err:
            cause = Reason.quoted(getattr(err, "strerror", None) or type(err).__name__)
            raise MailFailed(
                detail=Reason("{host} cannot be reached: {cause}", host=self._server.host, cause=cause)
            ) from err
        if refused:
            raise MailFailed(detail=Reason("the server refused {names}", names=[*sorted(refused)]))

    def _connected(self) -> smtplib.SMTP:
        host, port, timeout_s = self._server.host, self._server.port, self._server.timeout_s
        if self._server.security == "none":
            return smtplib.SMTP(host, port, timeout=timeout_s)
        context = self._context or ssl.create_default_context()
        if self._server.security == "tls":
            return smtplib.SMTP_SSL(host, port, timeout=timeout_s, context=context)
        server = smtplib.SMTP(host, port, timeout=timeout_s)
        try:
            server.starttls(context=context)
        except Exception:
            server.close()
            raise
        return server

    def _log_in(self, server: smtplib.SMTP) -> None:
        try:
            server.login(self._server.user, self._password())
        except (smtplib.SMTPAuthenticationError, smtplib.SMTPServerDisconnected):  # some hang up on a wrong password
            # Without a cause: some servers repeat in their answer what they were given.
            raise MailFailed(
                detail=Reason("{host} refused the user name or the password", host=self._server.host)
            ) from None

    def _message(self, to: Sequence[str], subject: str, text: str, files: Sequence[Path]) -> EmailMessage:
        message = EmailMessage()
        try:
            message["From"] = Address(addr_spec=self._server.sender)
            message["To"] = [Address(addr_spec=one) for one in to]
        except ValueError as err:
            raise MailFailed(detail=Reason("this is not an address such as name@example.org")) from err
        message["Subject"] = " ".join(subject.split())
        message["Date"] = formatdate()
        message["Message-ID"] = make_msgid(domain=self._server.sender.rpartition("@")[2] or "localhost")
        message.set_content(text)
        for path in files:
            kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
            main, _, sub = kind.partition("/")
            try:
                data = path.read_bytes()
            except OSError as err:
                raise MailFailed(detail=Reason("{name} cannot be read", name=path.name)) from err
            message.add_attachment(data, maintype=main, subtype=sub, filename=path.name)
        return message
