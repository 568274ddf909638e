"""Reasons, provider reports and licences speak the language of the window."""

from __future__ import annotations

import ast
import re
import string

import pytest
from PySide6.QtWidgets import QApplication

from attendance.core.types import StreamState
from attendance.errors import Reason
from attendance.errors.people import DuplicateCode, DuplicatePerson, EnrolmentError
from attendance.errors.pictures import ImageUnreadable
from attendance.reporting.words import word_of
from attendance.services.door.answers import FORGOTTEN_REASON
from attendance.services.hours.corrections import DISPUTE_REASON, UNDO_REASON
from attendance.ui.i18n import LanguageSwitch
from attendance.ui.kiosk.health import KioskHealth
from attendance.ui.messages import error_text, joined
from attendance.ui.reasons import fixed_text, reason_text
from attendance.vision import onnx_session
from tests.reasons_in_code import facts_in_code, is_own_text, pack_texts, quoted_in_code, reasons, templates


def is_chinese(text: str) -> bool:
    return re.search(r"[\u4e00-\u9fff]", text) is not None


def names_of(template: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(template) if name}


@pytest.fixture
def chinese(qapp: QApplication) -> None:
    LanguageSwitch.instance().set_language("zh_CN")


def test_that_every_reason_in_the_code_has_a_template_and_gives_it_its_values() -> None:
    found = 0
    for path, node in reasons():
        where = f"{path}:{node.lineno}"
        assert len(node.args) == 1, where
        assert isinstance(node.args[0], ast.Constant), f"{where}: the catalogue cannot hold a template made at run time"
        assert names_of(str(node.args[0].value)) == {keyword.arg for keyword in node.keywords}, where
        found += 1
    assert found > 300


def test_that_only_words_of_others_are_quoted() -> None:
    found = list(quoted_in_code())
    own = [f"{path}:{node.lineno}" for path, node in found if is_own_text(node)]

    assert len(found) > 20
    assert not own, "a text of ours is a template with values: Reason(...)"


def test_that_no_error_gets_words_as_a_text() -> None:
    names = {"key", "path", "pack"}  # of settings, files and packs: the same in every language
    given = [(path, fact) for path, fact in facts_in_code() if fact.arg not in names]
    texts = [f"{path}:{fact.value.lineno}" for path, fact in given if is_own_text(fact.value)]

    assert len(given) > 300
    assert not texts, "no catalogue can hold it: Reason(...)"


@pytest.mark.parametrize(
    ("code", "is_own"),
    [
        ("f'{a} b'", True),
        ("'a b'", True),
        ("err.strerror or 'unknown'", True),
        ("'it is: ' + str(err)", True),
        ("'{} failed'.format(a)", True),
        ("str(err)", False),
        ("getattr(err, 'strerror', None) or type(err).__name__", False),
        ("str(err).splitlines()[0]", False),
    ],
)
def test_that_a_text_of_ours_is_told_from_others(code: str, is_own: bool) -> None:
    assert is_own_text(ast.parse(code, mode="eval").body) is is_own


@pytest.mark.usefixtures("chinese")
def test_that_every_reason_is_translated_and_keeps_its_values() -> None:
    for template in sorted(templates() | pack_texts()):
        words = re.sub(r"\{\w+\}", "", template)
        if not re.search(r"[A-Za-z]", words):
            continue
        values = {name: f"V{number}" for number, name in enumerate(sorted(names_of(template)))}
        said = reason_text(Reason(template, **values))
        assert is_chinese(said), template
        assert all(value in said for value in values.values()), template


@pytest.mark.usefixtures("chinese")
@pytest.mark.parametrize(
    ("active", "provider", "tried", "printed"),
    [
        (onnx_session.CUDA, "auto", True, ""),
        (onnx_session.CPU, "cpu", False, ""),
        (onnx_session.CPU, "auto", False, ""),
        (onnx_session.CPU, "cuda", False, ""),
        (onnx_session.CPU, "auto", True, ""),
        (onnx_session.CPU, "cuda", True, ""),
    ],
)
def test_that_every_provider_reason_is_translated(
    monkeypatch: pytest.MonkeyPatch, active: str, provider: str, tried: bool, printed: str
) -> None:
    monkeypatch.setattr(onnx_session.ctypes, "CDLL", lambda _path: None)  # as if no library were missing
    report = onnx_session._report(active, provider, tried, printed)

    said = reason_text(report.reason)

    assert is_chinese(said)
    assert set(re.findall(r"[A-Za-z]+", said)) <= {"CUDA", "CPU", "onnxruntime", "NVIDIA", "post", "dev"}


