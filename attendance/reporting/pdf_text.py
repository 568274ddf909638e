"""Text of any language on a PDF page: each stretch in a font that has its letters."""

from __future__ import annotations

from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from matplotlib import get_data_path
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfbase.ttfonts import TTFont

_LATIN = ("Helvetica", "Helvetica-Bold")
_CHINESE = "STSong-Light"  # in every PDF reader, not in the file (Adobe's CID font pack)
_KOREAN = "HYSMyeongJo-Medium"
_OTHER = ("DejaVuSans", "DejaVuSans-Bold")  # Polish, Greek, Cyrillic ...; comes with matplotlib, embedded
_NO_GLYPH = "\u25a1"


def text_width(text: str, size: float, *, bold: bool = False) -> float:
    """Return the width of a text in points."""
    return _unit_width(text, bold) * size


def draw_text(
    canvas: Any, x: float, y: float, text: str, size: float, *, bold: bool = False, align: str = "left"
) -> None:
    """Write one line.

    Args:
        canvas: of reportlab.
        x: left end, right end or middle, in points.
        y: baseline, in points from the bottom.
        text: any language; right-to-left letters stand in the order they are stored.
        size: of the font in points.
        bold: where the font has a bold cut.
        align: "left", "right" or "centre".
    """
    if align != "left":
        width = text_width(text, size, bold=bold)
        x -= width if align == "right" else width / 2
    for font, run in runs_of(text, bold=bold):
        canvas.setFont(font, size)
        canvas.drawString(x, y, run)
        x += _run_width(run, font) * size


def wrapped(text: str, size: float, width: float, *, bold: bool = False) -> list[str]:
    """Break a text into lines of at most so many points; Chinese breaks anywhere, a too long word inside."""
    if text_width(text, size, bold=bold) <= width:
        return [text]
    lines, line = [], ""
    for piece in _pieces(text):
        if text_width((line + piece).rstrip(), size, bold=bold) <= width:
            line += piece
            continue
        if line.strip():
            lines.append(line.rstrip())
            line = ""
        for char in piece:
            if line and text_width((line + char).rstrip(), size, bold=bold) > width:
                lines.append(line)
                line = ""
            line += char
    return [*lines, line.rstrip()] if line.strip() else lines


@lru_cache(maxsize=4096)
def runs_of(text: str, *, bold: bool = False) -> tuple[tuple[str, str], ...]:
    """Return the text cut into (font, stretch); a name with one Polish letter is in one font as a whole."""
    _register()
    latin = _LATIN[bold] if all(_is_western(char) or _asian_font(char) for char in text) else _OTHER[bold]
    runs: list[tuple[str, str]] = []
    for char in text:
        font = _asian_font(char) or latin
        shown = char if font not in _OTHER or _has_glyph(char, font) else _NO_GLYPH
        if runs and runs[-1][0] == font:
            runs[-1] = (font, runs[-1][1] + shown)
        else:
            runs.append((font, shown))
    return tuple(runs)


@lru_cache(maxsize=65_536)
def _unit_width(text: str, bold: bool) -> float:
    return sum(_run_width(run, font) for font, run in runs_of(text, bold=bold))


def _run_width(run: str, font: str) -> float:
    return float(pdfmetrics.stringWidth(run, font, 1000)) / 1000


def _is_western(char: str) -> bool:
    try:
        char.encode("cp1252")
    except UnicodeEncodeError:
        return False
    return True


def _asian_font(char: str) -> str:
    """Return the font of a Chinese, Japanese or Korean character, "" for others."""
    code = ord(char)
    if 0xAC00 <= code <= 0xD7A3 or 0x3130 <= code <= 0x318F:
        return _KOREAN
    if 0x2E80 <= code <= 0x9FFF or 0xF900 <= code <= 0xFAFF or 0xFF00 <= code <= 0xFFEF:
        return _CHINESE
    return ""


def _pieces(text: str) -> list[str]:
    pieces: list[str] = []
    for char in text:
        is_joined = pieces and not pieces[-1].endswith(" ") and ord(char) < 0x2E80 and ord(pieces[-1][-1]) < 0x2E80
        if is_joined or (char == " " and pieces):
            pieces[-1] += char
        else:
            pieces.append(char)
    return pieces


@cache
def _register() -> None:
    folder = Path(get_data_path()) / "fonts" / "ttf"
    for name in _OTHER:
        pdfmetrics.registerFont(TTFont(name, str(folder / f"{name}.ttf")))
    for name in (_CHINESE, _KOREAN):
        pdfmetrics.registerFont(UnicodeCIDFont(name))


def _has_glyph(char: str, font: str) -> bool:
    return ord(char) in pdfmetrics.getFont(font).face.charToGlyph
