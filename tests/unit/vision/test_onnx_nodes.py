from __future__ import annotations

from pathlib import Path

import onnx
import pytest

from attendance.errors import Refusal
from attendance.vision.onnx_nodes import first_node_names
from tests.onnx_graphs import save_recognizer, save_scrfd


@pytest.mark.parametrize("count", [0, 2, 8])
def test_that_node_names_equal_the_onnx_packages(tmp_path: Path, count: int) -> None:
    for path in (save_recognizer(tmp_path / "rec.onnx", baked_in=True), save_scrfd(tmp_path / "det.onnx")):
        names = [node.name for node in onnx.load(str(path)).graph.node]
        assert first_node_names(path, count) == names[:count]


@pytest.mark.parametrize("content", [b"", b"\x3a\xff", b"\xff" * 20, b"\x07", b"\x3a\x05\x0a\x09xyz"])
def test_that_what_is_no_protobuf_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "bad.onnx"
    path.write_bytes(content)
    with pytest.raises(Refusal, match=r"field|number|empty"):
        first_node_names(path, 8)


def test_that_every_truncation_ends_in_an_error_or_fewer_names(tmp_path: Path) -> None:
    whole = save_recognizer(tmp_path / "rec.onnx", baked_in=True).read_bytes()
    names = first_node_names(tmp_path / "rec.onnx", 8)
    path = tmp_path / "cut.onnx"
    for size in range(1, 400):
        path.write_bytes(whole[:size])
        try:
            found = first_node_names(path, 8)
        except ValueError:
            continue
        assert found == names[: len(found)]
