"""Which addresses messages may be sent to."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from urllib.parse import urlsplit

from attendance.errors import Reason, Refusal
from attendance.shown_text import shown_address

_MAX_LENGTH = 1000
_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class WebAddress:
    """A checked address.

    Attributes:
        host: name or number, without brackets.
        target: path with query, as it goes into the request.
    """

    scheme: str
    host: str
    port: int
    target: str

    @property
    def shown(self) -> str:
        """The address for log and screen: without path and query, which may hold a token."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return shown_address(f"{self.scheme}://{host}:{self.port}")


def parse_address(text: str, *, may_be_local_network: bool = False) -> WebAddress:
    """Check an address: https, or http to this computer only.

    Args:
        text: the URL.
        may_be_local_network: http is also fine to a private network's number (RFC 1918, RFC 4193, link-local).

    Raises:
        Refusal: not such an address; the reason repeats no part that may be secret.
    """
    if len(text) > _MAX_LENGTH or not text.isascii() or any(c.isspace() or not c.isprintable() for c in text):
        raise Refusal(Reason("an address has at most {count} characters, no blanks and only ASCII", count=_MAX_LENGTH))
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError as err:
        raise Refusal(Reason("this is not an address such as https://example.org/path")) from err
    if parts.scheme not in _PORTS or not parts.hostname:
        raise Refusal(Reason("this is not an address such as https://example.org/path"))
    if parts.username is not None or parts.password is not None:
        raise Refusal(Reason("a name or password in the address is not taken"))
    if parts.scheme == "http" and not _is_near(parts.hostname, may_be_local_network):
        raise Refusal(Reason("only https is taken; http only to this computer"))
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return WebAddress(parts.scheme, parts.hostname, port or _PORTS[parts.scheme], target)


def _is_near(host: str, may_be_local_network: bool) -> bool:
    if host == "localhost":
        return True
    try:
        number = ipaddress.ip_address(host)
    except ValueError:
        return False  # a name may lead anywhere
    return number.is_loopback or (may_be_local_network and number.is_private and not number.is_unspecified)
