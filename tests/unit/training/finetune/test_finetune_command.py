"""`attendance-train finetune` from the outside: the new pack, the refusal, and a sentence for each bad input."""

from __future__ import annotations

import errno
import itertools
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from attendance.core.packs.format import Licence
from attendance.core.packs.manifest_file import read_manifest, verify_files
from attendance.core.types import LicenceUse
from attendance.errors.storage import DiskFull
from attendance.vision.embedder import OnnxEmbedder
from attendance_training import cli
from attendance_training.finetune import command
from attendance_training.finetune.feedback import Feedback
from attendance_training.finetune.fit import FitOptions
from attendance_training.finetune.run import Inputs, finetune
from attendance_training.packs.folder import detector_files, write_pack
from attendance_training.packs.recognizer import open_recognizer
from tests.onnx_graphs import open_model, save_recognizer
from tests.patience import PATIENCE_S
from tests.reasons_in_code import templates

CELL = 28
# With which a candidate passes the gate.
SPLIT_SEED = 2
FAST = ("--rank", 8, "--steps", 60, "--anchor", 0.1, "--split-seed", SPLIT_SEED)
# Steps so long that nothing is left of the embedding.
WILD = ("--steps", 20, "--learning-rate", 30, "--anchor", 0)


def run(monkeypatch: pytest.MonkeyPatch, *arguments: object) -> int:
    monkeypatch.setattr("sys.argv", ["attendance-train", "finetune", *map(str, arguments)])
    with pytest.raises(SystemExit) as stop:
        cli.main()
    return int(stop.value.code or 0)


def pictures(people: int, photos: int, *, seed: int, spread: float = 12.0) -> NDArray[np.uint8]:
    """(people, photos, 112, 112, 3): 4x4 colours a person, and light from the side that differs between photographs."""
    rng = np.random.default_rng(seed)
    cells = rng.uniform(60, 190, (people, 1, 4, 4, 3)) + rng.normal(0, spread, (people, photos, 4, 4, 3))
    light = rng.normal(0, 15, (people, photos, 1, 1, 1)) * np.linspace(-1, 1, 4)[:, None, None]
    return np.clip(cells + light, 0, 255).astype(np.uint8).repeat(CELL, axis=2).repeat(CELL, axis=3)


def write_crops(path: Path, people: int, photos: int, *, seed: int, prefix: str = "p", **options: float) -> Path:
    crops = pictures(people, photos, seed=seed, **options).reshape(-1, 112, 112, 3)
    names = [f"{prefix}{person:03}/{photo}.jpg" for person in range(people) for photo in range(photos)]
    np.savez(path, path=np.array(names), crop=crops, model_id=np.array("p:1"))
    return path


def edit_crops(path: Path, change: Callable[[list[str], NDArray[np.uint8]], None]) -> None:
    with np.load(path) as archive:
        names, crops = [str(name) for name in archive["path"]], archive["crop"].copy()
    change(names, crops)
    kept = [row for row, name in enumerate(names) if name]
    np.savez(path, path=np.array([names[row] for row in kept]), crop=crops[kept], model_id=np.array("p:1"))


