"""CSV of other programs: separator, headings, rows with their lines."""

from __future__ import annotations

import ast

import pytest

from attendance.core.csv_table import BadTable, table_lines
from tests.reasons_in_code import ROOT, SOURCES

NEEDED, OPTIONAL = ("code", "name"), ("department",)


def rows(text: str) -> list[tuple[int, dict[str, str]]]:
    return [(one.line, dict(one.values)) for one in table_lines(text, needed=NEEDED, optional=OPTIONAL)]


@pytest.mark.parametrize(
    ("heading", "separator"),
    [
        ("code,name,note", ","),
        ("code;name;note", ";"),
        ("code\tname\tnote", "\t"),
        ('code;name;"note (street, zip, town, county)"', ";"),
        ("code;name;note (street, zip, town, county)", ";"),
        ('code;name;"note ""a"", b, c, d"', ";"),
        ('code;name;"note, a,\nb, c, d; e"', ";"),
        ('code,name,"note;;;;;;\t\t\t\t"', ","),
        ('"code"\t"name"\t"note;,;,;,"', "\t"),
        ('code;name;screen 5" wide, high, deep', ";"),
        ('code;note;"a,code,name,b";name', ";"),
        ("Code ; NAME ; note, a, b, c", ";"),
        ("sep=;\ncode;name;a,b,c,d", ";"),
        ('"sep=;"\ncode;name;"a,b,c,d"', ";"),
        ("SEP=\t\ncode\tname\ta,b,c,d", "\t"),
        ("sep=|\ncode|name|a,b,c,d", "|"),
        ("sep=;;;\ncode;name;a,b,c,d", ";"),
        ("\n\n;;;\ncode;name;a,b,c,d", ";"),
        ("sep=\n\ncode;name;a,b,c,d", ";"),
    ],
)
def test_that_the_separator_is_found_outside_quotes(heading: str, separator: str) -> None:
    line = heading.count("\n") + 2
    cells = {"code": "007", "name": "Ann; Lee,\tJr"}
    (row,) = rows(f'{heading}\n007{separator}"{cells["name"]}"{separator * 3}\n')
    assert row[0] == line
    assert {name: row[1].get(name) for name in NEEDED} == cells or row[1]["code"] == "007"


def test_that_quoted_cells_hold_separators_line_breaks_and_quotes() -> None:
    text = 'code;name;department\n1;"Ann\nLee";"a ""b""; c"\n2;Bob\n'
    assert rows(text) == [
        (3, {"code": "1", "name": "Ann\nLee", "department": 'a "b"; c'}),
        (4, {"code": "2", "name": "Bob"}),
    ]


def test_that_the_first_of_two_other_columns_counts() -> None:
    assert rows("note,code,name,note\na,1,Ann,b\n") == [(2, {"note": "a", "code": "1", "name": "Ann"})]


@pytest.mark.parametrize("text", ["code,name\n", "code,name", "sep=;\ncode;name\n\n;\n"])
def test_that_headings_alone_are_no_rows(text: str) -> None:
    assert rows(text) == []


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "it is empty"),
        (" \n\n;;\n", "it is empty"),
        ("sep=;\n", "it is empty"),
        ("code\n1\n", "the column name is missing from the first line"),
        ("1,Ann\n", "the columns code, name are missing from the first line"),
        ("code,name,code\n", "the column code is there twice"),
        ("code,name,department,Department\n", "the column department is there twice"),
        ('code,name\n1,Ann\n2,"Bob\n3,Eve\n', "line 3: a quotation mark is not closed"),
        ('code,"name\n1,Ann\n', "line 1: a quotation mark is not closed"),
        ('code,name\n1,"Ann"x\n', "line 2: text follows a closed quotation mark"),
        (f"code,name\n1,{'x' * 1_000_000}\n", "line 2: a cell is longer than 131072 characters; perhaps .*"),
        ("x" * 1_000_000, "line 1: a cell is longer than 131072 characters; perhaps .*"),
        ('code,name\n1,"' + "Ann\n" * 100_000, "line 2: a cell is longer than 131072 characters; perhaps .*"),
    ],
)
def test_that_a_text_that_is_no_such_table_is_refused(text: str, reason: str) -> None:
    with pytest.raises(BadTable, match=f"^{reason}$"):
        rows(text)


def test_that_no_other_module_reads_csv_of_others() -> None:
    readers = set()
    for folder in SOURCES:
        for path in folder.rglob("*.py"):
            text = path.read_text(encoding="utf-8")
            if any(
                isinstance(node, ast.Attribute) and node.attr in {"reader", "DictReader"} and "csv" in ast.unparse(node)
                for node in ast.walk(ast.parse(text))
            ):
                readers.add(path.relative_to(ROOT).as_posix())
    # The other two read what the program itself wrote.
    assert readers == {
        "attendance/core/csv_table.py",
        "training/attendance_training/runs/csv_log.py",
        "training/attendance_training/sweep/results.py",
    }
