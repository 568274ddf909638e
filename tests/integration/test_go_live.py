"""Going live on the real bundled pack and the demo's people: prepare, compare at the door, promote, roll back."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from attendance.composition.application import Application
from attendance.core.packs.manifest_file import file_sum, read_manifest, write_manifest
from attendance.resource_files import resource_path
from attendance.windows.kiosk import restart_after_switch
from tests.command_line import Cli
from tests.integration.demo_people import first_code, still_pictures
from tests.integration.test_windows import OneNotice

CANDIDATE = "retrained"


@pytest.fixture(scope="session")
def candidate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bundled pack with another recognizer: the same network whose file says something more of itself."""
    folder = tmp_path_factory.mktemp("packs") / CANDIDATE
    bundled = resource_path("models", "bundled")
    manifest = read_manifest(bundled)
    folder.mkdir()
    for name in manifest.files:
        shutil.copy(bundled / name, folder / name)
    recognizer = folder / manifest.recognizer.file
    with recognizer.open("ab") as file:
        # One more metadata_props entry {"a": "b"}: field 14 of ModelProto (onnx.proto3), appended as protobuf allows.
        file.write(b"\x72\x06\x0a\x01a\x12\x01b")
    files = {name: file_sum(folder / name) for name in manifest.files}
    write_manifest(folder, replace(manifest, pack_id=CANDIDATE, files=files))
    return folder


@pytest.fixture
def enrolled(cli: Cli, photos: dict[str, list[Path]], candidate: Path) -> str:
    """Two people are enrolled and the candidate is installed; returns the code of the first."""
    for code in list(photos)[:2]:
        assert cli("enrol", "--code", code, "--name", f"Person {code}", *photos[code]).code == 0
    assert cli("models", "import", candidate).code == 0
    return first_code(photos)


def answer(cli: Cli, *arguments: object) -> Any:
    done = cli(*arguments, "--json")
    assert done.code == 0, done.err
    return json.loads(done.out)


def kinds(cli: Cli, frames: Path) -> list[str]:
    done = cli("run", "--source", frames, "--pace", "fast", "--json")
    assert done.code == 0, done.err
    events = [json.loads(line) for line in done.out.splitlines()]
    return [event["kind"] for event in events if event["event"] == "decision"]


def test_that_a_company_goes_live_and_back_without_enrolling_anybody_again(
    cli: Cli,
    enrolled: str,
    photos: dict[str, list[Path]],
    stranger: Path,
    tmp_path: Path,
) -> None:
    prepared = answer(cli, "models", "prepare", CANDIDATE)
    total = sum(len(photos[code]) for code in list(photos)[:2])
    assert prepared == {"candidate": CANDIDATE, "embedded": total, "would_be_unknown": []}

    visit, other = tmp_path / "visit", tmp_path / "other"
    still_pictures(photos[enrolled][0], visit)
    still_pictures(photos[list(photos)[1]][0], other)
    assert kinds(cli, visit) == ["welcome"]
    assert kinds(cli, other) == ["welcome"]
    state = answer(cli, "models", "shadow")
    report = state["shadow"]
    assert (state["active"], state["candidate"], state["prepared"]) == ("bundled", CANDIDATE, True)
    assert (report["probes"], report["same_person"], report["people"]) == (2, 2, [])
    assert report["mean_new"] == pytest.approx(report["mean_old"], abs=1e-3)  # it is the same network
    assert "2 same person" in " ".join(cli("models", "shadow").out.split())

    promoted = {"active": CANDIDATE, "re_embedded": 0, "must_enrol_again": [], "overruled": []}
    assert answer(cli, "models", "promote") == promoted
    assert kinds(cli, visit) == ["already_in"]  # recognised, within the cool-down
    late = list(photos)[2]
    assert cli("enrol", "--code", late, "--name", "Late", *photos[late]).code == 0

    back = answer(cli, "models", "rollback")
    assert back == {"active": "bundled", "embedded": len(photos[late]), "unknown": []}
    assert kinds(cli, visit) == ["already_in"]
    after = tmp_path / "late"
    still_pictures(photos[late][0], after)
    assert kinds(cli, after) == ["welcome"]
    assert answer(cli, "models", "shadow")["previous"] is None
    assert cli("people", "erase", enrolled, "--yes").code == 0


