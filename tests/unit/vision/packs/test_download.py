from __future__ import annotations

import errno
import hashlib
import shutil
import socket
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from attendance.errors.models import DownloadFailed, ModelChecksumMismatch
from attendance.errors.storage import DiskFull, ReadOnlyStorage
from attendance.vision.packs import download as module
from attendance.vision.packs.download import download
from tests.file_server import FileServer, running
from tests.patience import PATIENCE_S

CONTENT = np.random.default_rng(3).bytes(700_000)
SHA = hashlib.sha256(CONTENT).hexdigest()


@pytest.fixture
def server() -> Iterator[FileServer]:
    file_server = FileServer()
    file_server.content = CONTENT
    with running(file_server) as started:
        yield started


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return tmp_path / "pack.zip"


def fetch(
    server: FileServer,
    target: Path,
    *,
    sha256: str | None = SHA,
    size: int | None = None,
    timeout_s: float = PATIENCE_S,
) -> str:
    return download(server.url + "/pack.zip", target, name="pack", sha256=sha256, size=size, timeout_s=timeout_s)


def begun(server: FileServer, target: Path, done: int = 300_000) -> None:
    """Leave a download that was cut off."""
    server.cut_after = done
    with pytest.raises(DownloadFailed):
        fetch(server, target)
    server.cut_after = None
    server.requests.clear()
    assert part_of(target).stat().st_size == done


def part_of(target: Path) -> Path:
    return target.with_name(target.name + ".part")


def leftovers(target: Path) -> list[str]:
    return sorted(path.name for path in target.parent.iterdir() if path != target)


def test_that_a_whole_file_arrives_with_its_checksum_and_nothing_else(server: FileServer, target: Path) -> None:
    assert fetch(server, target) == SHA
    assert target.read_bytes() == CONTENT
    assert leftovers(target) == []


def test_that_progress_ends_at_the_size(server: FileServer, target: Path) -> None:
    seen: list[tuple[int, int | None]] = []
    download(server.url, target, name="pack", progress=lambda done, total: seen.append((done, total)))
    assert seen[0] == (0, len(CONTENT))
    assert seen[-1] == (len(CONTENT), len(CONTENT))
    assert [done for done, _ in seen] == sorted(done for done, _ in seen)


def test_that_a_cut_download_says_so_and_goes_on_where_it_stopped(server: FileServer, target: Path) -> None:
    server.cut_after = 300_000
    with pytest.raises(DownloadFailed, match="cut after 300,000 of 700,000 bytes"):
        fetch(server, target)
    assert not target.exists()
    server.cut_after = None
    assert fetch(server, target) == SHA
    assert server.requests == ["", "bytes=300000-"]
    assert target.read_bytes() == CONTENT
    assert leftovers(target) == []


def test_that_a_file_that_changed_on_the_server_is_fetched_anew(server: FileServer, target: Path) -> None:
    begun(server, target)
    server.content = CONTENT[::-1]
    fetch(server, target, sha256=None)
    assert target.read_bytes() == CONTENT[::-1]


def test_that_a_server_that_ignores_if_range_cannot_mix_two_files(server: FileServer, target: Path) -> None:
    begun(server, target)
    server.content = CONTENT[::-1]
    server.ignore_if_range = True
    fetch(server, target, sha256=None)
    assert target.read_bytes() == CONTENT[::-1]
    assert server.requests == ["bytes=300000-", ""]


def test_that_a_file_of_another_length_is_fetched_anew_without_validators(server: FileServer, target: Path) -> None:
    server.validators = False
    begun(server, target)
    server.content = CONTENT + b"more"
    fetch(server, target, sha256=None)
    assert target.read_bytes() == CONTENT + b"more"


def test_that_a_file_that_became_shorter_is_fetched_anew(server: FileServer, target: Path) -> None:
    begun(server, target)
    server.content = CONTENT[:1000]
    server.ignore_if_range = True
    fetch(server, target, sha256=None)
    assert target.read_bytes() == CONTENT[:1000]


def test_that_a_part_that_starts_elsewhere_is_not_appended(server: FileServer, target: Path) -> None:
    begun(server, target)
    server.wrong_range = True
    assert fetch(server, target) == SHA
    assert target.read_bytes() == CONTENT


def test_that_a_server_without_ranges_sends_the_whole_file_again(server: FileServer, target: Path) -> None:
    begun(server, target)
    server.ranges = False
    assert fetch(server, target) == SHA
    assert target.read_bytes() == CONTENT


def test_that_a_part_of_another_address_is_not_continued(server: FileServer, target: Path) -> None:
    begun(server, target)
    download(server.url + "/other.zip", target, name="pack")
    assert server.requests == [""]


@pytest.mark.parametrize("note", [None, b"", b"[]", b'{"url": 1}', b"\xff"])
def test_that_a_part_without_a_good_note_is_not_continued(server: FileServer, target: Path, note: bytes | None) -> None:
    begun(server, target)
    path = target.with_name(target.name + ".part.json")
    path.unlink() if note is None else path.write_bytes(note)
    assert fetch(server, target) == SHA
    assert server.requests == [""]


def test_that_a_whole_part_needs_no_network(server: FileServer, target: Path) -> None:
    begun(server, target)
    part_of(target).write_bytes(CONTENT)
    assert fetch(server, target) == SHA
    assert server.requests == []


def test_that_a_file_without_a_length_arrives(server: FileServer, target: Path) -> None:
    server.lengths = False
    assert fetch(server, target) == SHA