@pytest.mark.usefixtures("chinese")
def test_that_reasons_within_reasons_are_translated() -> None:
    inner = Reason("The installed onnxruntime has no CUDA support.")
    outer = Reason("{cause} The CPU is used.", cause=inner)
    assert reason_text(outer) == "已安装的 onnxruntime 不支持 CUDA。改用 CPU。"
    denied = Reason("{path} cannot be read ({cause})", path="/a/b.csv", cause=Reason.quoted("Permission denied"))
    assert reason_text(denied) == "/a/b.csv 无法读取（没有权限）"


@pytest.mark.usefixtures("chinese")
def test_that_several_values_stand_with_the_commas_of_the_language() -> None:
    missing = Reason("the columns {names} are missing from the first line", names=["code", "name"])
    assert reason_text(missing) == "第一行缺少列 code、name"
    assert str(missing) == "the columns code, name are missing from the first line"


@pytest.mark.usefixtures("chinese")
@pytest.mark.parametrize("stored", [UNDO_REASON, DISPUTE_REASON, FORGOTTEN_REASON])
def test_that_what_the_kiosk_stores_with_a_correction_is_shown_in_the_windows_language(stored: str) -> None:
    assert is_chinese(fixed_text(stored))
    assert is_chinese(word_of("reason", stored, "zh_CN"))
    assert word_of("reason", stored, "en") == stored


@pytest.mark.usefixtures("chinese")
def test_that_errors_are_told_without_english_and_with_names_as_they_are() -> None:
    empty = ImageUnreadable(path="li.jpg", reason=Reason("the file is empty"))
    assert error_text(empty)[0] == "li.jpg 不是可读取的图片（文件为空）。"
    line = Reason("line {line}", line=[3, 5])
    assert error_text(EnrolmentError(where=line, reason=Reason("no photograph given")))[0].startswith("第 3、5 行")
    taken = DuplicateCode(person_code="code", other_name="name")
    assert "name" in error_text(taken)[0]


@pytest.mark.usefixtures("chinese")
@pytest.mark.parametrize("text", ["CUDNN_STATUS_NOT_INITIALIZED", "an {unknown} brace", "half a } brace"])
def test_that_a_foreign_text_stays_as_it_is(text: str) -> None:
    assert reason_text(Reason.quoted(text)) == text


def test_that_english_stays_word_for_word(qapp: QApplication) -> None:
    for reason in (
        Reason("{path} does not exist", path="/a"),
        Reason("the columns {names} are missing from the first line", names=["code", "name"]),
        Reason("line {line}: {cause}", line=3, cause=Reason.quoted("bad {quote}")),
    ):
        assert reason_text(reason) == str(reason)


@pytest.mark.usefixtures("chinese")
def test_that_the_kiosks_health_gives_the_provider_and_the_pack_in_words() -> None:
    health = KioskHealth("running", StreamState.LIVE, "", 0)
    title = Reason.quoted("Bundled pack (MTCNN + MobileFaceNet)")
    cpu = Reason("The settings ask for the CPU.")

    lines = health.lines([Reason("{provider}: {reason}", provider="CPUExecutionProvider", reason=cpu), title])

    assert lines[-2:] == ["CPUExecutionProvider：设置中指定使用 CPU。", "内置模型包（MTCNN + MobileFaceNet）"]


def test_that_no_window_speaks_of_the_command_lines_switches() -> None:
    assert "--" not in DuplicatePerson.hint_template


def test_that_a_fixed_text_nobody_knows_stays(qapp: QApplication) -> None:
    assert fixed_text("Somebody's pack") == "Somebody's pack"


@pytest.mark.parametrize(
    ("sentences", "text"),
    [
        (("One.", "Two."), "One. Two."),
        (("One.", "", "Two."), "One. Two."),
        (("第一句。", "第二句。"), "第一句。第二句。"),
        (("第一句。", "", "Name."), "第一句。Name."),
        ((), ""),
    ],
)
def test_that_no_blank_follows_a_full_width_stop(sentences: tuple[str, ...], text: str) -> None:
    assert joined(*sentences) == text
