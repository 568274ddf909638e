"""The windows are drawn in the fonts that come with the program, whatever the computer has."""

from __future__ import annotations

import hashlib
import json
import logging
from pathlib import Path

import pytest
from PySide6.QtGui import QFont, QFontInfo, QTextLayout
from PySide6.QtWidgets import QApplication

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


def test_that_without_the_files_the_systems_font_is_used(
    qapp: QApplication, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "broken.otf").write_bytes(b"no font")
    monkeypatch.setattr(fonts, "resource_path", lambda *_: tmp_path)
    fonts._families.cache_clear()
    try:
        with caplog.at_level(logging.WARNING):
            assert fonts.missing_families() == [fonts.LATIN, fonts.CHINESE, fonts.RARE]
        assert "broken.otf cannot be loaded" in caplog.text
        assert theme.font(20).families()
    finally:
        fonts._families.cache_clear()
        monkeypatch.undo()
    assert fonts.missing_families() == []


def test_that_the_files_are_those_of_the_manifest_and_carry_their_licence() -> None:
    folder = resource_path("fonts")
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    files = {path.name for path in folder.glob("*.otf")}
    assert files == set(manifest["fonts"])
    for name, facts in manifest["fonts"].items():
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == facts["sha256"], name
        licence = folder / manifest["packages"][facts["package"]]["licence_file"]
        assert "OFL" in licence.read_text(encoding="utf-8")


def test_that_characters_without_a_font_are_named(qapp: QApplication) -> None:
    assert fonts.unwritable("Ada \u0378\u0378 Lovelace", theme.font(20)) == ""  # not printable: nothing is shown
    assert fonts.unwritable("Ada \U000100a0", theme.font(20)) in {"", "\U000100a0"}
    assert fonts.unwritable("Clara Lindqvist 张伟喆 Γιώργος", theme.font(20)) == ""
