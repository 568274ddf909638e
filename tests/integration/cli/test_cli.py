"""The command line on the real bundled pack: the main commands, and bad input in one sentence each."""

from __future__ import annotations

import csv
import importlib.util
import json
import logging
import os
import shutil
import sqlite3
import stat
import struct
import subprocess
import sys
import threading
import zlib
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import cv2
import numpy as np
import pytest

from attendance.demo.people import load_people, write_photos
from attendance.resource_files import resource_path
from attendance.vision.packs.loading import load_pack
from tests.command_line import Outcome, call

Cli = Callable[..., Outcome]


@pytest.fixture
def cli(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Cli]:
    monkeypatch.setenv("ATTENDANCE_HOME", str(tmp_path / "home"))
    root = logging.getLogger()
    handlers, hooks = list(root.handlers), (sys.excepthook, threading.excepthook)

    def run(*arguments: object) -> Outcome:
        return call(*arguments, monkeypatch=monkeypatch, capsys=capsys)

    yield run
    for handler in [h for h in root.handlers if h not in handlers]:
        root.removeHandler(handler)
        handler.close()
    sys.excepthook, threading.excepthook = hooks


@pytest.fixture(scope="session")
def photos(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[Path]]:
    folder = tmp_path_factory.mktemp("photos")
    write_photos(folder)
    return {child.name: sorted(child.iterdir()) for child in sorted(folder.iterdir())}


@pytest.fixture
def stranger(tmp_path: Path) -> Path:
    person = next(p for p in load_people() if not p.is_enrolled)
    path = tmp_path / "stranger.png"
    cv2.imwrite(str(path), person.image_bgr)
    return path


def still_pictures(photo: Path, folder: Path) -> None:
    """Write eight pictures of one person standing still, each with its own sensor noise."""
    picture = cv2.imread(str(photo))
    folder.mkdir()
    rng = np.random.default_rng(7)
    for index in range(8):
        noisy = np.clip(picture.astype(np.int16) + rng.integers(-3, 4, picture.shape), 0, 255).astype(np.uint8)
        cv2.imwrite(str(folder / f"{index:02}.png"), noisy)


def first_code(photos: dict[str, list[Path]]) -> str:
    return next(iter(photos))


def test_that_enrol_list_show_deactivate_and_erase_follow_each_other(cli: Cli, photos: dict[str, list[Path]]) -> None:
    code = first_code(photos)
    assert cli("enrol", "--code", code, "--name", "Ada Example", *photos[code]).code == 0
    listed = json.loads(cli("people", "list", "--json").out)
    assert [(p["code"], p["name"], p["template_count"]) for p in listed] == [(code, "Ada Example", len(photos[code]))]
    assert cli("people", "deactivate", code).code == 0
    assert "inactive" in cli("people", "list").out
    assert cli("people", "list", "--active").out == ""
    assert cli("people", "activate", code).code == 0
    assert "no check-in yet" in cli("people", "show", code).out
    erased = cli("people", "erase", code, "--yes")
    assert erased.code == 0
    assert f"removed {len(photos[code])} templates" in erased.out
    assert cli("people", "show", code).code == 1


def test_that_import_of_a_folder_reports_each_row_and_goes_on_after_a_bad_one(
    cli: Cli, photos: dict[str, list[Path]], tmp_path: Path
) -> None:
    folder = tmp_path / "people"
    write_photos(folder)
    bad = folder / "broken"
    bad.mkdir()
    (bad / "face.jpg").write_bytes(b"")
    done = cli("import", folder, "--json")
    rows = [json.loads(line) for line in done.out.splitlines()]
    assert done.code == 1
    assert sorted(r["status"] for r in rows) == ["enrolled"] * len(photos) + ["failed"]
    assert next(r for r in rows if r["status"] == "failed")["code"] == "broken"
    assert len(json.loads(cli("people", "list", "--json").out)) == len(photos)


