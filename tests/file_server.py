"""A loopback web server for one file that can misbehave on purpose."""

from __future__ import annotations

import hashlib
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class FileServer:
    """Serves ``content`` at every path; what is set between requests changes how.

    Attributes:
        content: the file.
        status: sent in place of 200 when it is not 200.
        cut_after: bytes after which the connection is closed, None for never.
        stall_after: bytes after which nothing more comes until the server stops, None for never.
        ranges: False ignores Range.
        validators: False sends no ETag.
        wrong_range: answers a Range with the beginning of the file, labelled as such.
        ignore_if_range: sends a part even though the file has changed.
        lengths: False leaves Content-Length out.
        requests: the Range header of each request, "" for none.
    """

    def __init__(self) -> None:
        self.content = b""
        self.status = 200
        self.cut_after: int | None = None
        self.stall_after: int | None = None
        self.ranges = self.validators = self.lengths = True
        self.wrong_range = self.ignore_if_range = False
        self.requests: list[str] = []
        self.url = ""
        self.stopping = threading.Event()

    @property
    def etag(self) -> str:
        return f'"{hashlib.sha256(self.content).hexdigest()[:16]}"'


@contextmanager
def running(server: FileServer) -> Iterator[FileServer]:
    """Serve until the block ends."""

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *args: object) -> None:
            pass

        def do_GET(self) -> None:
            _answer(server, self)

    http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    http.daemon_threads = True
    thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    server.url = f"http://127.0.0.1:{http.server_address[1]}"
    try:
        yield server
    finally:
        server.stopping.set()
        http.shutdown()
        http.server_close()
        thread.join()


def _answer(server: FileServer, request: BaseHTTPRequestHandler) -> None:
    wanted = request.headers.get("Range", "")
    server.requests.append(wanted)
    if server.status != 200:
        request.send_error(server.status)
        return
    match = re.fullmatch(r"bytes=(\d+)-", wanted)
    condition = request.headers.get("If-Range")
    start = int(match[1]) if match and server.ranges else 0
    if condition not in (None, server.etag) and not server.ignore_if_range:
        start = 0
    if start > len(server.content) or (start and start == len(server.content)):
        request.send_error(416)
        return
    is_part = start > 0
    if server.wrong_range:
        start = 0
    body = server.content[start:]
    request.send_response(206 if is_part else 200)
    if is_part:
        request.send_header("Content-Range", f"bytes {start}-{len(server.content) - 1}/{len(server.content)}")
    if server.validators:
        request.send_header("ETag", server.etag)
    if server.lengths:
        request.send_header("Content-Length", str(len(body)))
    request.end_headers()
    limits = [limit for limit in (server.cut_after, server.stall_after) if limit is not None]
    with suppress(ConnectionError):  # whoever stops a download hangs up
        request.wfile.write(body[: min(limits)] if limits else body)
        request.wfile.flush()
    if server.stall_after is not None:
        server.stopping.wait(30)
