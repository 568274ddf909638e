from __future__ import annotations

import re
from pathlib import Path

import cv2
import numpy as np
import pytest
from pypdf import PdfReader

from attendance.core.credentials.badge import badge_text
from attendance.errors.reports import ReportError
from attendance.reporting.badge_sheet import BadgeFace, write_badge_sheet
from attendance.vision.qr_codes import qr_modules, read_qr_codes

TEXT = badge_text(bytes(range(20)))


def badges(count: int, name: str = "Ann Example") -> list[BadgeFace]:
    return [BadgeFace(name, str(1000 + number), qr_modules(TEXT)) for number in range(count)]


def drawn(page: object) -> list[tuple[float, float, float, float]]:
    """Return the bars of the codes on a page: left, bottom, width, height in points."""
    content = page.get_contents().get_data().decode("latin-1")  # type: ignore[attr-defined]
    found = re.findall(r"([\d.]+) ([\d.]+) ([\d.]+) ([\d.]+) re", content)
    return [tuple(map(float, bar)) for bar in found]  # type: ignore[misc]


def test_that_ten_badges_fill_a_page(tmp_path: Path) -> None:
    path = tmp_path / "badges.pdf"
    assert write_badge_sheet(badges(11), path, company="Example & Co") == 11
    pages = PdfReader(path).pages
    assert [len(re.findall(r"\b10\d\d\b", page.extract_text())) for page in pages] == [10, 1]
    assert "Example & Co" in pages[1].extract_text()


def test_that_the_code_on_the_page_is_read_again_by_the_camera(tmp_path: Path) -> None:
    path = tmp_path / "badges.pdf"
    write_badge_sheet(badges(1), path)
    page = PdfReader(path).pages[0]
    scale = 3.0  # pixels a point
    image = np.full((int(842 * scale), int(596 * scale)), 255, np.uint8)
    bars = drawn(page)
    assert len(bars) > 100
    for left, bottom, width, height in bars:
        top = 842 - bottom - height
        image[
            round(top * scale) : round((top + height) * scale), round(left * scale) : round((left + width) * scale)
        ] = 0
    assert read_qr_codes(cv2.cvtColor(image, cv2.COLOR_GRAY2BGR)) == [TEXT]


@pytest.mark.parametrize(
    "name", ["李娜", "Maximiliane Alexandra Schwarzenberg-Wolf-Hohenstein", "Zoë Łukasz", "x" * 200]
)
def test_that_any_name_stays_on_its_card(tmp_path: Path, name: str) -> None:
    path = tmp_path / "badges.pdf"
    assert write_badge_sheet(badges(2, name), path) == 2
    assert len(PdfReader(path).pages) == 1


def test_that_a_folder_that_is_not_there_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(ReportError):
        write_badge_sheet(badges(1), tmp_path / "nowhere" / "badges.pdf")
