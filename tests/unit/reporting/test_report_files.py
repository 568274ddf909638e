"""What is written is read back: CSV bytes, workbooks with openpyxl, PDF text with pypdf, pages as text."""

from __future__ import annotations

import csv
import re
from datetime import datetime, timedelta
from html.parser import HTMLParser
from pathlib import Path

import pytest
from openpyxl import load_workbook  # type: ignore[import-untyped]
from pypdf import PdfReader

from attendance.reporting.html_page import write_html
from attendance.reporting.printed import MAX_PRINTED_ROWS
from attendance.services.reports.service import ReportRequest
from tests.small_company import FIRST, LAST, SmallCompany

EVIL = '=HYPERLINK("http://evil"),<script>alert(1)</script>'


@pytest.fixture(scope="module")
def company() -> SmallCompany:
    return SmallCompany()


@pytest.fixture(scope="module")
def evil() -> SmallCompany:
    return SmallCompany(EVIL, site="<b>&P")


def pdf_text(path: Path) -> list[str]:
    return [page.extract_text() for page in PdfReader(path).pages]


def test_that_csv_bytes_are_what_spreadsheets_expect(company: SmallCompany, tmp_path: Path) -> None:
    raw = company.write(tmp_path / "r.csv", "incomplete").read_bytes()
    assert raw.startswith(b'\xef\xbb\xbf"day","code"')
    assert raw.count(b"\r\n") == raw.count(b"\n") == 2
    assert b'"2026-03-25T09:00:00+01:00"' in raw


def test_that_csv_keeps_a_name_and_defuses_it(evil: SmallCompany, tmp_path: Path) -> None:
    with evil.write(tmp_path / "r.csv", "payroll").open(encoding="utf-8-sig", newline="") as file:
        names = [row["name"] for row in csv.DictReader(file)]
    assert "'" + EVIL in names


def test_that_a_workbook_has_real_dates_times_and_durations(company: SmallCompany, tmp_path: Path) -> None:
    sheet = load_workbook(company.write(tmp_path / "r.xlsx", "daily")).worksheets[0]
    head, *rows = sheet.iter_rows()
    place = {cell.value: cell.column - 1 for cell in head}
    late = next(r for r in rows if r[place["Code"]].value == "B2")
    assert late[place["Date"]].value == datetime.fromisoformat("2026-03-23")
    assert late[place["In"]].value == datetime.fromisoformat("2026-03-23 09:10")
    worked = late[place["Worked"]]
    assert (worked.value, worked.number_format) == (timedelta(hours=7, minutes=50), "[h]:mm")
    assert late[place["Balance"]].value == -0.17
    assert sheet.freeze_panes == "A2"
    assert sheet.auto_filter.ref == "A1:V43"


def test_that_a_workbook_has_a_sheet_for_each_month_and_the_charts(company: SmallCompany, tmp_path: Path) -> None:
    book = load_workbook(company.write(tmp_path / "r.xlsx", "monthly"))
    assert book.sheetnames == ["2026-03", "2026-04", "Report"]
    assert [cell.value for cell in book["2026-04"][3]][2:10] == ["Bo", "Lab", "P", "HD", "H", "WO", "WO", 1]
    assert len(book["Report"]._images) == 3


def test_that_a_workbook_runs_no_formula_and_no_header_command(evil: SmallCompany, tmp_path: Path) -> None:
    sheet = load_workbook(evil.write(tmp_path / "r.xlsx", "payroll")).worksheets[0]
    cells = [cell for row in sheet.iter_rows() for cell in row if cell.value == EVIL]
    assert [cell.data_type for cell in cells] == ["s"]
    assert "&&P" in str(sheet.oddHeader.right.text)


def test_that_pdf_pages_have_title_site_range_number_and_names(company: SmallCompany, tmp_path: Path) -> None:
    pages = pdf_text(company.write(tmp_path / "r.pdf", "monthly"))
    assert len(pages) == 2
    for number, text in enumerate(pages, start=1):
        assert "Month at a glance" in text
        assert "Müller & Söhne" in text
        assert "2026-03-23 to 2026-04-05" in text
        assert f"Page {number} of 2" in text
    assert "陈" in pages[0]
    assert "35:20" in pages[0]
    assert re.search(r"When people arrive", pages[1])


