"""Reports as one HTML page that needs nothing beside it: styles and pictures are inside, no scripts."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import BinaryIO

from jinja2 import Environment, FileSystemLoader

from attendance.core.report_table import ReportTable
from attendance.reporting.charts import charts_of
from attendance.reporting.printed import PrintedBlock, heading_line, is_letter, made_line, printed_blocks, subtitle_of
from attendance.reporting.whole_file import write_whole
from attendance.reporting.words import sentence
from attendance.resource_files import resource_path

_LETTER_CLASSES = {"P", "A", "HD", "L", "H", "WO"}


def write_html(table: ReportTable, path: Path, language: str) -> int:
    """Write the page (port ReportWriter); it prints on A4."""
    blocks = printed_blocks(table, language, path)
    page = _page(table, blocks, language).encode("utf-8")

    def write(file: BinaryIO) -> int:
        file.write(page)
        return sum(len(block.rows) for block in blocks)

    return write_whole(path, write)


def _page(table: ReportTable, blocks: list[PrintedBlock], language: str) -> str:
    environment = Environment(
        loader=FileSystemLoader(resource_path("reports")), autoescape=True, trim_blocks=True, lstrip_blocks=True
    )
    title, site = heading_line(table, language)
    return environment.get_template("page.html").render(
        lang=language.replace("_", "-"),
        title=title,
        site=site,
        subtitle=subtitle_of(table, language),
        charts=[
            {
                "title": chart.title,
                "unit": chart.unit,
                "legend": chart.legend,
                "base64": base64.b64encode(chart.png).decode("ascii"),
            }
            for chart in charts_of(table, language)
        ],
        blocks=blocks,
        classes=_classes,
        empty=sentence("empty", language),
        legend=sentence(table.legend, language) if table.legend else "",
        made=made_line(table, language),
    )


def _classes(block: PrintedBlock, place: int, cell: str = "") -> str:
    if is_letter(block.keys[place]):
        kind = cell if cell in _LETTER_CLASSES else "missing" if cell == "?" else ""
        return f"letter {kind}".strip()
    if block.is_right[place]:
        return "number"
    return "day" if block.keys[place] == "day" else ""
