"""A pack whose manifest names files outside its folder makes no new pack."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from attendance.core.packs.calibration import Calibration
from attendance.errors.models import ModelContractBroken
from attendance_training.finetune.pack_writer import write_adapted_pack
from attendance_training.packs.export import Parity
from tests.unit.training.packs.made_up import SHA256, write_made_up


def write(base: Path, output: Path) -> None:
    def write_recognizer(path: Path) -> Parity:
        raise AssertionError(f"{path} must not be written")

    write_adapted_pack(
        base,
        output,
        write_recognizer=write_recognizer,
        describe=lambda _: ("", ""),
        before_rename=lambda: None,
        calibration=Calibration(data="", impostor_pairs=0, points=()),
    )


@pytest.mark.parametrize("name", ["../secret.txt", "..", "a/b.onnx", "a\\b.onnx", "/etc/passwd", "C:b.onnx", ".hidden"])
@pytest.mark.parametrize("is_recognizer", [True, False])
def test_that_only_plain_names_are_taken_from_a_manifest(tmp_path: Path, name: str, is_recognizer: bool) -> None:
    base = tmp_path / "base"
    base.mkdir()
    path = write_made_up(base) / "manifest.json"
    (base / "det.onnx").write_bytes(b"detector")
    (tmp_path / "secret.txt").write_text("secret")
    content = json.loads(path.read_text(encoding="utf-8"))
    content["files"][name] = {"sha256": SHA256, "bytes": 6}
    if is_recognizer:
        content["recognizer"]["file"] = name
    path.write_text(json.dumps(content))
    with pytest.raises(ModelContractBroken, match="not a plain file name"):
        write(base, tmp_path / "new")
    assert {found.name for found in tmp_path.iterdir()} == {"base", "secret.txt"}
