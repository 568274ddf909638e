"""The command line on the real bundled pack: bad input in one sentence each."""

from __future__ import annotations

import importlib.util
import json
import shutil
import sqlite3
import struct
import subprocess
import sys
import zlib
from pathlib import Path

import cv2
import numpy as np
import pytest

from attendance.resource_files import resource_path
from tests.command_line import Cli
from tests.integration.demo_people import first_code


def huge_png(path: Path) -> None:
    """Write a valid header of a 14,000 x 14,000 picture; decoding it would take 589 MB."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    rows = zlib.compress(bytes(14_001) * 14_000, 9)
    header = struct.pack(">IIBBBBB", 14_000, 14_000, 8, 0, 0, 0, 0)
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b""))


GIF = bytes.fromhex("47494638396101000100800000000000ffffff21f90401000000002c00000000010001000002024401003b")


def bad_picture(kind: str, path: Path) -> Path:
    if kind == "missing":
        return path.with_name("absent.jpg")
    if kind == "empty":
        path.write_bytes(b"")
    elif kind == "text":
        path.write_bytes(b"this is not a picture at all\n" * 50)
    elif kind == "gif":
        path.write_bytes(GIF)
    elif kind == "huge":
        huge_png(path)
    elif kind == "no face":
        cv2.imwrite(str(path), np.full((400, 400, 3), 180, np.uint8))
    return path


@pytest.mark.parametrize(
    ("kind", "error_code"),
    [
        ("missing", "IMG-01"),
        ("empty", "IMG-01"),
        ("text", "IMG-01"),
        ("gif", "IMG-01"),
        ("huge", "IMG-02"),
        ("no face", "ENR-01"),
    ],
)
def test_that_a_bad_picture_is_one_sentence_and_enrols_nobody(
    cli: Cli, tmp_path: Path, kind: str, error_code: str
) -> None:
    done = cli("enrol", "--code", "7", "--name", "Nobody", bad_picture(kind, tmp_path / "face.jpg"))
    assert done.code == 1
    assert error_code in done.error_line()
    assert ".jpg" in done.error_line()
    assert json.loads(cli("people", "list", "--json").out) == []


def test_that_a_photograph_with_several_faces_is_refused(cli: Cli) -> None:
    spec = importlib.util.find_spec("insightface")
    assert spec is not None
    assert spec.submodule_search_locations
    group = Path(spec.submodule_search_locations[0]) / "data" / "images" / "t1.jpg"
    done = cli("enrol", "--code", "7", "--name", "Nobody", group)
    assert done.code == 1
    assert "ENR-02" in done.error_line()
    assert "6 faces" in done.error_line()


def test_that_a_bad_photograph_beside_a_good_one_is_named_and_the_good_one_is_used(
    cli: Cli, photos: dict[str, list[Path]], tmp_path: Path
) -> None:
    code = first_code(photos)
    done = cli("enrol", "--code", code, "--name", "Ada", photos[code][0], bad_picture("empty", tmp_path / "zero.jpg"))
    assert done.code == 1
    assert "not used" in done.err
    assert done.err.count("zero.jpg") == 1
    assert json.loads(cli("people", "list", "--json").out)[0]["template_count"] == 1


def test_that_the_same_photographs_again_add_nothing_and_say_so(
    cli: Cli, photos: dict[str, list[Path]], tmp_path: Path
) -> None:
    code = first_code(photos)
    first, second = photos[code]
    one = cli("enrol", "--code", code, "--name", "Ada", first)
    assert one.out == f"enrolled  {code} Ada: 1 photograph added\n"
    assert "  1 template\n" in cli("people", "list").out
    both = cli("enrol", "--code", code, "--name", "Ada", first, second)
    assert both.code == 0
    assert both.out == f"enrolled  {code} Ada: 1 photograph added, 1 photograph known before\n"
    again = cli("enrol", "--code", code, "--name", "Ada", first, second)
    assert again.code == 0
    assert again.out == f"enrolled  {code} Ada: nothing new, 2 photographs known before\n"
    told = json.loads(cli("enrol", "--code", code, "--name", "Ada", first, "--json").out)
    assert (told["used"], told["skipped"]) == ([], [str(first)])
    table = tmp_path / "people.csv"
    table.write_text(f"code,name,department,photo\n{code},Ada,,{first}\n", encoding="utf-8")
    imported = cli("import", table)
    assert imported.code == 0
    assert "unchanged line 2: nothing new, 1 photograph known before" in imported.out
    assert json.loads(cli("people", "list", "--json").out)[0]["template_count"] == 2


def test_that_a_code_of_somebody_else_and_a_face_of_somebody_else_are_refused(
    cli: Cli, photos: dict[str, list[Path]]
) -> None:
    codes = list(photos)
    assert cli("enrol", "--code", "1", "--name", "Ada", *photos[codes[0]]).code == 0
    taken = cli("enrol", "--code", "1", "--name", "Berta", *photos[codes[1]])
    assert taken.code == 1
    assert "ENR-05" in taken.error_line()
    assert "Ada" in taken.error_line()
    same_face = cli("enrol", "--code", "2", "--name", "Ada Twin", *photos[codes[0]])
    assert same_face.code == 1
    assert "ENR-04" in same_face.error_line()
    people = json.loads(cli("people", "list", "--json").out)
    assert [(p["code"], p["template_count"]) for p in people] == [("1", len(photos[codes[0]]))]
    allowed = cli("enrol", "--code", "2", "--name", "Ada Twin", "--allow-duplicate", *photos[codes[0]])
    assert allowed.code == 0


def test_that_embed_of_nothing_is_one_sentence_and_writes_nothing(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    for name, word in (("empty", "holds no picture"), ("absent", "no such file or folder")):
        done = cli("embed", tmp_path / name, "-o", tmp_path / "out.npz")
        assert done.code == 1
        assert word in done.error_line()
    assert not (tmp_path / "out.npz").exists()


def test_that_an_unknown_code_is_one_sentence(cli: Cli) -> None:
    for words in (["show"], ["deactivate"], ["erase", "--yes"]):
        done = cli("people", words[0], "404", *words[1:])
        assert done.code == 1
        assert "ENR-06" in done.error_line()


def test_that_an_unusable_import_is_one_sentence(cli: Cli, tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    lacking = tmp_path / "lacking.csv"
    lacking.write_text("code,name\n1,Ada\n", encoding="utf-8")
    latin = tmp_path / "latin.csv"
    latin.write_bytes("code,name,department,photo\n1,Jörg,,x.jpg\n".encode("latin-1"))
    for path, word in ((empty, "empty"), (lacking, "photo"), (latin, "UTF-8"), (tmp_path / "absent", "absent")):
        done = cli("import", path)
        assert done.code == 1, path
        assert "ENR-07" in done.error_line()
        assert word in done.error_line()


def test_that_a_data_folder_that_cannot_be_made_is_one_sentence(cli: Cli, tmp_path: Path) -> None:
    blocker = tmp_path / "file"
    blocker.write_text("in the way")
    done = cli("--data", blocker / "data", "people", "list")
    assert done.code == 1
    assert "STO-05" in done.error_line()


def test_that_no_stack_trace_reaches_the_terminal_when_the_log_cannot_be_written(tmp_path: Path) -> None:
    blocker = tmp_path / "file"
    blocker.write_text("in the way")
    no_log_file = tmp_path / "home"
    (no_log_file / "logs" / "attendance.log").mkdir(parents=True)
    before_any_log = ("report", "events", "--from", "yesterday", "--to", "2026-05-01", "-o", "r.csv")
    calls = (
        ("STO-05", ("--data", blocker / "data", "people", "list")),
        ("ENR-06", ("--data", no_log_file, "people", "show", "1")),
        ("REP-02", ("--data", tmp_path / "new", *before_any_log)),
    )
    for code, arguments in calls:
        # Its own process: pytest's handlers hide what logging prints to a terminal.
        command = [sys.executable, "-m", "attendance", *map(str, arguments)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 1
        lines = done.stderr.splitlines()
        assert len(lines) == 2, done.stderr  # the sentence and the hint
        assert lines[0].startswith(f"error {code}: ")


def test_that_a_locked_database_is_one_sentence_and_loses_nothing(cli: Cli, tmp_path: Path) -> None:
    assert cli("people", "list").code == 0
    holder = sqlite3.connect(tmp_path / "home" / "attendance.db", isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    try:
        done = cli("people", "deactivate", "1")
    finally:
        holder.execute("ROLLBACK")
        holder.close()
    assert done.code == 1
    assert "STO-01" in done.error_line()
    assert cli("people", "list").code == 0


def test_that_a_database_of_a_newer_version_is_refused_untouched(cli: Cli, tmp_path: Path) -> None:
    assert cli("people", "list").code == 0
    path = tmp_path / "home" / "attendance.db"
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE alembic_version SET version_num = 'v9999'")
    connection.close()
    before = path.read_bytes()
    done = cli("people", "list")
    assert done.code == 1
    assert "STO-03" in done.error_line()
    assert path.read_bytes() == before


def test_that_a_damaged_database_is_refused_untouched(cli: Cli, tmp_path: Path) -> None:
    path = tmp_path / "home" / "attendance.db"
    path.parent.mkdir()
    path.write_bytes(b"not a database at all" * 1000)
    before = path.read_bytes()
    done = cli("people", "list")
    assert done.code == 1
    assert done.error_line().startswith("error STO-0")
    assert path.read_bytes() == before


def test_that_an_emptied_database_is_said_and_not_replaced(cli: Cli, tmp_path: Path) -> None:
    assert cli("people", "list").code == 0
    path = tmp_path / "home" / "attendance.db"
    path.write_bytes(b"")
    done = cli("people", "list")
    assert done.code == 1
    assert "STO-02" in done.error_line()
    assert "the file is empty" in done.error_line()
    assert path.read_bytes() == b""


def test_that_a_missing_camera_is_one_sentence(cli: Cli) -> None:
    done = cli("run", "--source", "/dev/video99")
    assert done.code == 1
    assert "CAM-01" in done.error_line()
    assert "video99" in done.error_line()
    assert "choose another source" in done.err


def test_that_a_video_that_is_none_is_one_sentence(cli: Cli, tmp_path: Path) -> None:
    path = tmp_path / "walk.mp4"
    path.write_bytes(b"no video")
    done = cli("run", "--source", path)
    assert done.code == 1
    assert "walk.mp4" in done.error_line()
    assert "camera" not in done.err  # nothing about cables


def test_that_a_settings_file_with_a_wrong_key_is_one_sentence(cli: Cli, tmp_path: Path) -> None:
    config = tmp_path / "home" / "config.toml"
    config.parent.mkdir()
    config.write_text("[recognition]\nvotez = 3\n")
    done = cli("people", "list")
    assert done.code == 1
    assert "CFG-01" in done.error_line()
    assert "votez" in done.error_line()


def test_that_a_report_range_that_makes_no_sense_is_one_sentence(cli: Cli, tmp_path: Path) -> None:
    for start, end in (("2026-05-02", "2026-05-01"), ("yesterday", "2026-05-01"), ("1900-01-01", "2026-05-01")):
        done = cli("report", "events", "--from", start, "--to", end, "-o", tmp_path / "r.csv")
        assert done.code == 1
        assert "REP-02" in done.error_line()
    done = cli("report", "events", "--from", "2026-05-01", "--to", "2026-05-01", "-o", tmp_path / "no" / "r.csv")
    assert done.code == 1
    assert "REP-01" in done.error_line()


def test_that_a_bench_that_cannot_be_written_is_printed_and_one_sentence(
    cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("attendance.bench.door.run_bench", lambda *_, **__: {"machine": "small"})
    done = cli("bench", "--json", "-o", tmp_path / "no" / "bench.json")
    assert done.code == 1
    assert json.loads(done.out) == {"machine": "small"}
    assert "REP-01" in done.error_line()


def test_that_an_unknown_or_damaged_pack_is_one_sentence(cli: Cli, tmp_path: Path) -> None:
    missing = cli("models", "use", "no-such-pack")
    assert missing.code == 1
    assert "MOD-01" in missing.error_line()
    not_zip = tmp_path / "pack.zip"
    not_zip.write_bytes(b"zip? no")
    bad = cli("models", "import", not_zip)
    assert bad.code == 1
    assert bad.error_line().startswith("error MOD-0")
    assert cli("models", "verify").code == 0


def test_that_a_pack_with_a_damaged_manifest_is_not_passed_over(cli: Cli, tmp_path: Path) -> None:
    folder = tmp_path / "home" / "models" / "door"
    folder.mkdir(parents=True)
    (folder / "manifest.json").write_text("{")
    for command in (("models", "verify"), ("doctor",)):
        done = cli(*command)
        assert done.code == 1
        assert str(folder / "manifest.json") in done.out + done.err


def test_that_a_damaged_file_of_the_pack_in_use_is_refused(
    cli: Cli, tmp_path: Path, photos: dict[str, list[Path]]
) -> None:
    copy = tmp_path / "mypack"
    shutil.copytree(resource_path("models", "bundled"), copy)
    manifest = copy / "manifest.json"
    manifest.write_text(manifest.read_text().replace('"id": "bundled"', '"id": "mypack"'))
    assert cli("models", "import", copy).code == 0
    installed = next((tmp_path / "home" / "models").iterdir())
    assert cli("models", "use", installed.name).code == 0
    recognizer = installed / "rec.onnx"
    damaged = bytearray(recognizer.read_bytes())
    damaged[len(damaged) // 2] ^= 1
    recognizer.write_bytes(damaged)
    code = first_code(photos)
    done = cli("enrol", "--code", code, "--name", "Ada", *photos[code])
    assert done.code == 1
    assert "MOD-02" in done.error_line()
    assert cli("models", "verify").code == 1
