"""The report commands from the outside: files, exit codes, sentences."""

from __future__ import annotations

import json
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from attendance.core.types import FmrPoint
from attendance.resource_files import resource_path
from attendance_training import cli
from attendance_training.reports.alterations import ALTERATIONS
from attendance_training.reports.failure_sheet import load_face, rate_cases
from tests.onnx_graphs import save_recognizer
from tests.unit.training.packs.made_up import write_made_up

BUNDLED = resource_path("models", "bundled")
RACE = {0: "White", 1: "Black"}


def run(monkeypatch: pytest.MonkeyPatch, *arguments: object) -> int:
    monkeypatch.setattr("sys.argv", ["attendance-train", *map(str, arguments)])
    with pytest.raises(SystemExit) as stop:
        cli.main()
    return int(stop.value.code or 0)


def make_crops(count: int) -> NDArray[np.uint8]:
    cells = np.random.default_rng(7).integers(0, 256, (count, 4, 4, 3), dtype=np.uint8)
    return cells.repeat(28, axis=1).repeat(28, axis=2)


def write_shards(folder: Path, names: list[str]) -> Path:
    folder.mkdir()
    files = [cv2.imencode(".png", crop)[1].reshape(-1) for crop in make_crops(len(names))]
    teacher = np.random.default_rng(1).normal(size=(len(names), 64))
    np.savez(
        folder / "shard-00.npz",
        jpeg=np.concatenate(files),
        offset=np.cumsum([0, *(len(file) for file in files)], dtype=np.int64),
        name=np.array([name.encode() for name in names]),
        teacher=(teacher / np.linalg.norm(teacher, axis=1, keepdims=True)).astype(np.float16),
    )
    return folder


def write_pack(folder: Path, fmr: float = 1e-2) -> Path:
    folder.mkdir()
    save_recognizer(folder / "rec.onnx", size=16)
    return write_made_up(folder, [FmrPoint(fmr, threshold=0.4, low=0.3, high=0.5)])


