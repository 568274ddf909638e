"""Licences that InsightFace signs for a company, with keys made here."""

from __future__ import annotations

import json
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from attendance.core.licence import use_at
from attendance.core.packs.manifest_file import read_manifest, write_manifest
from attendance.core.types import LicenceUse
from attendance.errors.models import LicenceFileInvalid
from attendance.vision.packs.insightface import infer_manifest
from attendance.vision.packs.licences import INSIGHTFACE_LICENCE
from attendance.vision.packs.store import ModelStore
from tests.face_packages import save_package, sign
from tests.onnx_graphs import save_recognizer, save_scrfd

pytest.importorskip("insightface")

KEY = Ed25519PrivateKey.generate()
BEFORE, WITHIN, AFTER = (datetime(year, 6, 1, tzinfo=UTC) for year in (2025, 2026, 2027))


def make_pack(folder: Path) -> Path:
    folder.mkdir(parents=True)
    save_scrfd(folder / "det.onnx")
    save_recognizer(folder / "rec.onnx")
    return folder


@pytest.fixture
def store(tmp_path: Path) -> ModelStore:
    bundled = make_pack(tmp_path / "bundled")
    write_manifest(bundled, infer_manifest(bundled))
    return ModelStore(tmp_path / "models", bundled, licence_keys=[KEY.public_key()])


@pytest.fixture
def package(tmp_path: Path) -> Path:
    save_package(tmp_path / "raccoon_s")
    return tmp_path / "raccoon_s"


@pytest.mark.parametrize("where", ["MODEL.LICENSE", "legal/MODEL.LICENSE"])
def test_that_a_signed_licence_allows_a_company_its_term(store: ModelStore, package: Path, where: str) -> None:
    content = json.loads((package / "manifest.json").read_text())
    (package / "manifest.json").write_text(json.dumps({**content, "license": where}))
    sign(package / where, KEY)
    info = store.import_pack(package)
    assert info.term is not None
    assert info.term.customer == "Example Ltd"
    assert [use_at(info, now) for now in (BEFORE, WITHIN, AFTER)] == [
        LicenceUse.RESEARCH_ONLY,
        LicenceUse.ALLOWED,
        LicenceUse.RESEARCH_ONLY,
    ]
    assert (store.folder("raccoon_s") / "MODEL.LICENSE").read_bytes() == (package / where).read_bytes()
    assert store.list("raccoon_s")[1].term == info.term
    assert "L-1" in read_manifest(store.folder("raccoon_s")).licence.text


@pytest.mark.parametrize("valid_from", ["2020-01-01T00:00:00Z", "2999-01-01T00:00:00Z"])
def test_that_when_it_is_brought_in_does_not_matter(store: ModelStore, package: Path, valid_from: str) -> None:
    """One that is over and one that has not begun are known all the same; what they allow is asked later."""
    sign(
        package / "MODEL.LICENSE",
        KEY,
        valid_from=valid_from,
        valid_until=None if "2999" in valid_from else "2021-01-01T00:00:00Z",
    )
    info = store.import_pack(package)
    assert info.term is not None
    assert info.term.customer == "Example Ltd"
    assert use_at(info, WITHIN) is LicenceUse.RESEARCH_ONLY


def test_that_a_pack_without_a_manifest_is_licensed_by_its_name(store: ModelStore, tmp_path: Path) -> None:
    folder = make_pack(tmp_path / "buffalo_l")
    sign(folder / "MODEL.LICENSE", KEY, model_id="buffalo_l", valid_until=None)
    info = store.import_pack(folder)
    assert info.use is LicenceUse.ALLOWED
    assert info.term is not None
    assert info.term.until_utc is None


def test_that_a_signed_licence_for_research_is_that_of_everybody(store: ModelStore, package: Path) -> None:
    sign(package / "MODEL.LICENSE", KEY, grant="non-commercial", customer=None, valid_until=None)
    info = store.import_pack(package)
    assert (info.use, info.licence, info.term) == (LicenceUse.RESEARCH_ONLY, INSIGHTFACE_LICENCE.name, None)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"model_id": "raccoon_l"}, "is for 'raccoon_l'"),
        ({"issuer": "Somebody"}, "issuer must be"),
        ({"grant": "all"}, "grant must be one of"),
        ({"customer": None}, "must identify the customer"),
        ({"valid_from": "2026-01-01"}, "must use UTC"),
        ({"valid_from": "soon"}, "must use UTC"),
        ({"valid_until": "2025-01-01T00:00:00Z"}, "later than valid_from"),
        ({"extra": "1"}, "unsupported fields"),
    ],
)
def test_that_a_licence_that_is_not_for_this_pack_is_one_sentence(
    store: ModelStore, package: Path, fields: dict[str, str | None], words: str, tmp_path: Path
) -> None:
    sign(package / "MODEL.LICENSE", KEY, **fields)
    with pytest.raises(LicenceFileInvalid, match=words) as caught:
        store.import_pack(package)
    assert "\n" not in str(caught.value)
    assert not list((tmp_path / "models").iterdir())


