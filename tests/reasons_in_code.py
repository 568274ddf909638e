"""Every text that goes into the catalogue ``errors``, found in the code."""

from __future__ import annotations

import ast
import importlib
import json
import pkgutil
from collections.abc import Iterator
from pathlib import Path

import attendance
from attendance import errors
from attendance.errors import AttendanceError
from attendance.resource_files import resource_path
from attendance.vision.packs.licences import INSIGHTFACE_LICENCE, UNKNOWN_LICENCE

ROOT = Path(attendance.__file__).resolve().parents[1]
SOURCES = (ROOT / "attendance", ROOT / "training" / "attendance_training")


def reasons() -> Iterator[tuple[Path, ast.Call]]:
    """Yield every ``Reason(...)`` outside of the module that makes them from errors and descriptions."""
    for folder in SOURCES:
        for path in sorted(set(folder.rglob("*.py")) - {Path(errors.__file__)}):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Reason":
                    yield path, node


def quoted_in_code() -> Iterator[tuple[Path, ast.expr]]:
    """Yield what every ``Reason.quoted(...)`` is given."""
    for folder in SOURCES:
        for path in sorted(folder.rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Call) and ast.unparse(node.func) == "Reason.quoted":
                    yield path, node.args[0]


def facts_in_code() -> Iterator[tuple[Path, ast.keyword]]:
    """Yield the facts that are given to errors by name; ``error`` is a class that was passed to a function."""
    raised = {cls.__name__ for cls in error_classes()} | {"error"}
    for folder in SOURCES:
        for path in sorted(folder.rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Call) and getattr(node.func, "id", "") in raised:
                    yield from ((path, fact) for fact in node.keywords)


def is_own_text(node: ast.expr) -> bool:
    """Tell whether an expression, or one of those it chooses from or is put together of, is a text in the code."""
    if isinstance(node, ast.BoolOp):
        return any(map(is_own_text, node.values))
    if isinstance(node, ast.IfExp):
        return is_own_text(node.body) or is_own_text(node.orelse)
    if isinstance(node, ast.BinOp):
        return is_own_text(node.left) or is_own_text(node.right)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        return is_own_text(node.func.value)
    return isinstance(node, ast.JoinedStr) or (isinstance(node, ast.Constant) and isinstance(node.value, str))


def templates() -> set[str]:
    """Return the templates of all reasons; the empty one has no words."""
    found = {node.args[0].value for _, node in reasons() if node.args and isinstance(node.args[0], ast.Constant)}
    return {str(text) for text in found if text}


def error_classes() -> list[type[AttendanceError]]:
    """Return the exception tree of the application and of the training side; a test elsewhere may define one more."""
    modules = {errors.__name__}
    for module in pkgutil.iter_modules(errors.__path__, f"{errors.__name__}."):
        modules.add(importlib.import_module(module.name).__name__)
    modules.add(importlib.import_module("attendance_training.errors").__name__)

    def descendants(cls: type[AttendanceError]) -> Iterator[type[AttendanceError]]:
        yield cls
        for child in cls.__subclasses__():
            yield from descendants(child)

    found = {cls: None for cls in descendants(AttendanceError) if cls.__module__ in modules}
    return [cls for cls in found if cls.__name__ != "TrainingSideError"]


def pack_texts() -> set[str]:
    """Return the titles and licences that packs are shown with, and on what those of the program were measured."""
    texts = {INSIGHTFACE_LICENCE.name, INSIGHTFACE_LICENCE.text, UNKNOWN_LICENCE.name}
    for path in resource_path("models").glob("*/manifest.json"):
        manifest = json.loads(path.read_text(encoding="utf-8"))
        texts |= {manifest["title"], manifest["licence"]["name"], manifest["calibration"]["data"]}
    return texts
