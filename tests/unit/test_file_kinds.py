"""What was given in place of something else is told by its names and first bytes, and what makes the right thing."""

from __future__ import annotations

import json
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from attendance.file_kinds import FileKind, is_network, kind_of, other_kind
from attendance.resource_files import resource_path

Make = Callable[[Path], Path]


def npz(*names: str) -> Make:
    def make(folder: Path) -> Path:
        np.savez(folder / "a.npz", **{name: np.zeros(2, np.float32) for name in names})
        return folder / "a.npz"

    return make


def raw(name: str, content: bytes) -> Make:
    def make(folder: Path) -> Path:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
        return folder / name

    return make


def holding(name: str, content: bytes = b"x") -> Make:
    def make(folder: Path) -> Path:
        raw(f"made/{name}", content)(folder)
        return folder / "made"

    return make


def archive(member: str) -> Make:
    def make(folder: Path) -> Path:
        with zipfile.ZipFile(folder / "a.bin", "w") as file:
            file.writestr(member, b"x")
        return folder / "a.bin"

    return make


def safetensors(metadata: dict[str, str] | None) -> Make:
    header = json.dumps({"__metadata__": metadata} if metadata else {"x": {}}).encode()
    return raw("a.safetensors", struct.pack("<Q", len(header)) + header)


@pytest.mark.parametrize(
    ("make", "kind"),
    [
        (holding("state.safetensors"), FileKind.RUN),
        (holding("weights.npz"), FileKind.RUN),
        (holding("rec.onnx"), FileKind.PACK),
        (holding("shard-00.npz"), FileKind.SHARDS),
        (holding("ada/1.JPG"), FileKind.PICTURES),
        (holding("1.png"), FileKind.PICTURES),
        (holding("readme.txt"), None),
        (npz("path", "status", "embedding"), FileKind.EMBEDDINGS),
        (npz("path", "crop"), FileKind.CROPS),
        (npz("f.0.weight", "f.0.bias"), FileKind.WEIGHTS),
        (npz("x"), None),
        (archive("model/data.pkl"), FileKind.TORCH),
        (archive("pack/det.onnx"), FileKind.PACK),
        (raw("old.pth", b"\x80\x02"), FileKind.TORCH),
        (raw("m.tflite", b"\x1c\0\0\0TFL3" + bytes(20)), FileKind.TFLITE),
        (raw("m.onnx", b""), FileKind.ONNX),
        (raw("r.toml", b"a = 1"), FileKind.TOML),
        (raw("p.dat", b"\xff\xd8\xff\xe0"), FileKind.PICTURE),
        (raw("p.webp", b"RIFF\0\0\0\0WEBP"), FileKind.PICTURE),
        (safetensors({"format": "attendance-distillation-1"}), FileKind.STATE),
        (safetensors(None), FileKind.WEIGHTS),
        (raw("b.safetensors", b"\xff" * 20), None),
        (raw("c.safetensors", b"\4\0\0\0\0\0\0\0nope"), None),
        (raw("broken.npz", b"PK\x03\x04 not whole"), None),
        (raw("empty", b""), None),
        (lambda folder: folder / "absent", None),
    ],
)
def test_that_kinds_are_told_apart(tmp_path: Path, make: Make, kind: FileKind | None) -> None:
    assert kind_of(make(tmp_path)) is kind


def test_that_the_sentence_names_what_was_given_what_is_needed_and_the_command(tmp_path: Path) -> None:
    run = holding("weights.npz")(tmp_path)
    command = f"attendance-train export-pack {run} -o NAME"
    assert str(other_kind(run, FileKind.PACK)) == (
        f"it is the folder of a training, and a model pack is needed, which '{command}' makes"
    )
    assert str(other_kind(run, FileKind.TOML)) == "it is the folder of a training, and a TOML file is needed"
    assert other_kind(run, FileKind.WEIGHTS, FileKind.RUN) is None
    assert other_kind(tmp_path / "absent", FileKind.PACK) is None


def test_that_a_pack_and_a_run_are_networks_and_embeddings_are_none(tmp_path: Path) -> None:
    assert is_network(resource_path("models", "bundled"))
    assert is_network(holding("weights.npz")(tmp_path))
    assert not is_network(npz("path", "embedding")(tmp_path))
