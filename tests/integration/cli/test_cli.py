"""The command line on the real bundled pack: the main commands."""

from __future__ import annotations

import csv
import json
import os
import shutil
import signal
import sqlite3
import stat
from datetime import UTC, datetime
from pathlib import Path

import cv2
import numpy as np
import pytest

from attendance.core.types import CheckIn
from attendance.data.check_in_repository import SqlCheckInLog
from attendance.demo.people import write_photos
from attendance.errors.storage import DiskFull
from attendance.resource_files import resource_path
from attendance.vision.packs.loading import load_pack
from tests.command_line import Cli
from tests.integration.demo_people import first_code, still_pictures


def test_that_enrol_list_show_deactivate_and_erase_follow_each_other(cli: Cli, photos: dict[str, list[Path]]) -> None:
    code = first_code(photos)
    assert cli("people", "list").out == "nobody is enrolled yet\n"
    assert json.loads(cli("people", "list", "--json").out) == []
    assert cli("enrol", "--code", code, "--name", "Ada Example", *photos[code]).code == 0
    listed = json.loads(cli("people", "list", "--json").out)
    assert [(p["code"], p["name"], p["template_count"]) for p in listed] == [(code, "Ada Example", len(photos[code]))]
    assert cli("people", "deactivate", code).code == 0
    assert "inactive" in cli("people", "list").out
    assert cli("people", "list", "--active").out == "nobody is active\n"
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


@pytest.mark.parametrize("as_json", [False, True])
def test_that_a_run_whose_check_ins_are_not_saved_says_so_fails_and_the_next_one_saves_them(
    cli: Cli, photos: dict[str, list[Path]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, as_json: bool
) -> None:
    code = first_code(photos)
    cli("enrol", "--code", code, "--name", "Ada", *photos[code])
    folder = tmp_path / "frames"
    still_pictures(photos[code][0], folder)
    command = ["run", "--source", folder, "--pace", "fast", *(["--json"] if as_json else [])]

    def refuse(_log: SqlCheckInLog, _event: CheckIn) -> None:
        os.kill(os.getpid(), signal.SIGINT)  # somebody presses Ctrl+C
        raise DiskFull(path="attendance.db")

    with monkeypatch.context() as patch:
        patch.setattr(SqlCheckInLog, "append", refuse)
        done = cli(*command)
    assert done.code == 1
    last = done.out.splitlines()[-1]
    if as_json:
        told = json.loads(last)
        assert (told["event"], told["code"], told["direction"]) == ("not_saved", code, "in")
        event_id = told["event_id"]
    else:
        assert f"NOT SAVED: {code} in 2" in last
        event_id = last.split()[-1]
    assert done.error_line().startswith(f"error STO-10: Check-ins that are not in the database: 1 ({code} 2")
    assert str(tmp_path / "home" / "attendance.reserve") in done.error_line()
    shown = json.loads(cli("people", "show", code, "--json").out)
    assert shown["last_check_in"] is None

    assert cli(*command).code == 0
    shown = json.loads(cli("people", "show", code, "--json").out)
    assert shown["last_check_in"]["event_id"] == event_id


def test_that_doctor_reports_json_and_finds_the_provider(cli: Cli) -> None:
    done = cli("doctor", "--json")
    report = json.loads(done.out)
    provider = next(f for f in report["findings"] if f["check"] == "provider")
    assert "ExecutionProvider" in provider["text"]
    looked_at = {finding["check"] for finding in report["findings"]}
    assert looked_at >= {"versions", "packages", "models", "database", "key", "cameras", "windows", "fonts", "clock"}
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
    wrong = [finding for finding in json.loads(cli("doctor", "--json").out)["findings"] if finding["level"] == "error"]
    assert ["template" in finding["text"] for finding in wrong] == [True]  # this test changed its rows by hand


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
