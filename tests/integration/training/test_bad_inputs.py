"""Bad inputs to the training: each one sentence and nothing lost, and the page that lists them says the same."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

pytest.importorskip("kornia")
pytest.importorskip("matplotlib")
pytest.importorskip("onnxscript")

from attendance_training import cli
from attendance_training.backbones import BACKBONES, Backbone
from tests.integration.training.bad_inputs import CASES, Bad, write_site
from tests.unit.training.loop.tiny import SIZE, Pooled

pytestmark = pytest.mark.needs_torch

PAGE = Path(__file__).parents[3] / "docs" / "results" / "bad-inputs.md"
AN_INDEX = ".faces.npz"
"""What is known of pictures that were read, beside them."""
Site = Callable[[], Path]


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("right") / "site"
    folder.mkdir()
    write_site(folder)
    return folder


@pytest.fixture
def site(template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder in which everything is right."""
    monkeypatch.setitem(BACKBONES, "pooled", Backbone("pooled", SIZE, Pooled, Pooled))
    folder = Path(shutil.copytree(template, tmp_path / "site"))
    monkeypatch.chdir(folder)
    return folder


def page_rows() -> list[list[str]]:
    lines = PAGE.read_text(encoding="utf-8").splitlines()
    return [line.strip("| ").split(" | ") for line in lines if line.startswith("| ") and "what is wrong" not in line]


def named(case: Bad) -> str:
    return f"{case.what}: {case.words.split()[0]}"


@pytest.mark.parametrize(("number", "case"), [*enumerate(CASES)], ids=map(named, CASES))
def test_that_bad_input_is_the_sentence_of_the_page_and_loses_nothing(
    number: int, case: Bad, site: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    case.spoil()
    before = files_of(site)
    monkeypatch.setattr(sys, "argv", ["attendance-train", *case.words.split()])
    capsys.readouterr()
    with monkeypatch.context() as patch:
        case.breaks(patch)
        with pytest.raises(SystemExit) as stop:
            cli.main()
    said = capsys.readouterr().err
    assert stop.value.code == 1, said
    assert "Traceback" not in said
    sentence, hint = said.splitlines()[-2:]
    assert hint.strip()
    row = [case.what, f"`{case.words}`", sentence]
    assert page_rows()[number] == row, f"the page should have: | {' | '.join(row)} |"
    after = files_of(site)
    assert {name: after.get(name) for name in before} == before
    new = {name for name in after if name not in before and Path(name).name != AN_INDEX}
    assert {Path(name).parts[0] for name in new} <= set(case.made)
    assert not [name for name in new if Path(name).suffix in {".tmp", ".tar", ".npz", ".json"}], "half of something"


def test_that_the_page_lists_these_and_no_others() -> None:
    assert [row[:2] for row in page_rows()] == [[case.what, f"`{case.words}`"] for case in CASES]
    assert f"to {len(CASES)} bad inputs" in PAGE.read_text(encoding="utf-8")


def files_of(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
