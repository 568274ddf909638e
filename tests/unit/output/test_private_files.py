"""What tells of people is its owner's alone, and no link makes the program change something else."""

from __future__ import annotations

import ast
import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from attendance.composition.application import Application
from attendance.core.types import ImageBgr
from attendance.data.keys.key_store import KEY_FILE, load_or_create_key
from attendance.diagnostics.checks import examine
from attendance.errors.storage import KeyUnavailable
from attendance.log_file import configure_logging
from attendance.private_files import make_private_folder, tighten
from attendance.reporting.whole_file import write_whole
from attendance.services.people.bulk_embedding import EmbeddedFile, save_crops
from attendance.whole_file import replaced_text
from tests.reasons_in_code import ROOT, SOURCES
from tests.unit.data.conftest import noise_crop

pytestmark = pytest.mark.skipif(os.name != "posix", reason="other systems have no such modes")
KEY = "ab" * 32 + "\n"


@pytest.fixture(autouse=True)
def open_to_all() -> Iterator[None]:
    """Whatever is made without a thought is readable by everybody."""
    before = os.umask(0)
    yield
    os.umask(before)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.lstat().st_mode)


def test_that_everything_in_a_data_folder_is_its_owners_alone(tmp_path: Path) -> None:
    folder = tmp_path / "site" / "data"
    with Application(folder) as application:
        application.storage.roster.list_people()
        configure_logging(application.paths.logs, "info")
    assert mode(folder) == 0o700
    assert {path.name: mode(path) for path in folder.iterdir() if path.is_file() and mode(path) & 0o077} == {}


def test_that_the_folder_of_an_earlier_version_and_its_settings_are_tightened(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    with Application(folder) as application:
        application.storage.roster.list_people()
    (folder / "config.toml").write_text('[camera]\nsource = "rtsp://u:p@cam/"\n', encoding="utf-8")
    for path, wide in ((folder, 0o755), (folder / "config.toml", 0o644)):
        path.chmod(wide)
    with Application(folder) as application:
        application.storage.roster.list_people()
    assert (mode(folder), mode(folder / "config.toml")) == (0o700, 0o600)


def test_that_a_folder_that_is_no_data_folder_yet_keeps_its_mode(tmp_path: Path) -> None:
    folder = tmp_path / "shared"
    folder.mkdir(mode=0o755)
    with Application(folder) as application:
        application.storage.ensure_data_dir()
    assert mode(folder) == 0o755


@pytest.mark.parametrize("old", [None, 0o644])
def test_that_exports_and_crops_are_private(tmp_path: Path, old: int | None) -> None:
    report, crops, text = tmp_path / "report.csv", tmp_path / "crops.npz", tmp_path / "plan.toml"
    if old is not None:
        for path in (report, crops, text):
            path.touch()
            path.chmod(old)
    write_whole(report, lambda file: file.write(b"x"))
    crop: ImageBgr = noise_crop(1)
    nothing = crop[0, 0, :0].astype("float32")
    with Application(tmp_path / "data") as application:
        info = application.packs.store.list(application.packs.active_id)[0]
    save_crops(crops, [EmbeddedFile("a/1.png", "ok", nothing, None, crop)], info)
    with replaced_text(text) as file:
        file.write("x")
    assert [mode(path) for path in (report, crops, text)] == [0o600] * 3


def test_that_no_mode_is_changed_through_a_link(tmp_path: Path) -> None:
    target, link = tmp_path / "target", tmp_path / "link"
    target.mkdir(mode=0o755)
    link.symlink_to(target)
    assert not tighten(link)
    assert mode(target) == 0o755
    assert tighten(target)
    assert not tighten(target)  # it is already
    assert not tighten(tmp_path / "absent")
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe, 0o644)
    assert tighten(pipe)  # and nobody waits for its other end


def test_that_the_doctor_tells_of_a_folder_that_stays_open(tmp_path: Path, qapp: QApplication) -> None:
    target, link = tmp_path / "target", tmp_path / "link"
    target.mkdir(mode=0o755)
    link.symlink_to(target)
    (target / "config.toml").write_text('[storage]\nkey_store = "file"\n', encoding="utf-8")
    with Application(link) as application:
        application.storage.roster.list_people()
        told = [finding.text for finding in examine(application) if finding.check == "key"]
    assert f"Other users of this computer may read {link}." in told
    target.chmod(0o700)
    with Application(link) as application:
        assert len([finding for finding in examine(application) if finding.check == "key"]) == 1


def test_that_a_folder_that_is_there_keeps_its_mode(tmp_path: Path) -> None:
    there = tmp_path / "there"
    there.mkdir(mode=0o755)
    make_private_folder(there)
    make_private_folder(there / "a" / "b")
    assert (mode(there), mode(there / "a" / "b")) == (0o755, 0o700)


# --- the key -----------------------------------------------------------------------------------------


def test_that_a_key_that_is_a_link_is_one_sentence_and_its_target_stays(tmp_path: Path) -> None:
    target = tmp_path / "elsewhere"
    target.write_text(KEY, encoding="ascii")
    target.chmod(0o644)
    (tmp_path / KEY_FILE).symlink_to(target)
    with pytest.raises(KeyUnavailable, match="is a link; put the key itself there"):
        load_or_create_key(tmp_path, mode="file", database_exists=True)
    assert mode(target) == 0o644


def test_that_a_link_to_nothing_makes_no_key_elsewhere(tmp_path: Path) -> None:
    (tmp_path / KEY_FILE).symlink_to(tmp_path / "absent")
    with pytest.raises(KeyUnavailable, match="is a link"):
        load_or_create_key(tmp_path, mode="file", database_exists=False)
    assert not (tmp_path / "absent").exists()


@pytest.mark.parametrize("kind", ["folder", "pipe"])
def test_that_a_key_that_is_no_file_is_one_sentence(tmp_path: Path, kind: str) -> None:
    if kind == "folder":
        (tmp_path / KEY_FILE).mkdir()
    else:
        os.mkfifo(tmp_path / KEY_FILE)
    with pytest.raises(KeyUnavailable, match="is not a file"):
        load_or_create_key(tmp_path, mode="file", database_exists=True)


def test_that_a_key_that_others_may_read_is_tightened(tmp_path: Path) -> None:
    key = tmp_path / KEY_FILE
    key.write_text(KEY, encoding="ascii")
    key.chmod(0o644)
    load_or_create_key(tmp_path, mode="file", database_exists=True)
    assert mode(key) == 0o600


def test_that_no_mode_is_changed_past_the_one_place() -> None:
    """``chmod`` by name follows links; ``private_files`` works on what it opened."""
    past = []
    for folder in SOURCES:
        for path in folder.rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Attribute) and node.attr in {"chmod", "fchmod", "lchmod"}:
                    past.append(path.relative_to(ROOT).as_posix())
    assert set(past) == {"attendance/private_files.py"}
