"""The ONNX file: the same numbers, SCRFD's loaders take it, nothing of this machine is in it."""

from __future__ import annotations

import copy
from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from attendance.vision.onnx_session import ModelSession, open_session
from attendance.vision.scrfd import ScrfdDetector
from attendance_training.detector import export
from attendance_training.detector.export import OUTPUT_NAMES, export_detector, fold_normalisation, load_network
from attendance_training.detector.network import FaceNet
from attendance_training.detector.training_run import find_faces, normalised
from attendance_training.errors import CheckpointUnusable, ExportFailed

pytestmark = pytest.mark.needs_torch
SHIFT = 1.0


@pytest.fixture(scope="module")
def network() -> FaceNet:
    """Random weights that call a few anchors faces, and normalisation that is not the identity."""
    torch.manual_seed(5)
    network = FaceNet().eval()
    for part in network.modules():
        if isinstance(part, torch.nn.BatchNorm2d):
            torch.nn.init.uniform_(part.running_var, 0.05, 0.5)  # type: ignore[arg-type]
            torch.nn.init.normal_(part.running_mean, std=0.1)  # type: ignore[arg-type]
            torch.nn.init.normal_(part.bias, std=0.1)
    with torch.no_grad():
        for head in network.heads:
            head.score.weight.normal_(std=1.0)  # type: ignore[union-attr, operator]
        logits = network(normalised(picture(640, 480)[None]))[0]
        for head in network.heads:
            # One anchor in two hundred scores more than 0.5.
            head.score.bias -= float(torch.quantile(logits, 0.995)) + SHIFT  # type: ignore[union-attr, operator]
    return network.eval()


@pytest.fixture(scope="module")
def file(network: FaceNet, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("pack") / "det.onnx"
    parity = export_detector(network, path, logit_shift=SHIFT)
    assert parity.max_score_difference < 1e-4
    assert parity.max_offset_difference < 1e-4
    return path


def picture(width: int, height: int) -> NDArray[np.uint8]:
    return np.random.default_rng(width).integers(0, 256, (height, width, 3), dtype=np.uint8)


def opened(file: Path) -> ModelSession:
    session, _ = open_session(file, pack="made", provider="cpu", threads=1)
    return ModelSession(session, pack="made", path=file)


@pytest.mark.parametrize("size_wh", [(320, 320), (640, 480), (640, 640)])
def test_that_the_product_s_detector_finds_what_the_network_finds(
    file: Path, network: FaceNet, size_wh: tuple[int, int]
) -> None:
    image = picture(*size_wh)

    found = ScrfdDetector(opened(file), input_size_wh=size_wh, score_threshold=0.5).detect(image)

    with torch.no_grad():
        for head in network.heads:
            head.score.bias += SHIFT  # type: ignore[union-attr, operator]
        wanted = find_faces(network, image)
        for head in network.heads:
            head.score.bias -= SHIFT  # type: ignore[union-attr, operator]
    assert 0 < len(found) < 2000
    assert len(found) == len(wanted.scores)
    assert np.stack([f.box_xyxy_px for f in found]) == pytest.approx(wanted.boxes, abs=0.05)
    assert np.stack([f.landmarks_px for f in found]) == pytest.approx(wanted.landmarks, abs=0.05)


def test_that_insightface_loads_it_as_its_own_detector(file: Path) -> None:
    model_zoo = pytest.importorskip("insightface.model_zoo")

    detector = model_zoo.get_model(str(file), providers=["CPUExecutionProvider"])
    detector.prepare(ctx_id=-1, input_size=(640, 480), det_thresh=0.5)
    boxes, landmarks = detector.detect(picture(640, 480))

    ours = ScrfdDetector(opened(file), input_size_wh=(640, 480)).detect(picture(640, 480))
    assert detector.taskname == "detection"
    # Its suppression counts a pixel more, which removes a few of these small, crowded boxes.
    assert 0.9 * len(ours) <= len(boxes) <= len(ours)
    for box, points in zip(boxes, landmarks, strict=True):
        same = min(ours, key=lambda face: float(np.abs(face.box_xyxy_px - box[:4]).max()))
        assert box == pytest.approx([*same.box_xyxy_px, same.score], abs=0.05)
        assert points == pytest.approx(same.landmarks_px, abs=0.05)


def test_that_the_file_says_nothing_about_the_machine_and_names_scrfd_s_outputs(file: Path) -> None:
    onnx = pytest.importorskip("onnx")

    model = onnx.load(str(file))

    assert [output.name for output in model.graph.output] == list(OUTPUT_NAMES)
    assert str(Path(export.__file__).parent).encode() not in file.read_bytes()
    assert not any(node.op_type == "BatchNormalization" for node in model.graph.node)


def test_that_folding_changes_no_answer_and_leaves_the_network_alone(network: FaceNet) -> None:
    before = {name: value.clone() for name, value in network.state_dict().items()}
    values = torch.randn(1, 3, 64, 64)

    folded = fold_normalisation(network)

    for ours, theirs in zip(network(values), folded(values), strict=True):
        assert torch.allclose(ours, theirs, atol=1e-4)
    assert all(torch.equal(value, before[name]) for name, value in network.state_dict().items())


def test_that_a_file_that_computes_something_else_is_not_kept(
    network: FaceNet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "det.onnx"
    path.write_bytes(b"old")
    monkeypatch.setattr(export, "compare", lambda model, file: export.DetectorParity(0.5, 0.0))

    with pytest.raises(ExportFailed, match=r"changed by 5\.0e-01"):
        export_detector(network, path)

    assert path.read_bytes() == b"old"
    assert [p.name for p in tmp_path.iterdir()] == ["det.onnx"]


def test_that_a_damaged_state_is_refused_in_one_sentence(tmp_path: Path) -> None:
    path = tmp_path / "state.safetensors"
    path.write_bytes(b"\x08\x00\x00\x00\x00\x00\x00\x00{garbage")

    with pytest.raises(CheckpointUnusable, match=r"state\.safetensors is not a usable checkpoint"):
        load_network(path)


@pytest.mark.parametrize("head", range(3))
def test_that_a_network_whose_answers_are_not_numbers_is_not_exported(
    network: FaceNet, tmp_path: Path, head: int
) -> None:
    """NaN is not above the limit, and Python's max forgets it unless it stands first."""
    spoilt = copy.deepcopy(network)
    with torch.no_grad():
        spoilt.heads[head].box.bias.fill_(torch.nan)  # type: ignore[union-attr, operator]

    with pytest.raises(ExportFailed, match="changed by nan"):
        export_detector(spoilt, tmp_path / "det.onnx")

    assert not list(tmp_path.iterdir())
