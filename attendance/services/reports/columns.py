"""Columns that every report of people has, and the wanted columns of a report. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from attendance.core.report_table import Block, Column, ReportTable, Row, converted, projected
from attendance.errors import Reason
from attendance.errors.reports import ReportRequestError

PERSON_COLUMNS = (Column("code"), Column("name"), Column("department"))


def read_columns(text: str) -> tuple[str, ...]:
    """Return the wanted columns of an option such as "code,name=Who": names in order, some with a heading."""
    return tuple(name for name in (part.strip() for part in text.split(",")) if name)


def with_columns(made: ReportTable, texts: Sequence[str]) -> ReportTable:
    """Return a table with some columns only; a block that has not all of them leaves out the others.

    Args:
        made: with all columns.
        texts: names of columns in the wanted order, each as "name" or "name=Heading".

    Raises:
        ReportRequestError: there is no such column; the sentence names those that there are.
    """
    wanted = dict(_name_and_heading(text) for text in texts)
    columns = _projected(made.columns, wanted)[0]
    blocks = []
    for block in made.blocks:
        own_keys = {column.key for column in block.columns}
        missing = {c.key for c in made.columns if c.key not in own_keys}
        own = {name: title for name, title in wanted.items() if name not in missing}
        own_columns, places = _projected(block.columns, own)
        blocks.append(Block(block.title, own_columns, _chosen(block.rows, own_columns, places)))
    return replace(made, columns=columns, blocks=tuple(blocks))


def _chosen(rows: Iterable[Row], columns: Sequence[Column], places: Sequence[int]) -> Iterator[Row]:
    for row in rows:
        yield tuple(converted(row[place], column) for place, column in zip(places, columns, strict=True))


def _projected(columns: Sequence[Column], wanted: Mapping[str, str]) -> tuple[tuple[Column, ...], list[int]]:
    try:
        return projected(columns, wanted)
    except KeyError as err:
        known = ", ".join(column.key for column in columns)
        raise ReportRequestError(
            reason=Reason("there is no column {name}; there are: {names}", name=repr(err.args[0]), names=known)
        ) from err


def _name_and_heading(text: str) -> tuple[str, str]:
    name, _, heading = text.partition("=")
    return name.strip(), heading.strip()