def test_that_import_names_each_row_once_and_says_which_photographs_it_left_out(
    cli: Cli, photos: dict[str, list[Path]], tmp_path: Path
) -> None:
    shutil.copy(photos[first_code(photos)][0], tmp_path / "good.jpg")
    (tmp_path / "bad.jpg").write_bytes(b"nothing")
    table = tmp_path / "people.csv"
    rows = "7,Ada,,good.jpg\n7,Ada,,bad.jpg\n8,,,good.jpg\n"
    table.write_text(f"code,name,department,photo\n{rows}", encoding="utf-8")
    done = cli("import", table)
    good, bad, summary = done.out.splitlines()
    assert done.code == 1
    assert good.startswith("enrolled  line 2, 3: 1 photograph added, 1 not used: ")
    assert "bad.jpg" in good
    assert bad.startswith("failed    line 4: ")
    assert bad.count("line 4") == 1
    assert bad.endswith("code or name is empty. Give a code, a name and at least one photograph.")
    assert summary == "1 enrolled, 1 failed"


def test_that_embed_writes_one_row_per_picture_with_its_status(
    cli: Cli, photos: dict[str, list[Path]], tmp_path: Path
) -> None:
    folder = tmp_path / "in"
    (folder / "a").mkdir(parents=True)
    (folder / "a" / "good.jpg").write_bytes(photos[first_code(photos)][0].read_bytes())
    (folder / "broken.jpg").write_bytes(b"nothing")
    cv2.imwrite(str(folder / "wall.png"), np.full((120, 160, 3), 127, np.uint8))
    done = cli("embed", folder, "-o", tmp_path / "out.npz")
    assert done.code == 0
    with np.load(tmp_path / "out.npz", allow_pickle=False) as table:
        status = dict(zip(table["path"].tolist(), table["status"].tolist(), strict=True))
        assert status == {"a/good.jpg": "ok", "broken.jpg": "unreadable", "wall.png": "no_face"}
        norms = np.linalg.norm(table["embedding"], axis=1)
        good = table["path"] == "a/good.jpg"
        np.testing.assert_allclose(norms[good], 1.0, atol=1e-5)
        assert not norms[~good].any()
        assert table["embedding"].dtype == np.float32
        assert table["landmarks"].shape == (3, 5, 2)
        assert table["box"].shape == (3, 4)
        assert table["det_score"][good][0] > 0.5


def test_that_embed_also_writes_the_aligned_faces_it_embedded(
    cli: Cli, photos: dict[str, list[Path]], tmp_path: Path
) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "good.jpg").write_bytes(photos[first_code(photos)][0].read_bytes())
    cv2.imwrite(str(folder / "wall.png"), np.full((120, 160, 3), 127, np.uint8))
    assert cli("embed", folder, "-o", tmp_path / "out.npz", "--crops", tmp_path / "crops.npz").code == 0
    with np.load(tmp_path / "out.npz") as table, np.load(tmp_path / "crops.npz", allow_pickle=False) as crops:
        assert crops["path"].tolist() == ["good.jpg"]
        assert str(crops["model_id"]) == str(table["model_id"])
        pack = load_pack(resource_path("models", "bundled"), provider="cpu", threads=1)
        expected = table["embedding"][table["path"] == "good.jpg"]
        np.testing.assert_allclose(pack.embedder.embed(list(crops["crop"])), expected, atol=1e-4)


