"""Addresses of cameras as people write them, and why one gives no stream."""

from __future__ import annotations

import base64
import hashlib
import re
import socket
from dataclasses import dataclass
from enum import Enum
from urllib.parse import quote, unquote

_PORTS = {"rtsp": 554, "http": 80}
"""Without encryption only: whoever asks why must not hand a password to a stranger."""
_HOST = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+)(:[0-9]{1,5})?(?=[/?#]|$)")
# With a dot, unlike the usual users: "admin:12/3@cam" has a password and "cam.local:80/a@b" a path.
_HOST_AND_PORT = re.compile(r"(\[[0-9A-Fa-f:.]+\]|localhost|[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)+):[0-9]{1,5}")
_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})")
_STATUS = re.compile(rb"(?:RTSP|HTTP)/[0-9.]+ ([0-9]{3})")
_CHALLENGE = re.compile(r"^WWW-Authenticate:\s*(Basic|Digest)\b(.*)$", re.IGNORECASE | re.MULTILINE)
_FIELD = re.compile(r'(\w+)=(?:"([^"]*)"|([^\s,]+))')
_MOST_BYTES = 16_384


class NoStream(Enum):
    """Why a camera gave no stream."""

    ABSENT = "absent"
    """Nothing answers there."""
    REFUSED = "refused"
    """It does not take the user or the password, or none was given."""
    OTHER = "other"
    """It answers, and is not content with something else."""


@dataclass(frozen=True, slots=True)
class StreamAddress:
    """An address in its parts.

    Attributes:
        user: as it is typed into the camera; "" for none.
        password: likewise.
        host: name or number with port, as written.
        target: path and query, from the first "/", "?" or "#" on; "" without any.
    """

    scheme: str
    user: str
    password: str
    host: str
    target: str

    @property
    def escaped(self) -> str:
        """The address for a library: user and password percent-encoded (RFC 3986, section 3.2.1)."""
        if not (self.user or self.password):
            return self.bare
        login = quote(self.user, safe="") + (f":{quote(self.password, safe='')}" if self.password else "")
        return f"{self.scheme}://{login}@{self.host}{self.target}"

    @property
    def bare(self) -> str:
        """The address without user and password."""
        return f"{self.scheme}://{self.host}{self.target}"


def read_address(text: str) -> StreamAddress:
    """Take an address apart, also where "#", "/", "?" or "@" stand unescaped in the password.

    User and password end at the last "@" behind which a host stands, unless what comes before is a host with its port:
    then that "@" belongs to the path. Escapes such as %23 mean what they stand for; any other "%" means itself.
    """
    scheme, _, rest = text.partition("://")
    for at in reversed([found.start() for found in re.finditer("@", rest)]):
        login, behind = rest[:at], rest[at + 1 :]
        if _HOST.match(behind) and not _is_host(login):
            host = _HOST.match(behind)
            assert host is not None
            user, _, password = login.partition(":")
            return StreamAddress(scheme, _plain(user), _plain(password), host.group(), behind[host.end() :])
    end = min((place for place in map(rest.find, "/?#") if place >= 0), default=len(rest))
    return StreamAddress(scheme, "", "", rest[:end], rest[end:])


def why_no_stream(address: StreamAddress, timeout_s: float) -> NoStream:
    """Ask a camera once more, plainly, what is wrong with the address.

    Args:
        address: with user and password, which go nowhere but to this host.
        timeout_s: for connecting and for each answer.
    """
    port = _PORTS.get(address.scheme.lower())
    if port is None:
        return NoStream.ABSENT
    try:
        status, answer = _asked(address, port, "", timeout_s)
        if status == 401 and (address.user or address.password):
            login = _login(address, answer)
            if login:
                status, _ = _asked(address, port, login, timeout_s)
    except (OSError, ValueError):
        return NoStream.ABSENT
    return NoStream.REFUSED if status in {401, 403} else NoStream.OTHER


def _is_host(login: str) -> bool:
    """Tell whether what stands before an "@" is a host with what follows it, and no user with a password."""
    end = min((place for place in map(login.find, "/?#") if place >= 0), default=len(login))
    before = login[:end]
    has_path = end < len(login)
    return has_path and (":" not in before or _HOST_AND_PORT.fullmatch(before) is not None)


def _plain(text: str) -> str:
    return unquote(_ESCAPE.sub("%25", text))


def _asked(address: StreamAddress, port: int, login: str, timeout_s: float) -> tuple[int, str]:
    """Return status and head of an answer.

    Raises:
        OSError: nothing answers.
        ValueError: the answer is neither RTSP nor HTTP.
    """
    host, given = _host_and_port(address.host)
    is_rtsp = address.scheme.lower() == "rtsp"
    first = f"DESCRIBE {address.bare} RTSP/1.0\r\nCSeq: 1" if is_rtsp else f"GET {address.target or '/'} HTTP/1.0"
    head = f"{first}\r\nHost: {address.host}\r\n{login}\r\n"
    with socket.create_connection((host, given or port), timeout_s) as connection:
        connection.sendall(head.encode("utf-8"))
        answer = b""
        while b"\r\n\r\n" not in answer and len(answer) < _MOST_BYTES and (block := connection.recv(4096)):
            answer += block
    found = _STATUS.match(answer)
    if found is None:
        raise ValueError("neither RTSP nor HTTP")
    return int(found.group(1)), answer.decode("latin-1").replace("\r\n", "\n")


def _host_and_port(host: str) -> tuple[str, int]:
    name, colon, port = host.rpartition(":")
    if colon and port.isdigit() and not host.endswith("]"):
        return name.strip("[]"), int(port)
    return host.strip("[]"), 0


def _login(address: StreamAddress, answer: str) -> str:
    """Return the header that answers a challenge: Basic (RFC 7617) or Digest with MD5 (RFC 2617), "" for neither."""
    challenges = {kind.lower(): rest for kind, rest in _CHALLENGE.findall(answer)}
    if "digest" in challenges:
        fields = {name.lower(): quoted or bare for name, quoted, bare in _FIELD.findall(challenges["digest"])}
        is_rtsp = address.scheme.lower() == "rtsp"
        method, uri = ("DESCRIBE", address.bare) if is_rtsp else ("GET", address.target or "/")
        realm, nonce = fields.get("realm", ""), fields.get("nonce", "")
        secret, asked = _md5(address.user, realm, address.password), _md5(method, uri)
        parts = f'Digest username="{address.user}", realm="{realm}", nonce="{nonce}", uri="{uri}"'
        if "auth" in fields.get("qop", "").split(","):
            counter, own = "00000001", "0a4f113b"
            response = _md5(secret, nonce, counter, own, "auth", asked)
            parts += f', qop=auth, nc={counter}, cnonce="{own}"'
        else:
            response = _md5(secret, nonce, asked)
        return f'Authorization: {parts}, response="{response}"\r\n'
    if "basic" in challenges:
        token = base64.b64encode(f"{address.user}:{address.password}".encode()).decode()
        return f"Authorization: Basic {token}\r\n"
    return ""


def _md5(*parts: str) -> str:
    # What the protocol asks for; nothing is protected by it here.
    return hashlib.md5(":".join(parts).encode(), usedforsecurity=False).hexdigest()
