"""Modules, files and folders that pages and docstrings name are there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.reasons_in_code import SOURCES
from tests.unit.test_docs import FILES, ROOT

ROOMS = sorted(path.parent.name for path in (ROOT / "attendance").glob("*/__init__.py"))
TOPS = ("attendance", "docs", "packaging", "resources", "scripts", "tests", "training")
# ``core.packs.format``, ``attendance_training.losses``; a key of the settings such as `attendance.zone` is none.
MODULE = re.compile(rf"`((?:attendance_training|(?:attendance\.)?(?:{'|'.join(ROOMS)}))(?:\.\w+)+)`")
# A path from the top or within the application; with * < > or XX it is a pattern.
PLACE = re.compile(rf"`((?:{'|'.join((*TOPS, *ROOMS))})/[\w./{{}},-]*)`")


def fault_of_module(name: str) -> str | None:
    """Return the part of a dotted name that is nowhere, None when each is a package, a module or a word in it."""
    folder = ROOT / "training" if name.startswith("attendance_training") else ROOT
    parts = name.split(".") if name.startswith("attendance") else ["attendance", *name.split(".")]
    for number, part in enumerate(parts):
        if (folder / part).is_dir():
            folder /= part
            continue
        inner = parts[number:]
        file = folder / f"{part}.py"
        if file.is_file():
            inner = inner[1:]
        else:
            file = folder / "__init__.py"
        text = file.read_text(encoding="utf-8")
        return next((word for word in inner if not re.search(rf"\b{word}\b", text)), None)
    return None


def spelled_out(place: str) -> Iterator[str]:
    """Yield the paths of a name such as a/{b,c}.py."""
    found = re.search(r"\{([^}]*)\}", place)
    if found is None:
        yield place
        return
    for choice in found[1].split(","):
        yield from spelled_out(place[: found.start()] + choice + place[found.end() :])


def is_there(place: str) -> bool:
    return (ROOT / place).exists() or (ROOT / "attendance" / place).exists()


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_that_every_place_named_in_a_page_is_there(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    modules = {name: part for name in MODULE.findall(text) if (part := fault_of_module(name))}
    places = [one for name in PLACE.findall(text) if "XX" not in name for one in spelled_out(name) if not is_there(one)]
    assert (modules, places) == ({}, [])


def test_that_every_module_named_in_the_code_is_there() -> None:
    found = 0
    lost = []
    for folder in SOURCES:
        for path in sorted(folder.rglob("*.py")):
            for name in MODULE.findall(path.read_text(encoding="utf-8")):
                own = f"{folder.name}.{name}" if (folder / name.partition(".")[0]).is_dir() else name
                found += 1
                if part := fault_of_module(own):
                    lost.append(f"{path.relative_to(ROOT)}: {name} ({part})")
    assert found > 10
    assert not lost


def test_that_what_is_not_there_is_noticed() -> None:
    assert fault_of_module("services.report_service.ReportService") == "report_service"
    assert fault_of_module("services.reports.service.NoSuchService") == "NoSuchService"
    assert fault_of_module("services.reports.service.ReportService") is None
    assert not is_there("core/no_such_module.py")
    assert list(spelled_out("data/{a,b}_c.py")) == ["data/a_c.py", "data/b_c.py"]
