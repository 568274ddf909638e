"""A table as CSV, whatever program wrote it: from the text of the file to rows."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Collection, Iterator

from attendance.core.data_file import TableLine
from attendance.errors import Reason, Refusal

_SEPARATORS = (",", ";", "\t")
_MOST_HEADING = 1_000_000
"""Characters that are looked at for the separator."""
_SEPARATOR_LINE = re.compile(r'\s*"?sep=([^\w\s"]|\t)', re.IGNORECASE)
# Lines without a cell, and a quoted cell. A quotation mark counts at the start of a cell only, as in the csv module.
_EMPTY_LINES = re.compile(r"\A[\s;,]*\n")
_QUOTED = re.compile(r'(?:(?<=[,;\t])|^)"((?:[^"]|"")*+)"')


class BadTable(Refusal):
    """A text that is not such a table."""


def table_lines(text: str, *, needed: Collection[str], optional: Collection[str] = ()) -> Iterator[TableLine]:
    r"""Yield all rows that are not empty; the whole text is looked at before the first.

    Comma, semicolon or tab separates the cells: a line "sep=;" before the headings says which, as Excel understands
    it, else the headings do. Quoted cells may hold separators and line breaks. Upper and lower case of headings are
    the same.

    Args:
        text: of the whole file, with "\n" at the end of lines.
        needed: columns that must be there.
        optional: columns that may be there. All others are yielded as well, the first of those with the same name.

    Raises:
        BadTable: empty, a column is missing or one of these is there twice, or the quoting is broken.
    """
    wanted = (*needed, *optional)
    separator = _separator(text, wanted)
    # All of it before the first row: who stores rows one by one must not stop in the middle of a broken file.
    for _ in _records(text, separator):
        pass
    names: list[str] | None = None
    for line, cells in _records(text, separator):
        if names is None:
            if not _is_before_headings(cells):
                names = _names(cells, needed, wanted)
        elif any(cell.strip() for cell in cells):
            pairs = list(zip(names, cells, strict=False))
            yield TableLine(line, {name: cell for name, cell in reversed(pairs) if name})
    if names is None:
        reason = Reason("it is empty")
        raise BadTable(reason)


def _records(text: str, separator: str) -> Iterator[tuple[int, list[str]]]:
    """Yield the cells of every record with the line on which it ends; a broken one is named by its first line."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    first_line = 1
    try:
        for cells in reader:
            yield reader.line_num, cells
            first_line = reader.line_num + 1
    except csv.Error as err:
        reason = Reason("line {line}: {cause}", line=first_line, cause=_in_words(err))
        raise BadTable(reason) from err


def _is_before_headings(cells: list[str]) -> bool:
    return not "".join(cells).strip(" ,;\t") or cells[0].strip().lower().startswith("sep=")


def _separator(text: str, wanted: Collection[str]) -> str:
    """Return the separator of the line "sep=", else the one that gives most of the wanted columns, then most cells."""
    top = _EMPTY_LINES.sub("", text[:_MOST_HEADING], count=1)
    said = _SEPARATOR_LINE.match(top)
    if said:
        return said[1]
    if top.lstrip(' "').lower().startswith("sep="):
        top = _EMPTY_LINES.sub("", top.partition("\n")[2], count=1)
    heading = _QUOTED.sub(lambda cell: re.sub(r"[,;\t\n]", " ", cell[1]), top).partition("\n")[0]

    def fits(separator: str) -> tuple[int, int]:
        names = {name.strip().lower() for name in heading.split(separator)}
        return len(names & set(wanted)), heading.count(separator)

    return max(_SEPARATORS, key=fits)


def _names(heading: list[str], needed: Collection[str], wanted: Collection[str]) -> list[str]:
    names = [name.strip().lower() for name in heading]
    missing = [name for name in needed if name not in names]
    if missing:
        if len(missing) == 1:
            raise BadTable(Reason("the column {name} is missing from the first line", name=missing[0]))
        raise BadTable(Reason("the columns {names} are missing from the first line", names=missing))
    twice = [name for name in wanted if names.count(name) > 1]
    if twice:
        reason = Reason("the column {name} is there twice", name=twice[0])
        raise BadTable(reason)
    return names


def _in_words(err: csv.Error) -> Reason:
    """Return what the csv module complains about, for people who never heard of it."""
    text = str(err)
    if "unexpected end of data" in text:
        return Reason("a quotation mark is not closed")
    if "expected after" in text:
        return Reason("text follows a closed quotation mark")
    if "field larger" in text:
        return Reason(
            "a cell is longer than {count} characters; perhaps a quotation mark is not closed",
            count=csv.field_size_limit(),
        )
    return Reason.quoted(text)