def test_that_pdf_and_page_speak_chinese(company: SmallCompany, tmp_path: Path) -> None:
    text = "".join(pdf_text(company.write(tmp_path / "r.pdf", "late", language="zh_CN")))
    assert "迟到与早退" in text
    assert "第1页，共1页" in "".join(text.split())
    page = company.write(tmp_path / "r.html", "late", language="zh_CN").read_text(encoding="utf-8")
    assert '<html lang="zh-CN">' in page
    assert "各部门迟到情况" in page


def test_that_pdf_prints_polish_greek_and_korean_letters(tmp_path: Path) -> None:
    text = "".join(pdf_text(SmallCompany("Łukasz Ωδή 김철").write(tmp_path / "r.pdf", "payroll")))
    assert "Łukasz Ωδή" in text
    assert "김철" in text


def test_that_a_long_pdf_repeats_its_heading(company: SmallCompany, tmp_path: Path) -> None:
    pages = pdf_text(company.write(tmp_path / "r.pdf", "daily"))
    assert len(pages) >= 2
    assert all("Remarks" in text for text in pages[:2])


class Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.links: list[str] = []
        self.cells: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.links += [value or "" for name, value in attrs if name in {"src", "href"}]
        if tag in {"td", "th"}:
            self.cells.append("")

    def handle_data(self, data: str) -> None:
        if self.cells:
            self.cells[-1] += data


def test_that_a_page_needs_nothing_beside_it_and_runs_nothing(evil: SmallCompany, tmp_path: Path) -> None:
    page = Page()
    page.feed(evil.write(tmp_path / "r.html", "payroll").read_text(encoding="utf-8"))
    assert "script" not in page.tags
    assert "b" not in [tag for tag in page.tags if tag == "b"][2:]  # the titles of the two charts, not the site
    assert len(page.links) == 2
    assert all(link.startswith("data:image/png;base64,") for link in page.links)
    assert EVIL in page.cells


def test_that_a_page_has_the_numbers_and_their_sum(company: SmallCompany, tmp_path: Path) -> None:
    page = Page()
    page.feed(company.write(tmp_path / "r.html", "payroll").read_text(encoding="utf-8"))
    cells = [cell.strip() for cell in page.cells]
    assert "49:20" in cells
    assert "136:20" in cells  # 72:00, 49:20 and 15:00


@pytest.mark.parametrize("ending", ["csv", "xlsx", "pdf", "html"])
def test_that_nothing_to_report_is_a_file_all_the_same(tmp_path: Path, ending: str) -> None:
    company = SmallCompany()
    request = ReportRequest("incomplete", LAST, LAST, format=ending)
    assert company.service().write(request, tmp_path / f"r.{ending}") == 0
    assert (tmp_path / f"r.{ending}").stat().st_size > 0


def test_that_too_many_rows_for_paper_are_refused(
    company: SmallCompany, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from attendance.errors.reports import ReportError

    assert MAX_PRINTED_ROWS >= 10_000
    monkeypatch.setattr("attendance.reporting.printed.MAX_PRINTED_ROWS", 10)
    table = company.service().table(ReportRequest("daily", FIRST, LAST, format="html"))
    with pytest.raises(ReportError, match="more than 10 rows"):
        write_html(table, tmp_path / "r.html", "en")
    assert list(tmp_path.iterdir()) == []


def test_that_too_many_rows_for_a_sheet_are_refused(
    company: SmallCompany, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from attendance.errors.reports import ReportError

    monkeypatch.setattr("attendance.reporting.xlsx_file._MAX_ROWS", 10)
    with pytest.raises(ReportError, match="do not fit on a sheet"):
        company.write(tmp_path / "r.xlsx", "daily")
    assert list(tmp_path.iterdir()) == []
