"""The facts inside errors, provider reports and licences speak the language of the window."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

import attendance
from attendance import errors
from attendance.core.recognition.quality import EnrolmentGate
from attendance.core.types import StreamState
from attendance.resource_files import resource_path
from attendance.ui.i18n import LanguageSwitch
from attendance.ui.kiosk.health import KioskHealth
from attendance.ui.messages import error_text
from attendance.ui.reasons import fixed_text, reason_text
from attendance.vision import onnx_session
from attendance.vision.packs.insightface import INSIGHTFACE_LICENCE, UNKNOWN_LICENCE

SOURCE = Path(attendance.__file__).parent
# Seen on the command line only, or translated where they are said.
_WITHOUT_WINDOW = {"cli", "demo", "ui"}
# What is wrong inside a model file: for whoever made it.
_TECHNICAL = {"mtcnn.py", "scrfd.py", "embedder.py"}


def _texts(node: ast.expr) -> Iterator[str]:
    """Yield the texts an expression may give; a value inside an f-string is written ``{}``."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.IfExp):
        yield from (*_texts(node.body), *_texts(node.orelse))
    elif isinstance(node, ast.JoinedStr):
        yield "".join(str(part.value) if isinstance(part, ast.Constant) else "{}" for part in node.values)


def _given_reasons(node: ast.AST) -> list[ast.expr]:
    if isinstance(node, ast.keyword) and node.arg == "reason":
        return [node.value]
    if isinstance(node, ast.Assign) and any(getattr(t, "id", "") == "reason" for t in node.targets):
        return [node.value]
    if isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "broken":
        return node.args[:1]
    if isinstance(node, ast.FunctionDef) and node.name == "_nothing_to_show":
        return [n.value for n in ast.walk(node) if isinstance(n, ast.Return) and n.value is not None]
    return []


def reasons_in_code() -> set[tuple[str, str]]:
    """Return file name and text of every reason that the layers below the windows give."""
    found = set()
    for path in SOURCE.rglob("*.py"):
        if path.relative_to(SOURCE).parts[0] not in _WITHOUT_WINDOW:
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                found |= {(path.name, text) for value in _given_reasons(node) for text in _texts(value)}
    return found


def quality_words() -> set[str]:
    tree = ast.parse((SOURCE / "core" / "recognition" / "quality.py").read_text(encoding="utf-8"))
    gate = next(n for n in ast.walk(tree) if isinstance(n, ast.ClassDef) and n.name == EnrolmentGate.__name__)
    pairs = [n.elts[1] for n in ast.walk(gate) if isinstance(n, ast.Tuple) and len(n.elts) == 2]
    return {text for node in pairs for text in _texts(node)}


def bundled_texts() -> set[str]:
    manifest = json.loads(resource_path("models", "bundled", "manifest.json").read_text(encoding="utf-8"))
    return {manifest["title"], manifest["licence"]["name"]}


def fixed_reasons() -> set[str]:
    """Return every text without a value that reaches a window from below."""
    texts = {text for _, text in reasons_in_code() if "{}" not in text}
    return texts | quality_words() | bundled_texts() | {INSIGHTFACE_LICENCE.name, UNKNOWN_LICENCE.name}


def is_chinese(text: str) -> bool:
    return re.search(r"[\u4e00-\u9fff]", text) is not None


@pytest.fixture
def chinese(qapp: QApplication) -> None:
    LanguageSwitch.instance().set_language("zh_CN")


def test_that_the_scan_sees_the_reasons() -> None:
    assert {"the file is empty", "no photograph given", "blurred", "licence unknown"} <= fixed_reasons()
    assert ("manifest_file.py", "{} does not exist") in reasons_in_code()


@pytest.mark.usefixtures("chinese")
def test_that_every_fixed_reason_is_translated() -> None:
    assert [text for text in sorted(fixed_reasons()) if not is_chinese(fixed_text(text))] == []


@pytest.mark.usefixtures("chinese")
def test_that_every_reason_with_values_is_translated_and_keeps_them() -> None:
    for name, text in sorted(reasons_in_code()):
        parts = text.split("{}")
        # A reason that is nothing but values has no words; the columns of a table have a test of their own.
        if len(parts) == 1 or name in _TECHNICAL or not "".join(parts).strip(": ") or text.startswith("the {} {} is"):
            continue
        values = [f"V{number}" for number in range(len(parts) - 1)]
        said = reason_text("".join(p + v for p, v in zip(parts, [*values, ""], strict=True)))
        assert is_chinese(said), text
        assert all(value in said for value in values), text


@pytest.mark.usefixtures("chinese")
@pytest.mark.parametrize("word", ["column code", "columns code, name"])
def test_that_columns_of_a_table_keep_their_names(word: str) -> None:
    assert reason_text(f"the {word} is missing from the first line") == f"第一行缺少列 {word.partition(' ')[2]}"


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
    inner = "The installed onnxruntime has no CUDA support."

    assert reason_text(f"CUDA was asked for but is not to be had. {inner}").endswith(
        "已安装的 onnxruntime 不支持 CUDA。"
    )
    assert reason_text("/a/b.csv cannot be read (Permission denied)") == "/a/b.csv 无法读取（没有权限）"


@pytest.mark.usefixtures("chinese")
def test_that_errors_are_told_without_english_and_with_names_as_they_are() -> None:
    assert error_text(errors.ImageUnreadable(path="li.jpg", reason="the file is empty"))[0] == (
        "li.jpg 不是可读取的图片（文件为空）。"
    )
    where = errors.EnrolmentError(where="line 3, 5", reason="no photograph given")
    assert error_text(where)[0].startswith("第 3, 5 行")
    taken = errors.DuplicateCode(person_code="code", other_name="name")
    assert "name" in error_text(taken)[0]


@pytest.mark.usefixtures("chinese")
def test_that_a_foreign_text_stays_as_it_is() -> None:
    assert reason_text("CUDNN_STATUS_NOT_INITIALIZED") == "CUDNN_STATUS_NOT_INITIALIZED"


def test_that_english_stays_word_for_word(qapp: QApplication) -> None:
    for reason in ("/a does not exist", "the columns code, name is missing from the first line", "line 3: bad {quote}"):
        assert reason_text(reason) == reason


@pytest.mark.usefixtures("chinese")
def test_that_the_kiosks_health_gives_the_provider_and_the_pack_in_words() -> None:
    health = KioskHealth("running", StreamState.LIVE, "", 0, None)

    lines = health.lines("CPUExecutionProvider: The settings ask for the CPU.\nBundled pack (MTCNN + dense112_wide)")

    assert lines[-2:] == ["CPUExecutionProvider: 设置中指定使用 CPU。", "内置模型包（MTCNN + dense112_wide）"]


def test_that_no_window_speaks_of_the_command_lines_switches() -> None:
    assert "--" not in errors.DuplicatePerson.hint_template