def test_that_a_licence_of_another_signer_is_refused(store: ModelStore, package: Path, tmp_path: Path) -> None:
    sign(package / "MODEL.LICENSE", Ed25519PrivateKey.generate())
    with pytest.raises(LicenceFileInvalid, match="signature verification failed"):
        store.import_pack(package)
    sign(package / "MODEL.LICENSE", KEY)
    with pytest.raises(LicenceFileInvalid, match="signature verification failed"):
        ModelStore(tmp_path / "models", tmp_path / "bundled").import_pack(package)  # InsightFace's own keys


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"\xff\xfe", b'{"a":1,"a":2}', b"[" * 50_000, b"x" * 100_000])
def test_that_a_damaged_licence_is_one_sentence(store: ModelStore, package: Path, content: bytes) -> None:
    (package / "MODEL.LICENSE").write_bytes(content)
    with pytest.raises(LicenceFileInvalid) as caught:
        store.import_pack(package)
    assert ".incoming" not in str(caught.value)


def test_that_a_changed_field_breaks_the_signature(store: ModelStore, package: Path) -> None:
    sign(package / "MODEL.LICENSE", KEY)
    content = json.loads((package / "MODEL.LICENSE").read_text())
    (package / "MODEL.LICENSE").write_text(json.dumps({**content, "valid_until": "2099-01-01T00:00:00Z"}))
    with pytest.raises(LicenceFileInvalid, match="signature verification failed"):
        store.import_pack(package)


def test_that_an_installed_pack_gets_the_licence_that_is_brought_later(store: ModelStore, package: Path) -> None:
    assert store.import_pack(package).term is None
    sign(package / "MODEL.LICENSE", KEY)
    first = store.import_pack(package)
    assert first.term is not None
    sign(package / "MODEL.LICENSE", KEY, valid_until="2030-01-01T00:00:00Z")
    renewed = store.import_pack(package)
    assert renewed.term is not None
    assert use_at(renewed, AFTER) is LicenceUse.ALLOWED
    assert store.list("")[1].term == renewed.term
    assert b"2030" in (store.folder("raccoon_s") / "MODEL.LICENSE").read_bytes()
    assert store.verify("raccoon_s") == []


def test_that_the_public_package_takes_no_licence_away(store: ModelStore, package: Path) -> None:
    sign(package / "MODEL.LICENSE", KEY)
    licensed = store.import_pack(package)
    sign(package / "MODEL.LICENSE", KEY, grant="non-commercial", customer=None, valid_until=None)
    assert store.import_pack(package) == licensed
    assert b"Example Ltd" in (store.folder("raccoon_s") / "MODEL.LICENSE").read_bytes()


def test_that_the_public_package_repairs_a_licensed_pack_and_takes_no_licence_away(
    store: ModelStore, package: Path
) -> None:
    sign(package / "MODEL.LICENSE", KEY)
    licensed = store.import_pack(package)
    folder = store.folder("raccoon_s")

    def damage() -> None:
        (folder / read_manifest(folder).recognizer.file).write_bytes(b"damaged")

    damage()
    sign(package / "MODEL.LICENSE", KEY, grant="non-commercial", customer=None, valid_until=None)
    assert store.import_pack(package) == licensed
    assert b"Example Ltd" in (folder / "MODEL.LICENSE").read_bytes()
    assert store.verify("raccoon_s") == []

    damage()
    sign(package / "MODEL.LICENSE", KEY, valid_until="2030-01-01T00:00:00Z")
    renewed = store.import_pack(package)
    assert use_at(renewed, AFTER) is LicenceUse.ALLOWED
    assert b"2030" in (folder / "MODEL.LICENSE").read_bytes()


def test_that_a_licensed_pack_is_verified_again_on_another_computer(
    store: ModelStore, package: Path, tmp_path: Path
) -> None:
    sign(package / "MODEL.LICENSE", KEY)
    info = store.import_pack(package)
    copy = Path(shutil.copytree(store.folder("raccoon_s"), tmp_path / "copy"))
    other = ModelStore(tmp_path / "elsewhere", tmp_path / "bundled", licence_keys=[KEY.public_key()])
    assert other.import_pack(copy).term == info.term
    (copy / "MODEL.LICENSE").unlink()
    third = ModelStore(tmp_path / "third", tmp_path / "bundled", licence_keys=[KEY.public_key()])
    assert third.import_pack(copy).use is LicenceUse.RESEARCH_ONLY  # a manifest alone proves nothing
