"""A text that names a file finds it, however the other system spells it."""

from __future__ import annotations

import os
import unicodedata
from pathlib import Path

import pytest

from attendance.named_files import NamedFiles, SeveralFilesFit

NFC, NFD = (unicodedata.normalize(form, "Zoë 각하.jpg") for form in ("NFC", "NFD"))


def made(folder: Path, *names: str) -> NamedFiles:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name)
    return NamedFiles(folder)


def found(folder: Path, text: str) -> str:
    return os.path.relpath(NamedFiles(folder).find(text), folder)


@pytest.mark.parametrize(
    ("on_disk", "text"),
    [
        ("ph/anna.jpg", "ph/anna.jpg"),
        ("ph/anna.jpg", "ph\\anna.jpg"),
        ("ph/anna.jpg", "ph/Anna.JPG"),
        ("ph/anna.jpg", "PH\\Anna.JPG"),
        ("ph/anna.jpg", ".\\PH\\..\\ph\\anna.JPG"),
        (f"ph/{NFD}", f"ph/{NFC}"),
        (f"ph/{NFC}", f"ph/{NFD}"),
        (f"ph/{NFD}", f"Ph\\{NFC.upper()}"),
        (f"{NFD}/a.jpg", f"{NFC}/a.jpg"),
        ("a\\b.jpg", "a\\b.jpg"),
    ],
)
def test_that_a_file_is_found_by_its_name(tmp_path: Path, on_disk: str, text: str) -> None:
    files = made(tmp_path, on_disk, "ph/other.jpg")
    assert files.find(text).read_text() == on_disk


def test_that_a_folder_is_found_by_its_name(tmp_path: Path) -> None:
    made(tmp_path, f"{NFD}/a.jpg")
    assert found(tmp_path, NFC) == NFD


def test_that_the_exact_name_comes_before_all_others(tmp_path: Path) -> None:
    made(tmp_path, "Anna.jpg", "anna.jpg", NFC, NFD)
    for name in ("Anna.jpg", "anna.jpg", NFC, NFD):
        assert found(tmp_path, name) == name


def test_that_the_same_letters_come_before_other_case(tmp_path: Path) -> None:
    made(tmp_path, NFD, NFC.lower())
    assert found(tmp_path, NFC) == NFD


@pytest.mark.parametrize(
    ("on_disk", "text"),
    [(("Anna.jpg", "ANNA.jpg"), "anna.jpg"), (("PH/a.jpg", "Ph/a.jpg"), "ph\\a.jpg")],
)
def test_that_two_fitting_files_are_refused(tmp_path: Path, on_disk: tuple[str, str], text: str) -> None:
    files = made(tmp_path, *on_disk)
    with pytest.raises(SeveralFilesFit) as caught:
        files.find(text)
    assert all(str(tmp_path / name) in str(caught.value) for name in (*on_disk, text.replace("\\", "/"))[:2])
    assert text in str(caught.value)


def test_that_the_one_of_two_fitting_folders_that_holds_it_is_meant(tmp_path: Path) -> None:
    made(tmp_path, "PH/b.jpg", "Ph/a.jpg")
    assert found(tmp_path, "ph/A.jpg") == "Ph/a.jpg"


@pytest.mark.parametrize("text", ["absent.jpg", "no/such.jpg", "n" * 5000, "a\0b", "anna.jpg/x", "/no/such/file"])
def test_that_a_name_that_nothing_fits_stays_as_it_is(tmp_path: Path, text: str) -> None:
    files = made(tmp_path, "anna.jpg")
    assert files.find(text) == tmp_path / text


def test_that_an_absolute_path_is_found_too(tmp_path: Path) -> None:
    made(tmp_path / "ph", "anna.jpg")
    assert NamedFiles(tmp_path / "tables").find(str(tmp_path / "ph" / "ANNA.jpg")) == tmp_path / "ph" / "anna.jpg"


@pytest.mark.parametrize("text", ["․․", "‥", "．．", "..\u2215secret.jpg", "..\u29f5secret.jpg", "．．／secret.jpg"])
def test_that_no_spelling_of_a_plain_name_leaves_the_folder(tmp_path: Path, text: str) -> None:
    made(tmp_path, "secret.jpg", "in/a.jpg")
    assert NamedFiles(tmp_path / "in").find(text) == tmp_path / "in" / text
