"""An update brings another default recognizer: the old one and the new one, on the demo's people."""

from __future__ import annotations

import json
import shutil
import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest

from attendance.composition import packs as composition
from attendance.composition.application import Application
from attendance.core.packs.manifest_file import read_manifest, write_manifest
from attendance.errors.models import EarlierRecognizerInUse
from attendance.resource_files import resource_path
from attendance.services.recognizers import earlier_default
from attendance.windows.admin import load_admin_services
from tests.command_line import Cli
from tests.integration.demo_people import still_pictures
from tests.patience import wait_until

NEW, OLD = resource_path("models", "bundled"), resource_path("models", "dense112_wide")


class Versions:
    """The folders of packs of two versions of the program."""

    def __init__(self, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self._monkeypatch = monkeypatch
        self.before, self.after = root / "before", root / "after"
        shutil.copytree(OLD, self.before / "bundled")
        write_manifest(self.before / "bundled", replace(read_manifest(OLD), pack_id="bundled"))
        shutil.copytree(NEW, self.after / "bundled")

    def use(self, folder: Path) -> None:
        self._monkeypatch.setattr(composition, "resource_path", lambda *names: folder.joinpath(*names[1:]))


@pytest.fixture
def versions(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Versions:
    found = Versions(tmp_path / "versions", monkeypatch)
    found.use(found.before)
    return found


@pytest.fixture
def without_crops(tmp_path: Path) -> Path:
    """Data folder of a site that keeps no crops."""
    home = tmp_path / "home"
    home.mkdir(exist_ok=True)
    (home / "config.toml").write_text("[storage]\nkeep_crops = false\n")
    return home


def models_in(home: Path) -> dict[str, int]:
    """Number of templates by recognizer, and the pack in use under "active"."""
    with sqlite3.connect(home / "attendance.db") as connection:
        counts = dict(connection.execute("SELECT model_id, count(*) FROM template GROUP BY model_id"))
        active = connection.execute("SELECT value FROM setting WHERE key = 'active_pack'").fetchone()
    connection.close()
    return counts | {"active": active[0] if active else "bundled"}


def findings(cli: Cli) -> str:
    return "\n".join(finding["text"] for finding in json.loads(cli("doctor", "--json").out)["findings"])


def contents(home: Path) -> dict[str, bytes]:
    """What is in every file of a data folder but the log."""
    paths = (path for path in home.rglob("*") if path.is_file() and "logs" not in path.parts)
    return {str(path.relative_to(home)): path.read_bytes() for path in paths}


def is_recognised(cli: Cli, photo: Path, frames: Path) -> bool:
    still_pictures(photo, frames)
    done = cli("run", "--source", frames, "--pace", "fast", "--json")
    return bool({json.loads(line).get("kind") for line in done.out.splitlines()} & {"welcome", "already_in"})


def test_that_a_site_without_crops_keeps_its_recognizer_until_everybody_is_enrolled_again(
    versions: Versions, cli: Cli, photos: dict[str, list[Path]], tmp_path: Path, without_crops: Path
) -> None:
    home, (ann, bob) = without_crops, list(photos)[:2]
    for code in (ann, bob):
        assert cli("enrol", "--code", code, "--name", f"Person {code}", *photos[code]).code == 0
    shutil.rmtree(home / "models")  # the version before this one kept no copy
    shutil.copytree(OLD, versions.after / "dense112_wide")
    versions.use(versions.after)

    assert is_recognised(cli, photos[ann][0], tmp_path / "frames")
    kept = read_manifest(OLD).model_id
    assert models_in(home) == {kept: len(photos[ann]) + len(photos[bob]), "active": "dense112_wide"}
    assert "known only to the recognizer of an earlier version" in findings(cli)
    assert all(f"Person {code}" in findings(cli) for code in (ann, bob))
    with Application(home) as application:
        (trouble,) = load_admin_services(application).troubles
    assert isinstance(trouble, EarlierRecognizerInUse)

    for code in (ann, bob):  # the photographs of then will do
        assert cli("enrol", "--code", code, "--name", f"Person {code}", *photos[code]).code == 0
    assert is_recognised(cli, photos[bob][0], tmp_path / "frames-2")
    assert models_in(home)["active"] == "bundled"
    assert "earlier version" not in findings(cli)


def test_that_kept_crops_take_everybody_to_the_new_recognizer_at_once(
    versions: Versions, cli: Cli, photos: dict[str, list[Path]], tmp_path: Path
) -> None:
    code = next(iter(photos))
    assert cli("enrol", "--code", code, "--name", "Ann", *photos[code]).code == 0
    versions.use(versions.after)
    assert is_recognised(cli, photos[code][0], tmp_path / "frames")
    assert models_in(tmp_path / "home") == {read_manifest(NEW).model_id: len(photos[code]), "active": "bundled"}


def test_that_a_copy_is_kept_for_the_next_update_where_crops_are_not(
    versions: Versions, cli: Cli, photos: dict[str, list[Path]], tmp_path: Path, without_crops: Path
) -> None:
    home, code = without_crops, next(iter(photos))
    assert cli("enrol", "--code", code, "--name", "Ann", *photos[code]).code == 0
    assert is_recognised(cli, photos[code][0], tmp_path / "frames")
    versions.use(versions.after)  # and nothing of the old pack lies beside the new one
    assert is_recognised(cli, photos[code][0], tmp_path / "frames-2")
    digits = read_manifest(OLD).model_id.rpartition(":")[2]
    assert models_in(home)["active"] == f"bundled-{digits}"


def test_that_the_doctor_looks_at_an_update_and_leaves_it_to_the_next_start(
    versions: Versions, cli: Cli, photos: dict[str, list[Path]], tmp_path: Path, without_crops: Path
) -> None:
    home, code = without_crops, next(iter(photos))
    assert cli("enrol", "--code", code, "--name", "Ann", *photos[code]).code == 0
    (home / "config.toml").write_text("[storage]\nkeep_crops = false\n[recognition]\nthreshold = 0.5\n")
    shutil.copytree(OLD, versions.after / "dense112_wide")
    versions.use(versions.after)

    before = contents(home)
    text = findings(cli)
    assert contents(home) == before
    assert "the next start stays with the one before it" in text
    assert "knows the one active person" in text

    assert is_recognised(cli, photos[code][0], tmp_path / "frames")
    assert cli("enrol", "--code", code, "--name", "Ann", *photos[code]).code == 0
    before = contents(home)
    findings(cli)
    assert contents(home) == before
    assert models_in(home)["active"] == "dense112_wide"  # the next start goes on to the new one


def test_that_a_site_of_many_crops_opens_at_once_and_follows_when_they_are_embedded(
    versions: Versions, cli: Cli, photos: dict[str, list[Path]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home, code = tmp_path / "home", next(iter(photos))
    monkeypatch.setattr(earlier_default, "AT_ONCE_CROPS", 0)
    assert cli("enrol", "--code", code, "--name", "Ann", *photos[code]).code == 0
    assert is_recognised(cli, photos[code][0], tmp_path / "frames")  # and a copy of the recognizer is kept
    versions.use(versions.after)
    with Application(home) as application:
        opened = application.recognizer
        assert opened.pack.info.pack_id == "bundled-" + read_manifest(OLD).model_id.rpartition(":")[2]
        assert opened.gallery.current.size.people == 1
        wait_until(lambda: application.is_outdated)
        application.forget_recognizer()
        assert application.recognizer.pack.info.model_id == read_manifest(NEW).model_id
        assert application.recognizer.gallery.current.size.people == 1
    assert is_recognised(cli, photos[code][0], tmp_path / "frames-2")
