from __future__ import annotations

import ast

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QTextDocument
from PySide6.QtWidgets import QApplication

from attendance.core.types import Person
from attendance.ui.admin.people.model import PeopleColumn, PeopleModel
from attendance.ui.plain_tip import plain_tip
from tests.reasons_in_code import ROOT

UI = ROOT / "attendance" / "ui"
PLAIN = {"translate", "plain_tip"}


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("<img src='http://elsewhere/x.png'>Ann", "<img src='http://elsewhere/x.png'>Ann"),
        ("<b>A & B</b>\nLab", "<b>A & B</b>\nLab"),
        ("\x1b[2J\u202eAnn", r"\x1b[2J\u202eAnn"),
    ],
)
def test_that_a_tool_tip_is_read_letter_by_letter(qapp: QApplication, text: str, read: str) -> None:
    document = QTextDocument()
    tip = plain_tip(text)
    if tip.startswith("<"):
        document.setHtml(tip)
    else:
        document.setPlainText(tip)
    assert document.toPlainText() == read


def test_that_ordinary_words_are_left_as_they_are(qapp: QApplication) -> None:
    assert plain_tip("Zoë Müller < 3\nLab") == "Zoë Müller < 3\nLab"


def test_that_a_table_shows_a_name_and_no_html(qapp: QApplication) -> None:
    model = PeopleModel()
    model.set_rows([Person(1, "k1", "<b>Ann</b>")])
    tip = model.data(model.index(0, PeopleColumn.NAME), Qt.ItemDataRole.ToolTipRole)
    assert tip == "<qt>&lt;b&gt;Ann&lt;/b&gt;</qt>"


def is_plain(node: ast.expr) -> bool:
    """Tell whether a tool tip is a text of the program, or went through ``plain_tip``."""
    if isinstance(node, ast.IfExp):
        return is_plain(node.body) and is_plain(node.orelse)
    if isinstance(node, ast.Call):
        return ast.unparse(node.func) in PLAIN
    return isinstance(node, ast.Constant)


def test_that_no_tool_tip_goes_past_the_rule() -> None:
    past = []
    for path in UI.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            is_tip = isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
            if is_tip and node.func.attr == "setToolTip" and not is_plain(node.args[0]):  # type: ignore[attr-defined]
                past.append(f"{path.relative_to(UI)}:{node.lineno}")  # type: ignore[attr-defined]
    assert past == []