def keep_the_last_step(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the last step be the candidate, whatever the validation's people say."""
    rising = itertools.count()
    monkeypatch.setattr("attendance_training.finetune.fit.validation_score", lambda *_given: float(next(rising)))


@pytest.fixture(scope="module")
def material(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("finetune")
    pack = folder / "pack"
    pack.mkdir()
    save_recognizer(pack / "rec.onnx", size=32)
    (folder / "detector.onnx").write_bytes(b"detector")
    write_pack(
        pack,
        pack_id="pack",
        title="Pack",
        licence=Licence("none", "None.", use=LicenceUse.RESEARCH_ONLY),
        detector=detector_files(folder / "detector.onnx"),
        embedding_size=32,
        flip_average=True,
    )
    (pack / "LICENSE-detector.txt").write_text("MIT")
    (pack / "MODEL_CARD.md").write_text("The old card.")
    write_crops(folder / "staff.npz", 60, 5, seed=1)
    # Half of them are measured with, and the gate wants 300 photographs of strangers.
    write_crops(folder / "general.npz", 220, 3, seed=2, prefix="g")
    return folder


def given(material: Path, output: Path, faces: Path | None = None) -> tuple[object, ...]:
    general = material / "general.npz"
    return ("--pack", material / "pack", "--faces", faces or material / "staff.npz", "--general", general, "-o", output)


@pytest.fixture
def staff(material: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(material / "staff.npz", tmp_path / "staff.npz"))


def test_that_a_better_candidate_becomes_a_pack_that_the_application_reads(
    material: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    output = tmp_path / "tuned-1"
    assert run(monkeypatch, *given(material, output), *FAST) == 0
    printed = capsys.readouterr().out
    assert "Promoted" in printed
    manifest = read_manifest(output)
    verify_files(output, manifest)
    old = read_manifest(material / "pack")
    assert manifest.pack_id == "tuned-1"
    assert (manifest.detector, manifest.recognizer, manifest.licence) == (old.detector, old.recognizer, old.licence)
    assert manifest.calibration is not None
    assert manifest.calibration.data.startswith("carried over from pack:")
    assert manifest.calibration.data.endswith("with 330 photographs of 110 people")
    assert manifest.calibration.carried is not None
    assert (manifest.calibration.carried.people, manifest.calibration.carried.photographs) == (110, 330)
    assert (output / "LICENSE-detector.txt").read_text() == "MIT"
    crops = pictures(2, 2, seed=9).reshape(-1, 112, 112, 3)
    app = OnnxEmbedder(
        open_model(output / manifest.recognizer.file), model_id=manifest.model_id, embedding_size=32, flip_average=True
    )
    own = open_recognizer(str(output))
    np.testing.assert_allclose(app.embed(list(crops)), own.embed(crops), atol=1e-5)
    assert np.abs(own.embed(crops) - open_recognizer(str(material / "pack")).embed(crops)).max() > 1e-3
    card = (output / "MODEL_CARD.md").read_text(encoding="utf-8")
    assert "| strangers given a name at the door |" in card
    assert card.endswith("The old card.")
    metrics = json.loads((output / "finetune.json").read_text(encoding="utf-8"))
    assert metrics["parity"]["max_cosine_error"] <= 1e-4
    assert metrics["counts"]["trained"] == 40
    assert metrics["outcome"] == "promoted"
    assert {path.name for path in tmp_path.iterdir()} == {"tuned-1", "tuned-1.report.md", "tuned-1.report.json"}
    assert not any(f"p{person:03}" in card + json.dumps(metrics) for person in range(60))


def test_that_a_worse_candidate_is_refused_with_the_table(
    material: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    keep_the_last_step(monkeypatch)
    assert run(monkeypatch, *given(material, tmp_path / "tuned"), *WILD, "--report", tmp_path / "r") == 3
    printed = capsys.readouterr().out
    assert "Refused: it would make the door worse. No pack was written." in printed
    assert "**harm**" in printed
    assert {path.name for path in tmp_path.iterdir()} == {"r.md", "r.json"}
    assert json.loads((tmp_path / "r.json").read_text())["outcome"] == "refused"


def test_that_a_candidate_of_whom_nothing_is_known_is_held(
    material: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    # Better, but a hundred photographs of strangers cannot tell whether more of them would get a name.
    few = write_crops(tmp_path / "few.npz", 66, 3, seed=2, prefix="g")
    arguments = ("--pack", material / "pack", "--faces", material / "staff.npz", "--general", few)
    assert run(monkeypatch, *arguments, "-o", tmp_path / "tuned", *FAST, "--report", tmp_path / "r") == 4
    printed = capsys.readouterr().out
    assert "99 photographs of strangers cannot tell a change of 1 points; 300 are needed" in printed
    assert "**harm**" not in printed
    assert "Held: no harm was shown" in printed
    assert {path.name for path in tmp_path.iterdir()} == {"few.npz", "r.md", "r.json"}
    assert json.loads((tmp_path / "r.json").read_text())["outcome"] == "held"


def test_that_finished_embeddings_serve_as_well_and_others_are_refused(
    material: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    recognizer = open_recognizer(str(material / "pack"))
    with np.load(material / "staff.npz") as archive:
        names, vectors = archive["path"], recognizer.embed(archive["crop"])
    status = np.full(len(names), "ok")

    def write(rows: NDArray[np.float32], model_id: str) -> Path:
        np.savez(tmp_path / "e.npz", path=names, status=status, embedding=rows, model_id=np.array(model_id))
        return tmp_path / "e.npz"

    faces = write(vectors, recognizer.model_id)
    assert run(monkeypatch, *given(material, tmp_path / "tuned", faces), *FAST) == 0
    capsys.readouterr()
    faces = write(vectors, "pack:0123456789ab")
    assert run(monkeypatch, *given(material, tmp_path / "no", faces), *FAST) == 1
    assert "were made by pack:0123456789ab" in capsys.readouterr().err
    short = vectors[:, :16] / np.linalg.norm(vectors[:, :16], axis=1, keepdims=True)
    assert run(monkeypatch, *given(material, tmp_path / "no", write(short, "")), *FAST) == 1
    assert "have 16 numbers, the pack's have 32" in capsys.readouterr().err


def test_that_odd_people_and_photographs_are_named_and_the_rest_is_used(
    material: Path, staff: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def spoil(names: list[str], crops: NDArray[np.uint8]) -> None:
        for photo in range(1, 5):
            names[names.index(f"p000/{photo}.jpg")] = ""  # one photograph is left
        crops[names.index("p004/2.jpg")] = crops[names.index("p009/0.jpg")]
        for photo in range(5):  # p017 is p016 once more
            crops[names.index(f"p017/{photo}.jpg")] = crops[names.index(f"p016/{photo}.jpg")] ^ 1

    write_crops(staff, 20, 5, seed=1)  # so few that nobody looks like somebody else by chance
    edit_crops(staff, spoil)
    disputed = write_crops(tmp_path / "d.npz", 1, 2, seed=4, prefix="p00")  # taken for p00000, whom nobody knows
    code = run(monkeypatch, *given(material, tmp_path / "tuned", staff), *FAST, "--disputed", disputed)
    assert code in {0, 3, 4}
    printed = capsys.readouterr().out
    assert "1 people with one usable photograph: negatives in training, not in the gate:\n  p000\n" in printed
    assert "p004/2.jpg: " in printed
    assert "to p009" in printed
    assert "p016 and p017 (cosine " in printed
    assert "disputed names" in printed
    assert "p00000" in printed


def test_that_a_folder_with_an_empty_and_a_damaged_part_is_read_and_they_are_named(
    material: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    cv2 = pytest.importorskip("cv2")
    for person, photos in enumerate(pictures(5, 2, seed=1)):
        (tmp_path / "faces" / f"p{person}").mkdir(parents=True)
        for photo, crop in enumerate(photos):
            assert cv2.imwrite(str(tmp_path / "faces" / f"p{person}" / f"{photo}.png"), crop)
    (tmp_path / "faces" / "empty").mkdir()
    (tmp_path / "faces" / "p0" / "broken.jpg").write_bytes(b"no picture")
    assert run(monkeypatch, *given(material, tmp_path / "tuned", tmp_path / "faces"), *FAST) == 1
    said = capsys.readouterr()
    assert "empty: it has no picture" in said.out
    assert "p0/broken.jpg: it is not a readable picture" in said.out
    assert "people have two usable photographs, at least 10 are needed" in said.err


def test_that_labels_that_are_mostly_wrong_are_refused(
    material: Path, staff: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def shuffle(_names: list[str], crops: NDArray[np.uint8]) -> None:
        np.random.default_rng(1).shuffle(crops)

    edit_crops(staff, shuffle)
    assert run(monkeypatch, *given(material, tmp_path / "tuned", staff), *FAST) == 1
    assert "of 300 photographs seem to be in the wrong folder" in capsys.readouterr().err


def test_that_unfitting_general_sets_and_names_are_one_sentence(
    material: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    few = write_crops(tmp_path / "few.npz", 20, 2, seed=3, prefix="g")
    arguments = ("--pack", material / "pack", "--faces", material / "staff.npz", "-o", tmp_path / "tuned")
    assert run(monkeypatch, *arguments, "--general", few) == 1
    assert "are too few for the gate's general set" in capsys.readouterr().err
    assert run(monkeypatch, *arguments, "--general", material / "staff.npz") == 1
    assert "'p000' (60 in all) is in both" in capsys.readouterr().err
    assert run(monkeypatch, *given(material, tmp_path / "no..name")) == 2
    assert "is not a name of a pack" in capsys.readouterr().err
    assert run(monkeypatch, *given(material, material / "pack")) == 1
    assert "it exists already" in capsys.readouterr().err


def test_that_a_full_disk_leaves_no_half_a_pack(
    material: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_paths: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("attendance_training.finetune.pack_writer.shutil.copyfile", full)
    inputs = Inputs(
        pack=material / "pack",
        faces=material / "staff.npz",
        general=material / "general.npz",
        output=tmp_path / "tuned",
        split_seed=SPLIT_SEED,
    )
    with pytest.raises(DiskFull):
        finetune(inputs, FitOptions(rank=8, steps=60, anchor=0.1), Feedback())
    assert list(tmp_path.iterdir()) == []


@pytest.fixture
def standard_input(monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """The end of a pipe to write to, in place of the tests' own input."""
    reading, writing = os.pipe()
    monkeypatch.setattr(command, "_STANDARD_INPUT", reading)
    yield writing
    os.close(writing)


def events(text: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in text.splitlines()]


@pytest.mark.usefixtures("standard_input")
def test_that_another_program_is_told_every_phase_and_the_outcome(
    material: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(monkeypatch, *given(material, tmp_path / "tuned"), *FAST, "--progress-json") == 0
    told = events(capsys.readouterr().out)
    assert [one["name"] for one in told if one["event"] == "phase"] == ["read", "check", "train", "measure", "export"]
    assert any(one["event"] == "step" and one["steps"] == 60 for one in told)
    assert [one["step"] for one in told if one["event"] == "validation"] == [20, 40, 60]
    done = told[-1]
    assert (done["event"], done["outcome"], done["folder"]) == ("done", "promoted", str(tmp_path / "tuned"))
    assert isinstance(done["table"], list)
    assert all(set(row) == {"check", "about", "before", "after", "verdict", "why"} for row in done["table"])


@pytest.mark.usefixtures("standard_input")
def test_that_another_program_is_told_of_a_refusal_and_of_bad_input(
    material: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    keep_the_last_step(monkeypatch)
    assert run(monkeypatch, *given(material, tmp_path / "tuned"), *WILD, "--progress-json") == 3
    done = events(capsys.readouterr().out)[-1]
    assert (done["event"], done["outcome"], done["folder"]) == ("done", "refused", None)
    assert isinstance(done["table"], list)
    assert [row["verdict"] for row in done["table"]].count("harm") > 0
    assert all((row["why"] is None) == (row["verdict"] == "holds") for row in done["table"])
    assert run(monkeypatch, *given(material, tmp_path / "no..name"), "--progress-json") == 1
    (error,) = events(capsys.readouterr().out)
    assert error["event"] == "error"
    assert isinstance(error["sentence"], dict)
    option = error["sentence"]["values"]
    assert option["option"] == "--output"
    assert option["cause"]["template"] in templates()
    assert option["cause"]["values"] == {"name": "'no..name'"}
    assert run(monkeypatch, *given(material, tmp_path / "t", tmp_path / "absent"), "--progress-json") == 1
    error = events(capsys.readouterr().out)[-1]
    assert error["event"] == "error"
    assert error["hint"]
    assert isinstance(error["sentence"], dict)
    assert error["sentence"]["values"]["reason"] == {"template": "there is no such file", "values": {}}
    assert list(tmp_path.iterdir()) == []


def test_that_cancelling_ends_the_run_and_leaves_nothing(
    material: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    standard_input: int,
) -> None:
    os.write(standard_input, b"cancel\n")
    endless = ("--steps", 1_000_000, "--patience", 1_000_000, "--progress-json", "--report", tmp_path / "r")
    assert run(monkeypatch, *given(material, tmp_path / "tuned"), *endless) == 130
    assert all(one["event"] != "done" for one in events(capsys.readouterr().out))
    assert list(tmp_path.iterdir()) == []


def test_that_a_whole_process_ends_with_its_parent(material: Path, tmp_path: Path) -> None:
    arguments = [*map(str, given(material, tmp_path / "tuned")), "--progress-json", "--steps", "1000000"]
    arguments += ["--patience", "1000000"]
    with subprocess.Popen(
        [
            sys.executable,
            "-c",
            "from attendance_training.cli import main; main()",
            "finetune",
            *arguments,
            "--patience",
            "1000000",
        ],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    ) as process:
        assert process.stdout is not None
        assert json.loads(process.stdout.readline()) == {"event": "phase", "name": "read"}
        process.communicate(timeout=PATIENCE_S)  # closes its input
        assert process.returncode == 130
    assert list(tmp_path.iterdir()) == []
