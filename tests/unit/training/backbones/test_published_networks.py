"""MobileFaceNet, IResNet, Inception-ResNet-v1: published names, shapes and counts; embeddings of 112x112 faces."""

from __future__ import annotations

import hashlib

import pytest

pytest.importorskip("torch")

import torch
from torch import nn

from attendance_training.backbones import BACKBONES, INPUT_SIZE_PX, Backbone
from attendance_training.backbones.cost import count_macs, count_parameters
from attendance_training.backbones.inception_resnet_v1 import InceptionResnetV1
from attendance_training.backbones.iresnet import IResNet
from attendance_training.backbones.mobilefacenet import MobileFaceNet

pytestmark = pytest.mark.needs_torch

# SHA-256 of the sorted lines "name shape" of the originals' state dicts: arcface_torch's iresnet.py and
# mobilefacenet.py (InsightFace commits 04a433f and 1fe6356), facenet-pytorch 2.6.0 without its classifier.
ORIGINAL_NAMES = {
    "iresnet18": "6bdb508fbe8f91721b62a252fefaacd4aa07dd22b96920d21a84616dbb903daa",
    "iresnet34": "88f842de492690dd059041fc5ba355093a7f4dd4d22eb5f0d4530ee06ded0bee",
    "iresnet50": "d80a68220d7280f122e963b79668ab37c22a7f522a863f8f1aa9e039b402b613",
    "iresnet100": "dc48aa67c7449a7caf250153f36da2fc4a3288e632c3667206a7cda2a14b3842",
    "mobilefacenet_x2": "a5470f4e8d3847b18cd54411edaaf1bde6437ac79c5da42b9941ad9830431492",
    "inception_resnet_v1": "c0638fa983a7cf513cd2dfb4310e1e627f43ae2e6bcbe857010cd3b37e3c5b1c",
}


def on_meta(name: str) -> nn.Module:
    with torch.device("meta"):
        return BACKBONES[name].build()


@pytest.mark.parametrize("name", ORIGINAL_NAMES)
def test_that_parameter_names_and_shapes_are_those_of_the_original(name: str) -> None:
    lines = sorted(f"{key} {tuple(value.shape)}" for key, value in on_meta(name).state_dict().items())
    assert hashlib.sha256("\n".join(lines).encode()).hexdigest() == ORIGINAL_NAMES[name]


@pytest.mark.parametrize(
    ("name", "parameters", "macs"),
    [
        # Open Model Zoo, face-recognition-resnet100-arcface-onnx: 65.132 M, 24.2115 GFLOPs, two a multiply-accumulate.
        ("iresnet100", 65.132e6, 24.2115e9 / 2),
        # Open Model Zoo, face-recognition-resnet34-arcface: 34.129 M, 8.934 GFLOPs.
        ("iresnet34", 34.129e6, 8.934e9 / 2),
        # arXiv:1804.07573, table 2: 0.99 million; section 3.2: 221 million multiply-adds.
        ("mobilefacenet", 0.99e6, 221e6),
    ],
)
def test_that_counts_are_the_published_ones_within_two_per_cent(name: str, parameters: float, macs: float) -> None:
    model = on_meta(name)
    assert count_parameters(model) == pytest.approx(parameters, rel=0.02)
    assert count_macs(model, INPUT_SIZE_PX) == pytest.approx(macs, rel=0.02)


@pytest.mark.parametrize(("name", "millions"), [("iresnet50", 43.6), ("inception_resnet_v1", 23.5)])
def test_that_parameters_round_to_the_published_number(name: str, millions: float) -> None:
    assert round(count_parameters(on_meta(name)) / 1e6, 1) == millions


@pytest.mark.parametrize("name", BACKBONES)
def test_that_every_network_gives_its_embedding_size(name: str) -> None:
    backbone = BACKBONES[name]
    for chosen in (backbone, backbone.with_embedding_size(64)):
        with torch.device("meta"):
            model = chosen.build().eval()
            assert model(torch.empty(2, 3, INPUT_SIZE_PX, INPUT_SIZE_PX)).shape == (2, chosen.embedding_size)
    assert backbone.with_embedding_size(64).embedding_size == 64


def test_that_a_network_of_one_size_and_an_empty_embedding_are_refused() -> None:
    with pytest.raises(ValueError, match="fixed"):
        Backbone("fixed", 8, nn.Identity).with_embedding_size(16)
    with pytest.raises(ValueError, match="iresnet18"):
        BACKBONES["iresnet18"].with_embedding_size(0)


@pytest.mark.parametrize(
    "build",
    [
        lambda: MobileFaceNet(embedding_size=16),
        lambda: IResNet(18, embedding_size=16),
        lambda: InceptionResnetV1(embedding_size=16),
    ],
    ids=["mobilefacenet", "iresnet18", "inception_resnet_v1"],
)
def test_that_a_face_is_embedded_alone_and_every_layer_learns(build: type[nn.Module]) -> None:
    torch.manual_seed(3)
    model = build().eval()
    faces = torch.randn(2, 3, INPUT_SIZE_PX, INPUT_SIZE_PX)
    together = model(faces)
    with torch.no_grad():
        torch.testing.assert_close(model(faces[1:]), together[1:], atol=1e-4, rtol=1e-3)
    assert not torch.allclose(together[0], together[1])
    together.square().sum().backward()
    silent = [n for n, p in model.named_parameters() if p.requires_grad and (p.grad is None or not p.grad.any())]
    assert silent == []


def test_that_facenet_takes_its_own_size_and_refuses_what_leaves_no_grid() -> None:
    with torch.device("meta"):
        model = InceptionResnetV1(embedding_size=512).eval()
        assert model(torch.empty(1, 3, 160, 160)).shape == (1, 512)
        assert model(torch.empty(1, 3, 75, 75)).shape == (1, 512)
        with pytest.raises(RuntimeError):
            model(torch.empty(1, 3, 74, 74))


def test_that_the_fixed_scale_of_an_iresnet_is_not_trained() -> None:
    model = on_meta("iresnet18")
    assert [name for name, p in model.named_parameters() if not p.requires_grad] == ["features.weight"]


def test_that_other_sizes_of_a_network_are_refused() -> None:
    with pytest.raises(ValueError, match="18, 34, 50, 100"):
        IResNet(20, embedding_size=512)
    with pytest.raises(ValueError, match="at least 1"):
        MobileFaceNet(embedding_size=128, scale=0)
