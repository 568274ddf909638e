"""What is refused of a pack before it is taken: models that never end, and those that know nobody."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from attendance.core.packs.manifest_file import write_manifest
from attendance.errors.models import ModelContractBroken, ModelMissing
from attendance.resource_files import resource_path
from attendance.vision.packs import trial
from attendance.vision.packs.insightface import infer_manifest
from attendance.vision.packs.loading import load_pack
from attendance.vision.packs.store import ModelStore
from attendance.vision.packs.trial import examine, run_apart, run_here
from tests.onnx_graphs import save_endless, save_recognizer, save_scrfd
from tests.unit.vision.packs.pack_folders import make_pack

BUNDLED = resource_path("models", "bundled")


def test_that_the_bundled_pack_knows_the_people_of_a_known_photograph() -> None:
    examine(load_pack(BUNDLED, provider="cpu", threads=1), BUNDLED)


def test_that_a_pack_that_finds_nobody_is_refused(tmp_path: Path) -> None:
    folder = make_pack(tmp_path / "office", with_manifest=True)
    run_here(folder)  # its models run, but that is all
    with pytest.raises(ModelContractBroken, match="its detector finds 0 faces in a photograph of 6"):
        examine(load_pack(folder, provider="cpu", threads=1), folder)


def test_that_a_recognizer_that_takes_people_for_others_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pack = load_pack(BUNDLED, provider="cpu", threads=1)
    rng = np.random.default_rng(1)
    monkeypatch.setattr(type(pack.embedder), "embed", lambda _, crops: rng.normal(size=(len(crops), 8)))
    with pytest.raises(ModelContractBroken, match="of 6 people in a photograph for others"):
        examine(pack, BUNDLED)


@pytest.mark.parametrize(
    ("rows", "mistaken"),
    [
        ([[0.9, 0.1], [0.2, 0.8]], 0),
        ([[0.9, 0.95], [0.2, 0.8]], 1),
        ([[1.0, 1.0], [1.0, 1.0]], 2),  # everybody alike
        ([[float("nan"), 0.1], [0.2, 0.8]], 1),
    ],
)
def test_that_whoever_is_not_most_like_himself_is_mistaken(rows: list[list[float]], mistaken: int) -> None:
    assert trial._mistaken(np.asarray(rows, np.float32)) == mistaken


def test_that_nothing_is_looked_at_without_the_photograph(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trial, "_GROUP", ("no_such_package", "x.jpg"))
    folder = make_pack(tmp_path / "office", with_manifest=True)
    examine(load_pack(folder, provider="cpu", threads=1), folder)


@pytest.mark.parametrize("factor", [0.0, float("nan")])
def test_that_a_recognizer_without_an_answer_is_refused(tmp_path: Path, factor: float) -> None:
    folder = tmp_path / "office"
    folder.mkdir()
    save_scrfd(folder / "det.onnx")
    save_recognizer(folder / "rec.onnx", factor=factor)
    with pytest.raises(ModelContractBroken, match="zeros or of values that are not finite"):
        run_here(folder)


# --- in a process of its own -------------------------------------------------------------------------


@pytest.fixture
def endless(tmp_path: Path) -> Path:
    folder = tmp_path / "endless"
    folder.mkdir()
    save_scrfd(folder / "det.onnx")
    save_endless(folder / "rec.onnx")
    write_manifest(folder, infer_manifest(folder))
    return folder


def test_that_a_model_that_never_ends_is_ended(endless: Path, tmp_path: Path) -> None:
    store = ModelStore(tmp_path / "models", BUNDLED, trial=lambda folder: run_apart(folder, limit_s=6.0))
    with pytest.raises(ModelContractBroken, match="cannot be tried: it was not done after 6 s"):
        store.import_pack(endless)
    assert list((tmp_path / "models").glob("[!.]*")) == []


def test_that_an_installed_pack_is_tried_before_it_is_used(endless: Path, tmp_path: Path) -> None:
    (tmp_path / "models").mkdir()
    endless.rename(tmp_path / "models" / "endless")
    store = ModelStore(tmp_path / "models", BUNDLED, trial=lambda folder: run_apart(folder, limit_s=6.0))
    with pytest.raises(ModelContractBroken, match="was not done after"):
        store.try_out("endless")
    store.try_out("bundled")


def test_that_an_error_of_the_other_process_is_the_same_error(tmp_path: Path) -> None:
    folder = make_pack(tmp_path / "office", with_manifest=True)
    with pytest.raises(ModelContractBroken, match="its detector finds 0 faces") as caught:
        run_apart(folder)
    assert caught.value.facts["pack"] == "office"
    (folder / "rec.onnx").unlink()
    with pytest.raises(ModelMissing):
        run_apart(folder)
