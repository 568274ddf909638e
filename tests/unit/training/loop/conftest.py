from __future__ import annotations

import pytest

pytest.importorskip("torch")
pytest.importorskip("safetensors")
pytest.importorskip("tensorboard")

from attendance_training.backbones import BACKBONES, Backbone
from tests.unit.training.loop import tiny


@pytest.fixture(autouse=True)
def _tiny_networks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(BACKBONES, "pooled", Backbone("pooled", tiny.SIZE, tiny.Pooled, tiny.Pooled))
    monkeypatch.setitem(BACKBONES, "forgetful", Backbone("forgetful", tiny.SIZE, tiny.Forgetful, tiny.Forgetful))


@pytest.fixture
def faces() -> tiny.MadeUpFaces:
    return tiny.MadeUpFaces()
