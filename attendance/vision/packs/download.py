"""Downloads one file: resumable, checked, put in place only when whole."""

from __future__ import annotations

import contextlib
import hashlib
import http.client
import json
import os
import re
import shutil
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Protocol

from attendance.errors import Reason
from attendance.errors.models import DownloadFailed, ModelChecksumMismatch
from attendance.errors.storage import DiskFull, ReadOnlyStorage
from attendance.file_errors import reason_of, storage_error
from attendance.shown_text import shown_address
from attendance.whole_file import replaced_text

Progress = Callable[[int, int | None], None]
"""Called with the bytes received so far, and the bytes in all (None when the server does not say)."""

_BLOCK_BYTES = 1 << 18
_MAX_BYTES = 4_000_000_000
_OK, _PARTIAL, _NOT_FOUND, _RANGE_NOT_SATISFIABLE = 200, 206, 404, 416


class _Response(Protocol):
    """The part of ``http.client.HTTPResponse`` used here."""

    status: int
    headers: http.client.HTTPMessage

    def read(self, amt: int) -> bytes: ...


@dataclass(frozen=True, slots=True)
class _Version:
    """Which version of which file a part belongs to.

    Attributes:
        url_sha256: of the address, which is only compared and may hold a password.
        validator: strong ETag or Last-Modified, "" when the server gives neither.
        total: size of the whole file, None when the server does not say.
    """

    url_sha256: str
    validator: str
    total: int | None


def download(
    url: str,
    target: Path,
    *,
    name: str,
    sha256: str | None = None,
    size: int | None = None,
    progress: Progress | None = None,
    timeout_s: float = 30.0,
) -> str:
    """Fetch a file, going on where an earlier try stopped.

    Received bytes are kept in ``<target>.part`` until the file is whole; what they belong to is noted in
    ``<target>.part.json``. When the file on the server has changed since, the download starts anew.

    Args:
        url: http or https address.
        target: where the file goes; its folder must exist. Replaced when it is there.
        name: what is downloaded, for error messages.
        sha256: expected checksum in hex; None when nobody has published one.
        size: expected size in bytes; None when unknown.
        progress: see ``Progress``; called from this thread. What it raises stops the download.
        timeout_s: longest wait for the server's next bytes, in seconds.

    Returns:
        The SHA-256 of the file in hex.

    Raises:
        DownloadFailed: no http address, no connection, refused, stalled or cut off; the part is kept.
        ModelChecksumMismatch: the file is whole but not the expected one; the part is deleted.
        DiskFull: no space left; the part is kept.
        ReadOnlyStorage: the folder may not be written.
    """
    if not url.lower().startswith(("https://", "http://")):
        raise DownloadFailed(
            pack=name,
            reason=Reason("the address {url} begins with neither https:// nor http://", url=shown_address(url)),
        )
    if "@" in url.partition("://")[2].partition("/")[0]:
        raise DownloadFailed(pack=name, reason=Reason("a name or password in the address is not taken"))
    job = _Job(url, target, name, size, progress, timeout_s)
    try:
        job.receive()
        found = job.check(sha256)
        job.part.replace(target)
        job.note.unlink(missing_ok=True)
    except urllib.error.HTTPError as err:
        with contextlib.closing(err):
            raise DownloadFailed(pack=name, reason=_http_reason(err.code, url)) from err
    except http.client.InvalidURL as err:
        # Its text repeats the address, or that of the proxy with its password.
        raise DownloadFailed(
            pack=name, reason=Reason("the address of the server or of the proxy is not valid")
        ) from err
    except (TimeoutError, urllib.error.URLError, http.client.HTTPException, ConnectionError) as err:
        raise DownloadFailed(pack=name, reason=_network_reason(err, timeout_s)) from err
    except OSError as err:
        error = storage_error(err, target.parent)
        if isinstance(error, DiskFull | ReadOnlyStorage):
            raise error from err
        raise DownloadFailed(
            pack=name, reason=Reason("{path}: {cause}", path=err.filename or target, cause=reason_of(err))
        ) from err
    return found


