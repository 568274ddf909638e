"""InsightFace's packages with a manifest of version 2, of tiny models, and licences signed for them."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from attendance.core.packs.manifest_file import file_sum
from tests.onnx_graphs import save_other, save_recognizer, save_scrfd


def save_package(folder: Path, *, model_id: str = "raccoon_s", where: str = "", side: int = 112) -> dict[str, Any]:
    """Write a package with all tasks of raccoon and cheetah; return its manifest for ``write``.

    Args:
        folder: made for it.
        model_id: its name.
        where: folder inside for the models, "" for none.
        side: of the recognizer's input.
    """
    inner = folder / where
    inner.mkdir(parents=True)
    prefix = f"{where}/" if where else ""
    det = save_scrfd(inner / "det.onnx")
    rec = save_recognizer(inner / "rec.onnx", side=side)
    save_other(inner / "verifier.onnx", side=112)
    save_other(inner / "body.onnx", side=320)
    save_other(inner / "reid.onnx", side=256)
    content = {
        "manifest_version": 2,
        "model_id": model_id,
        "display_name": "Raccoon S",
        "license": "MODEL.LICENSE",
        "tasks": {
            "detection": {
                "file": f"{prefix}det.onnx",
                "sha256": file_sum(det).sha256,
                "preprocessing": {"mean": 127.5, "std": 128.0},
            },
            "recognition": {
                "file": f"{prefix}rec.onnx",
                "sha256": file_sum(rec).sha256,
                "preprocessing": {"mean": 127.5, "std": 127.5},
                "input_size": [side, side],
                "embedding_dimension": 64,
            },
            "verification": {"file": f"{prefix}verifier.onnx", "preprocessing": "embedded"},
            "person_detection": {"file": f"{prefix}body.onnx"},
            "person_reid": {"file": f"{prefix}reid.onnx"},
        },
    }
    write(folder, content)
    return content


def write(folder: Path, content: object) -> None:
    """Write a manifest."""
    (folder / "manifest.json").write_text(json.dumps(content), encoding="utf-8")


def sign(path: Path, key: Ed25519PrivateKey, **fields: str | None) -> None:
    """Write a commercial licence for ``raccoon_s`` from 2026-01-01 to the end of 2026.

    Args:
        path: where to.
        key: that it is signed with.
        **fields: other values; None leaves the field out.
    """
    document = {
        "license_version": 1,
        "license_id": "L-1",
        "issuer": "InsightFace",
        "model_id": "raccoon_s",
        "grant": "commercial",
        "customer": "Example Ltd",
        "valid_from": "2026-01-01T00:00:00Z",
        "valid_until": "2027-01-01T00:00:00Z",
        **fields,
    }
    document = {name: value for name, value in document.items() if value is not None}
    # RFC 8785 of texts and small numbers in ASCII.
    signed = json.dumps(document, sort_keys=True, separators=(",", ":")).encode()
    document["signature"] = base64.urlsafe_b64encode(key.sign(signed)).decode().rstrip("=")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(document), encoding="utf-8")