def test_that_robustness_writes_a_row_for_each_alteration(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    names = [f"p{person}/{photo}.jpg" for person in range(6) for photo in range(2)]
    np.savez(tmp_path / "crops.npz", path=np.array(names), crop=make_crops(12), model_id=np.array("p:1"))
    ours, other = (save_recognizer(tmp_path / f"{name}.onnx", seed=seed) for name, seed in (("a", 1), ("b", 2)))
    arguments = ["robustness", "--crops", tmp_path / "crops.npz", "--far", 0.1, "-o", tmp_path / "r.v2"]
    assert run(monkeypatch, *arguments, "--recognizer", f"{ours},flip", "--reference", other) == 0
    report = json.loads((tmp_path / "r.v2.json").read_text(encoding="utf-8"))
    assert [one["flip_average"] for one in report["measured"]] == [True, False]
    for one in report["measured"]:
        assert [result["name"] for result in one["results"]] == ["none", *(a.name for a in ALTERATIONS)]
    text = (tmp_path / "r.v2.md").read_text(encoding="utf-8")
    assert text.count("| sunglasses |") == 2


def test_that_robustness_of_single_photographs_is_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    np.savez(tmp_path / "crops.npz", path=np.array(["a/1.jpg", "b/1.jpg"]), crop=make_crops(2))
    recognizer = save_recognizer(tmp_path / "a.onnx")
    arguments = ["--crops", tmp_path / "crops.npz", "--recognizer", recognizer, "-o", tmp_path / "r"]
    assert run(monkeypatch, "robustness", *arguments) == 1
    assert "two people with two photographs" in capsys.readouterr().err


def test_that_groups_counts_held_back_utkface_crops_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    names = [f"utkface/{20 + i % 50}_{i % 2}_{i // 2 % 2}_{i:017}.jpg" for i in range(1200)]
    names += [f"celeba/{i}.jpg" for i in range(300)]
    shards = write_shards(tmp_path / "crops", names)
    arguments = ["groups", "--crops", shards, "--pack", write_pack(tmp_path / "pack"), "-o", tmp_path / "g"]
    other = save_recognizer(tmp_path / "other.onnx", size=16, seed=3)
    assert run(monkeypatch, *arguments, "--reference", other) == 0
    report = json.loads((tmp_path / "g.json").read_text(encoding="utf-8"))
    assert 30 < report["pictures"] < 100
    rates = {group["group"]: group for group in report["pack"][0]["groups"]}
    assert rates["men"]["pictures"] + rates["women"]["pictures"] == rates["adults (18+)"]["pictures"]
    assert set(rates) >= set(RACE.values())
    assert report["pack"][0]["threshold"] == 0.4
    own, theirs = (report[key][0]["groups"][0]["fmr"]["value"] for key in ("pack", "reference"))
    assert own == pytest.approx(theirs, abs=1e-6)
    assert "| **adults (18+)** |" in capsys.readouterr().out


def test_that_groups_without_utkface_crops_or_operating_point_is_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    shards = write_shards(tmp_path / "crops", [f"celeba/{i}.jpg" for i in range(100)])
    pack = write_pack(tmp_path / "pack")
    assert run(monkeypatch, "groups", "--crops", shards, "--pack", pack, "-o", tmp_path / "g") == 1
    assert "only 0 held-back crops" in capsys.readouterr().err
    many = write_shards(tmp_path / "many", [f"utkface/30_0_0_{i:017}.jpg" for i in range(1000)])
    odd = write_pack(tmp_path / "odd", fmr=0.2)
    assert run(monkeypatch, "groups", "--crops", many, "--pack", odd, "-o", tmp_path / "g") == 1
    assert "operating point" in capsys.readouterr().err


def test_that_the_sheet_shows_the_clean_face_accepted_and_the_covered_one_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(monkeypatch, "failures", "--pack", BUNDLED, "-o", tmp_path / "sheet.png") == 0
    sheet = cv2.imread(str(tmp_path / "sheet.png"))
    assert sheet is not None
    assert sheet.shape[0] > 3 * 224
    assert sheet.shape[1] > 4 * 224
    lines = [line.split(" | ") for line in capsys.readouterr().out.splitlines() if line.startswith("| ")]
    verdicts = {line[0].strip("| "): line[2] for line in lines}
    assert verdicts["as it is"] == "accepted"
    assert verdicts["mask and sunglasses"] == "refused"


def test_that_the_sheet_tells_how_many_real_probes_fail(tmp_path: Path) -> None:
    from attendance_training.packs.recognizer import OnnxRecognizer

    recognizer = OnnxRecognizer(save_recognizer(tmp_path / "r.onnx"))
    cases = {case.name: case for case in rate_cases(recognizer, threshold=2.0, refused={"mask": 0.25})}
    assert cases["mask"].refused == 0.25
    assert np.isnan(cases["sunglasses"].refused)
    assert not any(case.is_accepted for case in cases.values())


def test_that_the_rows_named_by_the_sheet_are_rows_of_the_robustness_report(tmp_path: Path) -> None:
    from attendance_training.packs.recognizer import OnnxRecognizer

    rows = ["none", *(alteration.name for alteration in ALTERATIONS)]
    recognizer = OnnxRecognizer(save_recognizer(tmp_path / "r.onnx"))
    cases = rate_cases(recognizer, threshold=0.5, refused=dict.fromkeys(rows, 0.5))
    assert sum(not np.isnan(case.refused) for case in cases) == 10


def test_that_the_free_photograph_is_aligned_to_the_template() -> None:
    """Pupils are darker than the cheeks below them."""
    face = load_face().astype(int).sum(axis=2)
    for x, y in ((38, 52), (74, 52)):
        assert face[y - 2 : y + 3, x - 2 : x + 3].mean() < face[y + 16 : y + 21, x - 2 : x + 3].mean() - 60


def test_that_a_sheet_for_an_absent_operating_point_is_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    pack = write_pack(tmp_path / "pack")
    assert run(monkeypatch, "failures", "--pack", pack, "-o", tmp_path / "sheet.png") == 1
    assert "no operating point at FMR 0.001" in capsys.readouterr().err
    assert not (tmp_path / "sheet.png").exists()
