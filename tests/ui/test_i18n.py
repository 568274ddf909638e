"""Every text of the windows is translated, in the .ts and in the compiled .qm, and can be switched at run time."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from xml.etree import ElementTree

import pytest
from PySide6.QtCore import QCoreApplication, QLocale, QTranslator
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

import attendance.ui
from attendance.errors.cameras import CameraNotFound
from attendance.resource_files import resource_path
from attendance.ui import messages
from attendance.ui.i18n import CATALOGUES, LanguageSwitch, locale_for
from attendance.ui.messages import error_text
from tests.reasons_in_code import error_classes, pack_texts, templates

UI = Path(attendance.ui.__file__).parent
PLACEHOLDER = re.compile(r"\{[^}]*\}|%\w")
TRANSLATING = {"translate", "QT_TRANSLATE_NOOP"}


def code_sources() -> dict[str, set[str]]:
    """Return the texts that the code asks for, by catalogue.

    ``translate(catalogue, text)`` and ``QT_TRANSLATE_NOOP(catalogue, text)`` name it; ``tr(text)`` has the class as
    context and belongs to the admin window's catalogue.
    """
    found: dict[str, set[str]] = {name: set() for name in CATALOGUES}
    for path in sorted(UI.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call):
                continue
            name = getattr(node.func, "attr", getattr(node.func, "id", ""))
            texts = [arg.value for arg in node.args if isinstance(arg, ast.Constant) and isinstance(arg.value, str)]
            if name in TRANSLATING and len(texts) >= 2:
                found[texts[0] if texts[0] in found else "admin"].add(texts[1])
            elif name == "tr" and texts:
                found["admin"].add(texts[0])
    return found


def wanted(catalogue: str) -> set[str]:
    texts = code_sources()[catalogue]
    if catalogue == "errors":
        for cls in error_classes():
            texts |= {cls.template, cls.hint_template}
        texts |= {messages.UNEXPECTED, messages.UNEXPECTED_HINT} | templates() | pack_texts()
    return texts


def ts_messages(catalogue: str) -> list[tuple[str, str, ElementTree.Element]]:
    """Return context, source text and translation of every message."""
    root = ElementTree.parse(resource_path("translations", f"{catalogue}_zh_CN.ts")).getroot()
    found = []
    for context in root.findall("context"):
        for message in context.findall("message"):
            translation = message.find("translation")
            assert translation is not None
            found.append((context.findtext("name") or "", message.findtext("source") or "", translation))
    return found


@pytest.mark.parametrize("catalogue", CATALOGUES)
def test_that_the_catalogue_holds_exactly_the_texts_of_the_code(catalogue: str) -> None:
    held = [(context, source) for context, source, _ in ts_messages(catalogue)]

    assert len(held) == len(set(held))
    assert {source for _, source in held} == wanted(catalogue)


@pytest.mark.parametrize("catalogue", CATALOGUES)
def test_that_every_translation_is_finished_and_keeps_its_placeholders(catalogue: str) -> None:
    for _, source, translation in ts_messages(catalogue):
        assert translation.get("type") is None, source
        for form in translation.findall("numerusform") or [translation]:
            assert (form.text or "").strip(), source
            assert sorted(PLACEHOLDER.findall(form.text or "")) == sorted(PLACEHOLDER.findall(source)), source


@pytest.mark.parametrize("catalogue", CATALOGUES)
def test_that_the_compiled_catalogue_is_that_of_the_ts(qapp: QApplication, catalogue: str) -> None:
    translator = QTranslator()
    assert translator.load(str(resource_path("translations", f"{catalogue}_zh_CN.qm")))

    for context, source, translation in ts_messages(catalogue):
        forms = translation.findall("numerusform")
        if forms:
            assert translator.translate(context, source, None, 2) == forms[-1].text
        else:
            assert translator.translate(context, source) == translation.text


def test_that_a_switch_changes_texts_at_once_and_back(qapp: QApplication, qtbot: QtBot) -> None:
    switch = LanguageSwitch.instance()

    with qtbot.waitSignal(switch.language_changed) as announced:
        switch.set_language("zh_CN")
    assert announced.args == ["zh_CN"]
    assert QCoreApplication.translate("kiosk", "Come a little closer") == "请再靠近一点"

    switch.set_language("en")
    assert QCoreApplication.translate("kiosk", "Come a little closer") == "Come a little closer"


def test_that_the_same_language_again_is_not_announced(qapp: QApplication, qtbot: QtBot) -> None:
    with qtbot.assertNotEmitted(LanguageSwitch.instance().language_changed):
        LanguageSwitch.instance().set_language("en")


def test_that_an_unknown_language_is_refused(qapp: QApplication) -> None:
    with pytest.raises(ValueError, match="unknown language 'fr'"):
        LanguageSwitch.instance().set_language("fr")


@pytest.mark.parametrize(("system", "expected"), [("zh_CN", "zh_CN"), ("zh_TW", "zh_CN"), ("de_DE", "en")])
def test_that_auto_takes_the_systems_language(
    qapp: QApplication, monkeypatch: pytest.MonkeyPatch, system: str, expected: str
) -> None:
    monkeypatch.setattr("attendance.ui.i18n._system_locale", lambda: QLocale(system))

    LanguageSwitch.instance().set_language("auto")

    assert LanguageSwitch.instance().current == expected


def test_that_dates_follow_the_language_and_the_systems_country(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("attendance.ui.i18n._system_locale", lambda: QLocale("en_GB"))

    assert locale_for("en") == QLocale("en_GB")
    assert locale_for("zh_CN") == QLocale("zh_CN")


def test_that_errors_are_told_in_the_windows_language_with_their_facts(qapp: QApplication) -> None:
    error = CameraNotFound(source="/dev/video7")
    assert error_text(error) == (error.user_text, error.hint)

    LanguageSwitch.instance().set_language("zh_CN")

    assert error_text(error)[0] == "在 /dev/video7 未找到摄像头。"


def test_that_a_bug_is_told_without_its_class_name(qapp: QApplication) -> None:
    what, hint = error_text(ZeroDivisionError("division by zero"))

    assert "ZeroDivision" not in what
    assert "log" in hint