@pytest.mark.parametrize(("status", "words"), [(404, r"does not exist \(404\)"), (503, "answered 503")])
def test_that_a_refusal_is_said_in_words(server: FileServer, target: Path, status: int, words: str) -> None:
    server.status = status
    with pytest.raises(DownloadFailed, match=words):
        fetch(server, target)
    assert leftovers(target) == []


def test_that_a_refusal_keeps_what_was_received(server: FileServer, target: Path) -> None:
    begun(server, target)
    server.status = 503
    with pytest.raises(DownloadFailed):
        fetch(server, target)
    server.status = 200
    fetch(server, target)
    assert server.requests[-1] == "bytes=300000-"


def test_that_a_stalled_server_is_given_up(server: FileServer, target: Path) -> None:
    server.stall_after = 100_000
    with pytest.raises(DownloadFailed, match=r"sent nothing for 0\.5 s"):
        fetch(server, target, timeout_s=0.5)
    assert not target.exists()


def test_that_no_server_is_said_in_words(target: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with pytest.raises(DownloadFailed, match="no connection"):
        download(f"http://127.0.0.1:{port}/x", target, name="pack", timeout_s=2)


def test_that_neither_error_nor_note_holds_what_may_be_secret(server: FileServer, target: Path) -> None:
    address = f"{server.url}/pack.zip?token=geheim"
    server.cut_after = 10
    with pytest.raises(DownloadFailed):
        download(address, target, name="pack")
    assert "geheim" not in target.with_name(target.name + ".part.json").read_text()
    server.cut_after, server.status = None, 503
    with pytest.raises(DownloadFailed, match="answered 503") as caught:
        download(address, target, name="pack")
    assert "geheim" not in f"{caught.value} {caught.value.hint}"


@pytest.mark.parametrize("user", ["u:geheim", "u:ge@heim", "geheim"])
def test_that_a_password_in_the_address_is_refused_without_repeating_it(target: Path, user: str) -> None:
    with pytest.raises(DownloadFailed, match="name or password") as caught:
        download(f"http://{user}@127.0.0.1:9/x.zip", target, name="pack")
    assert "heim" not in str(caught.value)


@pytest.mark.parametrize("proxy", ["http://u:geheim@x:port", "http://u:geheim@127.0.0.1:geheim", "geheim://:::"])
def test_that_a_proxy_that_is_no_address_is_told_without_it(
    monkeypatch: pytest.MonkeyPatch, target: Path, proxy: str
) -> None:
    monkeypatch.setenv("http_proxy", proxy)
    monkeypatch.delenv("no_proxy", raising=False)
    with pytest.raises(DownloadFailed) as caught:
        download("http://example.invalid/x.zip", target, name="pack")
    assert "geheim" not in str(caught.value)


@pytest.mark.parametrize("url", ["file:///etc/passwd", "ftp://127.0.0.1/x", "x.zip"])
def test_that_other_addresses_are_refused(target: Path, url: str) -> None:
    with pytest.raises(DownloadFailed, match="begins with neither"):
        download(url, target, name="pack")


def test_that_a_wrong_checksum_deletes_the_part(server: FileServer, target: Path) -> None:
    with pytest.raises(ModelChecksumMismatch, match=r"pack\.zip is damaged"):
        fetch(server, target, sha256="0" * 64)
    assert list(target.parent.iterdir()) == []


def test_that_another_size_than_promised_is_refused_before_it_is_fetched(server: FileServer, target: Path) -> None:
    with pytest.raises(DownloadFailed, match="offers 700,000 bytes, expected 5"):
        fetch(server, target, size=5)
    assert list(target.parent.iterdir()) == []


def test_that_a_file_beyond_the_cap_is_refused(
    server: FileServer, target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_MAX_BYTES", 1000)
    for lengths in (True, False):
        server.lengths = lengths
        with pytest.raises(DownloadFailed, match="larger than 1,000 bytes"):
            fetch(server, target)
    assert not target.exists()


def test_that_a_full_disk_is_found_before_the_first_byte(
    server: FileServer, target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=1000))
    with pytest.raises(DiskFull):
        fetch(server, target)
    assert leftovers(target) == []


@pytest.mark.parametrize(("number", "kind"), [(errno.ENOSPC, DiskFull), (errno.EROFS, ReadOnlyStorage)])
def test_that_a_disk_that_fails_while_writing_is_said_in_words(
    server: FileServer, target: Path, monkeypatch: pytest.MonkeyPatch, number: int, kind: type[Exception]
) -> None:
    def fail(_: int) -> None:
        raise OSError(number, "no")

    monkeypatch.setattr("os.fsync", fail)
    with pytest.raises(kind):
        fetch(server, target)
    assert not target.exists()


def test_that_an_older_file_stays_until_the_new_one_is_whole(server: FileServer, target: Path) -> None:
    target.write_bytes(b"old")
    begun(server, target)
    assert target.read_bytes() == b"old"
    fetch(server, target)
    assert target.read_bytes() == CONTENT


def test_that_what_progress_raises_stops_the_download_and_keeps_the_part(server: FileServer, target: Path) -> None:
    class CancelledError(Exception):
        pass

    def cancel(done: int, _: int | None) -> None:
        if done > 200_000:
            raise CancelledError

    with pytest.raises(CancelledError):
        download(server.url + "/pack.zip", target, name="pack", progress=cancel)
    server.requests.clear()
    assert fetch(server, target) == SHA
    assert server.requests[0].startswith("bytes=")