def test_that_a_kiosk_follows_promotion_and_rollback(cli: Cli, enrolled: str, tmp_path: Path) -> None:
    assert cli("models", "prepare", CANDIDATE).code == 0
    window = OneNotice()
    with Application(tmp_path / "home") as application:
        assert application.recognizer.pack.info.pack_id == "bundled"
        for restarts, command in ((0, "shadow"), (1, "promote"), (1, "shadow"), (2, "rollback")):
            assert cli("models", command).code == 0
            restart_after_switch(application, window)  # type: ignore[arg-type]
            assert window.restarts == restarts
            if restarts == 1 and command == "promote":
                application.forget_recognizer()
                gallery = application.recognizer.gallery
                assert gallery.current.model_id.startswith(f"{CANDIDATE}:")
                assert gallery.current.size.people == 2


@pytest.mark.parametrize(
    ("commands", "sentence"),
    [
        ([("prepare", "nowhere")], "The model pack nowhere is not installed"),
        ([("prepare", "bundled")], "bundled is in use already"),
        ([("promote",)], "there is no candidate"),
        ([("rollback",)], "there is no recognizer to go back to"),
        ([("use", "bundled")], "bundled is in use already"),
    ],
)
def test_that_a_switch_that_makes_no_sense_is_refused_in_one_sentence(
    cli: Cli,
    commands: list[tuple[str, ...]],
    sentence: str,
) -> None:
    for command in commands:
        done = cli("models", *command)
    assert done.code == 1
    assert sentence in done.error_line()


def test_that_a_damaged_candidate_and_a_removed_earlier_pack_are_refused(
    cli: Cli,
    enrolled: str,
    tmp_path: Path,
) -> None:
    installed = tmp_path / "home" / "models" / CANDIDATE
    recognizer = installed / "rec.onnx"
    good = recognizer.read_bytes()
    recognizer.write_bytes(good[:-1])
    assert "is damaged" in cli("models", "prepare", CANDIDATE).error_line()
    recognizer.write_bytes(good)
    assert cli("models", "use", CANDIDATE).code == 0
    assert cli("models", "prepare", "bundled").code == 0
    assert cli("models", "promote").code == 0
    recognizer.write_bytes(good[:-1])
    assert "is damaged" in cli("models", "rollback").error_line()
    shutil.rmtree(installed)
    assert "is not installed" in cli("models", "rollback").error_line()
    assert answer(cli, "models", "shadow")["active"] == "bundled"
    assert cli("models", "discard").out.strip() == "there is no candidate"


def test_that_somebody_without_photographs_is_named_before_and_after(
    cli: Cli,
    enrolled: str,
    photos: dict[str, list[Path]],
    tmp_path: Path,
) -> None:
    with Application(tmp_path / "home") as application:
        application.storage.settings.set("keep_crops", "0")
    bare = list(photos)[2]
    assert cli("enrol", "--code", bare, "--name", "Bare", *photos[bare]).code == 0
    assert f"{bare} Bare" in cli("models", "prepare", CANDIDATE).out
    refused = cli("models", "promote")
    assert refused.code == 1
    assert f"Bare ({bare})" in refused.error_line()
    assert f"{bare} Bare" in cli("models", "promote", "--force").out
    assert f"{bare} Bare" in cli("models", "shadow").out
    assert cli("models", "rollback").code == 0
    assert answer(cli, "models", "shadow")["unknown"] == []


def test_that_consent_to_training_is_given_shown_and_withdrawn(cli: Cli, enrolled: str) -> None:
    assert not answer(cli, "people", "consent", enrolled)["may_train"]
    assert answer(cli, "people", "consent", enrolled, "--may-train")["may_train"]
    assert "may be used for training" in cli("people", "consent", enrolled).out
    assert [p["code"] for p in answer(cli, "people", "list") if p["may_train"]] == [enrolled]
    assert "are not used for training" in cli("people", "consent", enrolled, "--no-may-train").out
    assert cli("people", "consent", "nobody", "--may-train").code == 1
