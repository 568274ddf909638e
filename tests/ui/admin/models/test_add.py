"""A model from a file or folder."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QLocale, Qt
from PySide6.QtWidgets import QComboBox
from pytestqt.qtbot import QtBot

from attendance.core.packs.custom_recognizer import CustomRecognizer
from attendance.errors import Reason
from attendance.errors.models import CustomValueWrong, ModelMissing
from attendance.errors.storage import StorageError
from tests.ui.admin.models.steps import UNCALIBRATED, OpenPage, accept, choose, fill_onnx, speak_chinese, window_of
from tests.ui.admin.models.world import MINE, ModelsWorld
from tests.ui.admin.opening import wait


def test_that_a_pack_is_brought_in_and_chosen(open_page: OpenPage, qtbot: QtBot) -> None:
    world = ModelsWorld()
    page = open_page(world)
    page.add.click()
    assert page.form.path.hasFocus()
    qtbot.keyClicks(page.form.path, "/stick/mine.zip")
    assert not page.form.onnx.isVisible()
    qtbot.keyClick(page.form.path, Qt.Key.Key_Return)
    wait(qtbot, page)

    assert world.models.store.calls == [("import", Path("/stick/mine.zip"))]
    assert page.outcome.label.text() == "mine is installed. Nothing has changed at the door yet."
    assert page.outcome.hint.text() == UNCALIBRATED
    assert page.card.isVisible()
    assert page.card.heading.text() == "mine"
    assert page.form.path.text() == ""


def test_that_nothing_chosen_is_told_at_the_field(open_page: OpenPage, qtbot: QtBot) -> None:
    world = ModelsWorld()
    page = open_page(world)
    page.add.click()
    page.form.add.click()
    assert page.form.path_field.line.text() == "⚠ Choose a file or a folder first."
    assert world.models.store.calls == []


def test_that_a_single_file_asks_what_it_does_not_say(open_page: OpenPage, qtbot: QtBot) -> None:
    world = ModelsWorld()
    page = open_page(world)
    fill_onnx(page)
    onnx = page.form.onnx
    assert onnx.isVisible()
    assert onnx.name.text() == "R50-final"
    assert onnx.preset.currentText() == "ArcFace, InsightFace"
    choose_in(onnx.preset, "To values from 0 to 1")
    assert (onnx.mean.text(), onnx.std.text()) == ("0", "255")
    onnx.std.clear()
    qtbot.keyClicks(onnx.std, "200")
    assert onnx.preset.currentText() == "Other values"
    choose_in(onnx.colour, "Blue, green, red (BGR)")
    onnx.side_px.setText("128")
    qtbot.mouseClick(onnx.may_be_used.label, Qt.MouseButton.LeftButton)
    page.form.add.click()
    wait(qtbot, page)

    given = CustomRecognizer("R50-final", 0.0, 200.0, 128, "bgr", "MIT, by ourselves\nAll of it.", may_be_used=True)
    assert world.models.store.calls == [("recognizer", Path("/models/R50 (final).onnx"), given)]
    page.add.click()
    assert (onnx.name.text(), onnx.licence.toPlainText(), onnx.may_be_used.check.isChecked()) == ("", "", False)
    assert (onnx.mean.text(), onnx.preset.currentText()) == ("127.5", "ArcFace, InsightFace")


def choose_in(box: QComboBox, text: str) -> None:
    place = box.findText(text)
    assert place >= 0
    box.setCurrentIndex(place)
    box.activated.emit(place)


def test_that_a_name_that_was_typed_is_kept_with_another_file(open_page: OpenPage, qtbot: QtBot) -> None:
    page = open_page(ModelsWorld())
    fill_onnx(page)
    page.form.onnx.name.clear()
    qtbot.keyClicks(page.form.onnx.name, "ours")
    page.form.path.setText("/models/other.onnx")
    assert page.form.onnx.name.text() == "ours"


def test_that_each_mistake_stands_at_its_field_in_the_windows_language(open_page: OpenPage, qtbot: QtBot) -> None:
    world = ModelsWorld()
    page = open_page(world)
    fill_onnx(page)
    onnx = page.form.onnx
    for box, text in ((onnx.name, "a b"), (onnx.mean, "x"), (onnx.std, "0"), (onnx.side_px, "1.5")):
        box.setText(text)
    page.form.add.click()

    said = {key: field.line.text() for key, field in onnx.fields.items() if field.has_error}
    assert said == {
        "name": "⚠ The name of a pack holds letters, digits, '-', '_' and single dots inside",
        "mean": "⚠ Mean is a pixel value, 0 to 255",
        "std": "⚠ Std is a number above 0, at most 1000",
        "side_px": "⚠ The side is a number of pixels",
    }
    assert onnx.name.hasFocus()
    assert world.models.store.calls == []
    speak_chinese()
    assert onnx.fields["side_px"].line.text() == "⚠ 边长是像素数"
    onnx.name.setText("ab")
    page.form.add.click()
    assert not onnx.fields["name"].has_error
    assert onnx.fields["mean"].has_error


def test_that_numbers_are_read_as_the_language_writes_them(
    open_page: OpenPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = open_page(ModelsWorld())
    fill_onnx(page)
    before = QLocale()
    QLocale.setDefault(QLocale("de_DE"))
    page.form.onnx.mean.setText("127,5")
    page.form.onnx.std.setText("128.0")
    given = page.form.onnx.given()
    QLocale.setDefault(before)
    assert given is not None
    assert (given.mean, given.std) == (127.5, 128.0)


def test_that_what_the_file_contradicts_is_told_at_its_field_and_nothing_is_lost(
    open_page: OpenPage, qtbot: QtBot
) -> None:
    world = ModelsWorld()
    reason = Reason("the file has a side of {found} pixels, not {side}", found=112, side=128)
    world.models.store.error = CustomValueWrong(pack="mine", key="side_px", reason=reason)
    page = open_page(world)
    fill_onnx(page)
    page.form.onnx.side_px.setText("128")
    page.form.add.click()
    wait(qtbot, page)

    assert page.form.isVisible()
    assert page.form.onnx.fields["side_px"].line.text() == "⚠ The file has a side of 112 pixels, not 128"
    assert page.form.onnx.side_px.hasFocus()
    assert page.form.onnx.licence.toPlainText() == "MIT, by ourselves\nAll of it."
    world.models.store.error = None
    page.form.onnx.side_px.clear()
    page.form.add.click()
    wait(qtbot, page)
    assert page.outcome.label.text().startswith("R50-final is installed")


def test_that_a_file_that_cannot_be_used_is_told_at_the_path(open_page: OpenPage, qtbot: QtBot) -> None:
    world = ModelsWorld()
    missing = Reason("{path} does not exist", path="/models/R50 (final).onnx")
    world.models.store.error = ModelMissing(pack="mine", reason=missing)
    page = open_page(world)
    fill_onnx(page)
    page.form.add.click()
    wait(qtbot, page)
    assert "R50 (final).onnx does not exist" in page.form.path_field.line.text()
    speak_chinese()
    assert "R50 (final).onnx 不存在" in page.form.path_field.line.text()
    page.form.path.setText("/models/else.onnx")
    assert not page.form.path_field.has_error


def test_that_a_full_disk_is_told_beside_the_button(open_page: OpenPage, qtbot: QtBot) -> None:
    world = ModelsWorld()
    world.models.store.error = StorageError(path="models", reason=Reason("gone"))
    page = open_page(world)
    fill_onnx(page)
    page.form.add.click()
    wait(qtbot, page)
    assert page.form.notice.label.text() == "models: gone"
    assert page.form.path.text() == "/models/R50 (final).onnx"


def test_that_what_was_typed_waits_while_something_else_is_looked_at(open_page: OpenPage, qtbot: QtBot) -> None:
    page = open_page(ModelsWorld(MINE))
    fill_onnx(page)
    page.form.close_button.click()
    assert page.side.isHidden()
    choose(qtbot, page, "mine")
    window_of(page).navigation.open_page(window_of(page).people)
    window_of(page).navigation.open_page(page)
    page.add.click()
    assert page.form.onnx.name.text() == "R50-final"
    assert page.form.onnx.licence.toPlainText().startswith("MIT")


def test_that_the_end_of_a_work_does_not_take_the_form_away(open_page: OpenPage, qtbot: QtBot) -> None:
    world = ModelsWorld()
    world.models.store.hold = True
    page = open_page(world)
    accept(page)
    page.catalogue.download.click()
    qtbot.waitUntil(lambda: bool(world.models.store.calls))
    fill_onnx(page)
    world.models.store.may_go_on.set()
    wait(qtbot, page)
    assert page.outcome.label.text().startswith("buffalo_l is installed")
    assert page.form.isVisible()
    assert page.form.onnx.licence.toPlainText().startswith("MIT")