class _Job:
    """One try of one download."""

    def __init__(
        self, url: str, target: Path, name: str, size: int | None, progress: Progress | None, timeout_s: float
    ) -> None:
        self.part = target.with_name(target.name + ".part")
        self.note = target.with_name(target.name + ".part.json")
        self._url, self._name, self._size = url, name, size
        self._progress, self._timeout_s = progress, timeout_s

    def receive(self) -> None:
        """Fill the part file."""
        earlier = self._read_note()
        done = self.part.stat().st_size if earlier and self.part.exists() else 0
        if done and earlier and done == earlier.total:
            return  # whole since last time; only the checksum was left to do
        try:
            self._fetch(done, earlier if done else None)
        except urllib.error.HTTPError as err:
            if err.code != _RANGE_NOT_SATISFIABLE or not done:
                raise
            err.close()
            self._fetch(0, None)  # the file on the server is now shorter than what we have

    def check(self, sha256: str | None) -> str:
        """Compare the whole part with what was promised; return its checksum."""
        digest = hashlib.sha256()
        with self.part.open("rb") as file:
            while block := file.read(_BLOCK_BYTES):
                digest.update(block)
        found = digest.hexdigest()
        if sha256 is not None and found != sha256.lower():
            self._forget()
            raise ModelChecksumMismatch(pack=self._name, path=self.part.with_suffix(""))
        return found

    def _fetch(self, done: int, earlier: _Version | None) -> None:
        headers = {"Accept-Encoding": "identity", "User-Agent": "face-attendance"}
        if done and earlier:
            headers["Range"] = f"bytes={done}-"
            if earlier.validator:
                headers["If-Range"] = earlier.validator  # a changed file comes back whole, with status 200
        request = urllib.request.Request(self._url, headers=headers)
        with self._opened(request) as response:
            is_rest = response.status == _PARTIAL and self._continues(response, done, earlier)
            if is_rest or response.status == _OK:
                self._store(response, done if is_rest else 0)
                return
            if not done:
                reason = Reason(
                    "the server answered {code} for {url}", code=response.status, url=shown_address(self._url)
                )
                raise DownloadFailed(pack=self._name, reason=reason)
        self._fetch(0, None)  # the rest of something else

    def _continues(self, response: _Response, done: int, earlier: _Version | None) -> bool:
        """Tell whether a partial answer is the rest of exactly the file begun earlier."""
        match = re.fullmatch(r"bytes (\d+)-\d+/(\d+|\*)", response.headers.get("Content-Range", ""))
        if earlier is None or match is None or int(match[1]) != done:
            return False
        total = None if match[2] == "*" else int(match[2])
        validator = _validator(response)
        return total == earlier.total and (not validator or validator == earlier.validator)

    def _opened(self, request: urllib.request.Request) -> http.client.HTTPResponse:
        try:
            response: http.client.HTTPResponse = urllib.request.urlopen(request, timeout=self._timeout_s)
        except ValueError as err:  # a proxy in the environment that is not an address
            raise http.client.InvalidURL from err
        return response

    def _store(self, response: _Response, done: int) -> None:
        version = _Version(_digest(self._url), _validator(response), _total(response, done))
        self._refuse_size(version.total)
        free = shutil.disk_usage(self.part.parent).free
        if version.total is not None and version.total - done > free:
            raise DiskFull(path=self.part.parent)
        if not done:
            self._forget()
        content = {"url_sha256": version.url_sha256, "validator": version.validator, "total": version.total}
        with replaced_text(self.note, is_private=False) as note:
            note.write(json.dumps(content))
        with self.part.open("ab" if done else "wb") as file:
            done = self._copy(response, file, done, version.total)
            file.flush()
            os.fsync(file.fileno())
        if version.total is not None and done < version.total:
            raise DownloadFailed(
                pack=self._name,
                reason=Reason(
                    "the connection was cut after {count} of {total} bytes",
                    count=f"{done:,}",
                    total=f"{version.total:,}",
                ),
            )

    def _copy(self, response: _Response, file: BinaryIO, done: int, total: int | None) -> int:
        if self._progress:
            self._progress(done, total)
        while block := response.read(_BLOCK_BYTES):
            file.write(block)
            done += len(block)
            if done > _MAX_BYTES:
                self._refuse_size(done)
            if self._progress:
                self._progress(done, total)
        return done

    def _refuse_size(self, total: int | None) -> None:
        if total is None:
            return
        if total > _MAX_BYTES:
            raise DownloadFailed(
                pack=self._name, reason=Reason("the file is larger than {count} bytes", count=f"{_MAX_BYTES:,}")
            )
        if self._size is not None and total != self._size:
            reason = Reason(
                "the server offers {count} bytes, expected {wanted}", count=f"{total:,}", wanted=f"{self._size:,}"
            )
            raise DownloadFailed(pack=self._name, reason=reason)

    def _read_note(self) -> _Version | None:
        try:
            content = json.loads(self.note.read_text(encoding="utf-8"))
            version = _Version(content["url_sha256"], content["validator"], content["total"])
        except (OSError, ValueError, KeyError, TypeError):
            return None  # no note, or not ours: start anew
        # With neither validator nor size, a rest could be glued to the beginning of another file.
        return version if version.url_sha256 == _digest(self._url) and (version.validator or version.total) else None

    def _forget(self) -> None:
        self.part.unlink(missing_ok=True)
        self.note.unlink(missing_ok=True)


def _digest(url: str) -> str:
    return hashlib.sha256(url.encode("utf-8", "surrogatepass")).hexdigest()


def _validator(response: _Response) -> str:
    etag = response.headers.get("ETag", "")
    # A weak ETag promises the same meaning, not the same bytes, and is not allowed in If-Range (RFC 9110, 13.1.5).
    if etag and not etag.startswith("W/"):
        return str(etag)
    return str(response.headers.get("Last-Modified", ""))


def _total(response: _Response, done: int) -> int | None:
    length = response.headers.get("Content-Length", "")
    return done + int(length) if length.isdigit() else None


def _http_reason(code: int, url: str) -> Reason:
    if code == _NOT_FOUND:
        return Reason("{url} does not exist (404)", url=shown_address(url))
    return Reason("the server answered {code} for {url}", code=code, url=shown_address(url))


def _network_reason(err: Exception, timeout_s: float) -> Reason:
    cause = err.reason if isinstance(err, urllib.error.URLError) else err
    if isinstance(cause, http.client.InvalidURL):  # repeats the address of the proxy
        return Reason("the address of the server or of the proxy is not valid")
    if isinstance(cause, TimeoutError):
        return Reason("the server sent nothing for {count} s", count=f"{timeout_s:g}")
    if isinstance(cause, http.client.IncompleteRead):
        return Reason("the connection was cut")
    return Reason("no connection ({cause})", cause=Reason.quoted(str(cause)))