def test_that_run_on_a_folder_of_pictures_prints_json_decisions_and_the_report_holds_them(
    cli: Cli, photos: dict[str, list[Path]], tmp_path: Path
) -> None:
    code = first_code(photos)
    cli("enrol", "--code", code, "--name", "=Ada", *photos[code])
    folder = tmp_path / "frames"
    still_pictures(photos[code][0], folder)
    done = cli("run", "--source", folder, "--pace", "fast", "--json")
    assert done.code == 0, done.err
    events = [json.loads(line) for line in done.out.splitlines()]
    decisions = [e for e in events if e["event"] == "decision"]
    assert [(d["kind"], d["code"], d["direction"]) for d in decisions] == [("welcome", code, "in")]
    shown = json.loads(cli("people", "show", code, "--json").out)
    assert datetime.fromisoformat(shown["last_check_in"]["at_utc"]).tzinfo is UTC
    assert shown["last_check_in"]["at_utc"][10] == "T"
    again = cli("run", "--source", folder, "--pace", "fast", "--json")
    kinds = [json.loads(line).get("kind") for line in again.out.splitlines()]
    assert "already_in" in kinds
    assert "welcome" not in kinds

    report = tmp_path / "events.csv"
    day = decisions[0]["local_time"][:10]
    assert cli("report", "events", "--from", day, "--to", day, "-o", report).code == 0
    raw = report.read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(raw.decode("utf-8-sig").splitlines()))
    assert len(rows) == 1
    assert rows[0]["code"] == code
    assert rows[0]["name"] == "'=Ada"
    assert rows[0]["event_id"] == decisions[0]["event_id"]


def test_that_doctor_reports_json_and_finds_the_provider(cli: Cli) -> None:
    done = cli("doctor", "--json")
    report = json.loads(done.out)
    provider = next(f for f in report["findings"] if f["check"] == "provider")
    assert "ExecutionProvider" in provider["text"]
    assert report["ok"] is True
    assert done.code == 0


def test_that_every_command_explains_itself(cli: Cli) -> None:
    for words in (
        [],
        ["enrol"],
        ["import"],
        ["people"],
        ["people", "erase"],
        ["run"],
        ["kiosk"],
        ["admin"],
        ["demo"],
        ["embed"],
        ["bench"],
        ["doctor"],
        ["report", "events"],
        ["models"],
        ["models", "install"],
        ["models", "use"],
    ):
        done = cli(*words, "--help")
        assert done.code == 0
        assert "Usage" in done.out


def test_that_wrong_usage_exits_with_two(cli: Cli) -> None:
    assert cli("enrol").code == 2
    assert cli("no-such-command").code == 2
    assert cli("run", "--pace", "sideways").code == 2


def test_that_an_update_with_another_recognizer_takes_everybody_along(
    cli: Cli, photos: dict[str, list[Path]], tmp_path: Path
) -> None:
    code = first_code(photos)
    cli("enrol", "--code", code, "--name", "Ada", *photos[code])
    with sqlite3.connect(tmp_path / "home" / "attendance.db") as connection:
        connection.execute("UPDATE template SET model_id = 'bundled:000000000000'")
    connection.close()
    report = json.loads(cli("doctor", "--json").out)
    people = next(f for f in report["findings"] if f["check"] == "people")
    assert people["level"] == "error"
    assert code in people["text"]
    frames = tmp_path / "frames"
    still_pictures(photos[code][0], frames)
    done = cli("run", "--source", frames, "--pace", "fast", "--json")
    assert [json.loads(line).get("kind") for line in done.out.splitlines()].count("welcome") == 1
    assert json.loads(cli("doctor", "--json").out)["ok"] is True


def test_that_the_log_file_is_private_and_names_nobody(cli: Cli, photos: dict[str, list[Path]], tmp_path: Path) -> None:
    codes = list(photos)
    cli("enrol", "--code", "1", "--name", "Zacharias Unique", *photos[codes[0]])
    assert cli("enrol", "--code", "1", "--name", "Berta", *photos[codes[1]]).code == 1
    assert cli("enrol", "--code", "2", "--name", "Carla", *photos[codes[0]]).code == 1
    logs = list((tmp_path / "home" / "logs").iterdir())
    text = "".join(path.read_text(encoding="utf-8") for path in logs)
    assert "ENR-04" in text
    assert "ENR-05" in text
    assert "Zacharias" not in text
    if os.name == "posix":
        assert [stat.S_IMODE(path.stat().st_mode) for path in logs] == [0o600]


# --- bad input ---------------------------------------------------------------------------------------


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
