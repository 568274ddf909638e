"""Addresses of network cameras: passwords as people type them, and what a camera that gives no stream answers."""

from __future__ import annotations

import base64
import hashlib
import re
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from urllib.parse import unquote, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attendance.errors.cameras import CameraError, CameraNotFound, CameraRefused
from attendance.vision.cameras.network_stream import NetworkStream
from attendance.vision.cameras.stream_address import NoStream, StreamAddress, read_address, why_no_stream
from tests.fakes import FakeClock

PASSWORD = "p#s/w?rd@1 %"
WAIT_S = 20.0


@pytest.mark.parametrize(
    ("text", "user", "password", "host", "target"),
    [
        ("rtsp://admin:se/c?r#e@t@10.0.0.5/main", "admin", "se/c?r#e@t", "10.0.0.5", "/main"),
        ("rtsp://admin:secret@10.0.0.5:554/main?a=b#c", "admin", "secret", "10.0.0.5:554", "/main?a=b#c"),
        ("rtsp://admin:p%23x%2F@cam/main", "admin", "p#x/", "cam", "/main"),
        ("rtsp://admin:50%off@cam/main", "admin", "50%off", "cam", "/main"),
        ("rtsp://admin:12/3@cam/main", "admin", "12/3", "cam", "/main"),
        ("rtsp://admin@cam/main", "admin", "", "cam", "/main"),
        ("rtsp://u:p@[fe80::1]:554/x", "u", "p", "[fe80::1]:554", "/x"),
        ("rtsp://10.0.0.5:554/live@main", "", "", "10.0.0.5:554", "/live@main"),
        ("rtsp://cam/live@main", "", "", "cam", "/live@main"),
        ("http://cam?x=1", "", "", "cam", "?x=1"),
        ("http://cam", "", "", "cam", ""),
    ],
)
def test_that_an_address_is_taken_apart(text: str, user: str, password: str, host: str, target: str) -> None:
    assert read_address(text) == StreamAddress(text.partition("://")[0], user, password, host, target)


def test_that_an_address_without_a_login_stays_as_it_is() -> None:
    for text in ("rtsp://10.0.0.5:554/live@main", "http://cam/a?b=c#d", "rtsps://[::1]:322/x"):
        assert read_address(text).escaped == text


@given(st.text(st.characters(codec="ascii", exclude_categories=["Cc"]), min_size=1))
def test_that_a_library_reads_the_password_that_was_typed(password: str) -> None:
    escaped = StreamAddress("rtsp", "admin", password, "cam:554", "/a").escaped
    parts = urlsplit(escaped)
    assert (parts.hostname, parts.port, parts.path) == ("cam", 554, "/a")
    assert unquote(parts.password or "") == password


# --- what a camera answers ---------------------------------------------------------------------------


@contextmanager
def camera(answer: Callable[[str], str]) -> Iterator[str]:
    """Answer each request on a loopback port; yields host and port."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            while True:
                try:
                    connection, _ = server.accept()
                except OSError:
                    return
                with connection:
                    connection.settimeout(WAIT_S)
                    request = b""
                    while b"\r\n\r\n" not in request and (block := connection.recv(4096)):
                        request += block
                    connection.sendall(answer(request.decode()).encode())

        threading.Thread(target=serve, daemon=True).start()
        yield f"127.0.0.1:{server.getsockname()[1]}"
        server.shutdown(socket.SHUT_RDWR)


def basic(request: str) -> str:
    token = base64.b64encode(f"admin:{PASSWORD}".encode()).decode()
    if f"Authorization: Basic {token}\r\n" in request:
        return "RTSP/1.0 200 OK\r\nCSeq: 1\r\n\r\n"
    return 'RTSP/1.0 401 Unauthorized\r\nWWW-Authenticate: Basic realm="cam"\r\n\r\n'


def digest(request: str) -> str:
    """RFC 2617, section 3.2.2, without and with a quality of protection."""
    fields = dict(re.findall(r'(\w+)="?([^",\r]*)"?', request.partition("Digest ")[2]))
    method, uri = request.split()[:2]

    def md5(text: str) -> str:
        return hashlib.md5(text.encode()).hexdigest()

    qop = f":{fields['nc']}:{fields['cnonce']}:auth" if "nc" in fields else ""
    expected = md5(f"{md5(f'admin:cam:{PASSWORD}')}:n0nce{qop}:{md5(f'{method}:{uri}')}")
    if fields.get("response") == expected:
        return "HTTP/1.0 404 Not Found\r\n\r\n"
    offered = ', qop="auth"' if method == "GET" else ""
    protocol = "HTTP/1.0" if method == "GET" else "RTSP/1.0"
    return f'{protocol} 401 x\r\nWWW-Authenticate: Digest realm="cam", nonce="n0nce"{offered}\r\n\r\n'


@pytest.mark.parametrize("answer", [basic, digest])
@pytest.mark.parametrize("scheme", ["rtsp", "http"])
def test_that_a_wrong_password_is_told_from_a_wrong_path(answer: Callable[[str], str], scheme: str) -> None:
    with camera(answer) as host:
        for password, expected in ((PASSWORD, NoStream.OTHER), ("wrong", NoStream.REFUSED), ("", NoStream.REFUSED)):
            address = StreamAddress(scheme, "admin" if password else "", password, host, "/live")
            assert why_no_stream(address, WAIT_S) is expected


@pytest.mark.parametrize("answer", ["", "SSH-2.0-x\r\n\r\n", "\x00" * 20_000])
def test_that_what_is_no_camera_is_absent(answer: str) -> None:
    with camera(lambda _: answer) as host:
        assert why_no_stream(StreamAddress("rtsp", "u", "p", host, "/"), WAIT_S) is NoStream.ABSENT


def test_that_a_password_goes_to_no_encrypted_stranger() -> None:
    asked: list[str] = []
    with camera(lambda request: asked.append(request) or "") as host:  # type: ignore[func-returns-value]
        assert why_no_stream(StreamAddress("https", "u", "p", host, "/"), WAIT_S) is NoStream.ABSENT
    assert asked == []


class Closed:
    """A capture that was not opened."""

    def isOpened(self) -> bool:
        return False

    def release(self) -> None:
        pass


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        ("RTSP/1.0 401 Unauthorized\r\n\r\n", CameraRefused),
        ("RTSP/1.0 404 Not Found\r\n\r\n", CameraError),
        ("", CameraNotFound),
    ],
)
def test_that_the_source_says_which_it_is(answer: str, error: type[CameraError]) -> None:
    with camera(lambda _: answer) as host:
        source = NetworkStream(
            f"rtsp://admin:geheim@{host}/live",
            clock=FakeClock(),
            capture_factory=lambda *_: Closed(),  # type: ignore[arg-type,return-value]
        )
        with pytest.raises(CameraError) as caught:
            source.open()
    assert type(caught.value) is error
    assert "geheim" not in caught.value.one_line
