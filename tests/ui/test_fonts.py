"""The windows are drawn in the fonts that come with the program, whatever the computer has."""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtGui import QFont, QFontInfo, QTextLayout
from PySide6.QtWidgets import QApplication

from attendance.composition.application import Application
from attendance.diagnostics.finding import Level
from attendance.diagnostics.fonts import examine_fonts
from attendance.resource_files import resource_path
from attendance.ui import fonts, theme

pytestmark = pytest.mark.knows_fonts
WEIGHTS = (QFont.Weight.Normal, QFont.Weight.DemiBold, QFont.Weight.Bold)


def drawn_with(text: str, font: QFont) -> set[str]:
    """Return the families that a text is really drawn with."""
    layout = QTextLayout(text, font)
    layout.beginLayout()
    layout.createLine()
    layout.endLayout()
    runs = layout.glyphRuns()
    raw = [run.rawFont() for run in runs]
    assert all(all(run.glyphIndexes()) for run in runs), f"{text} has a box"
    return {one.familyName() for one in raw}


@pytest.mark.parametrize("weight", WEIGHTS)
@pytest.mark.parametrize("size", [13, 15, 28, 67])
def test_that_latin_text_is_drawn_in_the_programs_own_font(qapp: QApplication, weight: QFont.Weight, size: int) -> None:
    font = theme.font(size, weight=weight)

    assert QFontInfo(font).family() == fonts.LATIN
    for text in (
        "Clara Lindqvist, 08:57",
        "Łukasz Müller-Čapek",
        "Γιώργος Дмитрий",
        "Nguyễn Thị Hằng",
        "→ … – “ ”",
    ):
        assert drawn_with(text, font) == {fonts.LATIN}, text


@pytest.mark.parametrize("weight", WEIGHTS)
def test_that_chinese_text_is_drawn_in_the_programs_own_font(qapp: QApplication, weight: QFont.Weight) -> None:
    font = theme.font(28, weight=weight)
    assert drawn_with("今天张伟签到，请再靠近一点", font) == {fonts.CHINESE}
    for rare in "喆堃玥镕龍龘":
        assert drawn_with(rare, font) <= {fonts.CHINESE, fonts.RARE}, rare


def test_that_no_system_hints_the_letters_to_other_widths(qapp: QApplication) -> None:
    assert theme.font(20).hintingPreference() is QFont.HintingPreference.PreferNoHinting


def test_that_lines_of_both_scripts_are_equally_high(qapp: QApplication) -> None:
    latin, chinese = QFont(fonts.LATIN), QFont(fonts.CHINESE)
    heights = set()
    for font in (latin, chinese):
        font.setPixelSize(100)
        layout = QTextLayout("A" if font is latin else "今", font)
        layout.beginLayout()
        heights.add(round(layout.createLine().height()))
        layout.endLayout()
    assert len(heights) == 1


def test_that_every_text_of_the_windows_has_its_characters_in_these_fonts(qapp: QApplication) -> None:
    texts = "".join(path.read_text(encoding="utf-8") for path in resource_path("translations").glob("*.ts"))
    lacking = {
        character
        for character in set(texts)
        if character.isprintable()
        and not drawn_with(character, theme.font(20)) <= {fonts.LATIN, fonts.CHINESE, fonts.RARE}
    }
    assert lacking == set()


@pytest.fixture
def broken(qapp: QApplication, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Callable[..., None]]:
    """Let the program find its fonts in a folder where only some are whole."""
    real = resource_path("fonts")

    def use(*whole: str, damaged: str = "") -> None:
        for name in whole:
            (tmp_path / name).symlink_to(real / name)
        if damaged:
            (tmp_path / damaged).write_bytes(b"no font")
        monkeypatch.setattr(fonts, "resource_path", lambda _folder, name: tmp_path / name)
        fonts._load.cache_clear()

    yield use
    monkeypatch.undo()
    fonts._load.cache_clear()


def test_that_without_the_files_the_systems_font_is_used(
    broken: Callable[..., None], caplog: pytest.LogCaptureFixture
) -> None:
    broken(damaged="AttendanceSans-Regular.otf")

    with caplog.at_level(logging.WARNING):
        assert theme.font(20).families()
    assert "AttendanceSans-Regular.otf cannot be loaded" in caplog.text
    assert fonts.unusable_files() == list(fonts._FILES)
    first = fonts.families()[0]
    assert QFontInfo(QFont(first)).family() == first, "Qt skips an alias in a list of families"


def test_that_one_damaged_file_is_named(broken: Callable[..., None]) -> None:
    damaged = "AttendanceSans-Regular.otf"
    broken(*(name for name in fonts._FILES if name != damaged), damaged=damaged)

    assert fonts.unusable_files() == [damaged]


def test_that_the_doctor_names_damaged_fonts_and_names_nobody_can_write(
    broken: Callable[..., None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = tmp_path / "data"
    data.mkdir()
    (data / "config.toml").write_text('[storage]\nkey_store = "file"\n', encoding="utf-8")
    with Application(data) as application:
        application.storage.roster.enrol(code="7", name="Ada 张伟", templates=[], model_id="m")
        (whole,) = examine_fonts(application)
        assert (whole.level, fonts.unusable_files()) == (Level.OK, [])

        monkeypatch.setattr(fonts, "unwritable", lambda text, _font: "伟" if "伟" in text else "")
        broken(*fonts._FILES[1:])
        damaged, names = examine_fonts(application)
    assert damaged.level is names.level is Level.WARNING
    assert fonts._FILES[0] in damaged.text
    assert "7 (伟)" in names.text


def test_that_the_files_are_those_of_the_manifest_and_carry_their_licence() -> None:
    folder = resource_path("fonts")
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    assert {path.name for path in folder.glob("*.otf")} == set(manifest["fonts"]) == set(fonts._FILES)
    for name, facts in manifest["fonts"].items():
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == facts["sha256"], name
        licence = folder / manifest["packages"][facts["package"]]["licence_file"]
        assert "OFL" in licence.read_text(encoding="utf-8")


def test_that_characters_without_a_font_are_named(qapp: QApplication) -> None:
    assert fonts.unwritable("Ada \u0378\u0378 Lovelace", theme.font(20)) == ""  # not printable: nothing is shown
    assert fonts.unwritable("Ada \U000100a0", theme.font(20)) in {"", "\U000100a0"}
    assert fonts.unwritable("Clara Lindqvist 张伟喆 Γιώργος", theme.font(20)) == ""
