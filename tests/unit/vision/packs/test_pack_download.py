"""Packs that are downloaded from a release."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from attendance.core.packs.manifest_file import read_manifest, write_manifest
from attendance.core.types import LicenceUse
from attendance.errors.models import DownloadFailed, ModelChecksumMismatch, ModelError, ModelMissing
from attendance.vision.packs.catalogue import INSIGHTFACE_PACKS, INSIGHTFACE_RELEASE, CataloguePack
from attendance.vision.packs.insightface import infer_manifest
from attendance.vision.packs.licences import INSIGHTFACE_LICENCE, INSIGHTFACE_PACK_IDS
from attendance.vision.packs.store import ModelStore
from tests.file_server import FileServer, running
from tests.unit.vision.packs.pack_folders import add_landmarks, installed, make_pack, zipped


@pytest.fixture
def server(tmp_path: Path) -> Iterator[FileServer]:
    file_server = FileServer()
    file_server.content = zipped(make_pack(tmp_path / "release" / "buffalo_sc")).read_bytes()
    with running(file_server) as started:
        yield started


def test_that_a_pack_is_downloaded_with_its_licence_and_the_seen_checksum(
    store: ModelStore, server: FileServer, tmp_path: Path
) -> None:
    seen: list[int] = []
    info = store.install("buffalo_sc", progress=lambda done, _: seen.append(done), base_url=server.url + "/")
    assert info.licence == "non-commercial research only"
    assert info.use is LicenceUse.RESEARCH_ONLY
    assert seen[-1] == len(server.content)
    origin = read_manifest(store.folder("buffalo_sc")).origin
    assert origin is not None
    assert origin.sha256 == hashlib.sha256(server.content).hexdigest()
    assert "publishes no checksum" in origin.note
    assert list((tmp_path / "models" / ".downloads").iterdir()) == []


def test_that_an_installed_pack_is_not_downloaded_again(store: ModelStore, server: FileServer) -> None:
    first = store.install("buffalo_sc", base_url=server.url)
    server.requests.clear()
    assert store.install("buffalo_sc", base_url=server.url) == first
    assert server.requests == []


def test_that_a_pack_that_was_installed_without_its_landmark_models_is_downloaded_again(
    store: ModelStore, server: FileServer, tmp_path: Path
) -> None:
    folder = make_pack(tmp_path / "earlier" / "buffalo_s")
    assert store.import_pack(folder).landmarks == ()
    server.content = zipped(add_landmarks(folder)).read_bytes()
    assert store.install("buffalo_s", base_url=server.url).landmarks == ("mesh_68", "points_106")
    server.requests.clear()
    store.install("buffalo_s", base_url=server.url)
    assert server.requests == []


def test_that_a_damaged_pack_is_downloaded_again_and_compared_with_the_first_time(
    store: ModelStore, server: FileServer, tmp_path: Path
) -> None:
    store.install("buffalo_sc", base_url=server.url)
    (store.folder("buffalo_sc") / "rec.onnx").write_bytes(b"damaged")
    good = server.content
    server.content = zipped(make_pack(tmp_path / "swapped" / "buffalo_sc", seed=9)).read_bytes()
    with pytest.raises(ModelChecksumMismatch):
        store.install("buffalo_sc", base_url=server.url)
    server.content = good
    store.install("buffalo_sc", base_url=server.url)
    assert store.verify("buffalo_sc") == []


def test_that_a_cut_download_installs_nothing_and_goes_on_later(
    store: ModelStore, server: FileServer, tmp_path: Path
) -> None:
    server.cut_after = 5000
    with pytest.raises(DownloadFailed):
        store.install("buffalo_sc", base_url=server.url)
    assert installed(tmp_path) == []
    server.cut_after = None
    store.install("buffalo_sc", base_url=server.url)
    assert server.requests[-1] == "bytes=5000-"


def test_that_a_download_that_is_no_archive_installs_nothing(
    store: ModelStore, server: FileServer, tmp_path: Path
) -> None:
    server.content = b"<html>Please log in to this wireless network</html>"
    with pytest.raises(ModelError, match="not a usable"):
        store.install("buffalo_sc", base_url=server.url)
    assert installed(tmp_path) == []
    assert list((tmp_path / "models" / ".downloads").iterdir()) == []


def test_that_a_pinned_checksum_is_insisted_on(tmp_path: Path, server: FileServer) -> None:
    pinned = CataloguePack("buffalo_sc", "t", INSIGHTFACE_LICENCE, 1, sha256="0" * 64)
    store = ModelStore(tmp_path / "models", tmp_path / "bundled", catalogue={"buffalo_sc": pinned})
    with pytest.raises(ModelChecksumMismatch):
        store.install("buffalo_sc", base_url=server.url)
    assert installed(tmp_path) == []


def test_that_an_archive_with_another_pack_inside_is_refused(
    store: ModelStore, server: FileServer, tmp_path: Path
) -> None:
    folder = make_pack(tmp_path / "other" / "buffalo_sc")
    write_manifest(folder, infer_manifest(folder, pack_id="office"))
    server.content = zipped(folder).read_bytes()
    with pytest.raises(ModelError, match="holds the pack office"):
        store.install("buffalo_sc", base_url=server.url)
    assert installed(tmp_path) == []


def test_that_a_pack_outside_the_catalogue_is_missing(store: ModelStore) -> None:
    with pytest.raises(ModelMissing, match="buffalo_l, buffalo_m"):
        store.install("resnet")


def test_that_the_catalogue_says_licence_and_size_of_every_pack() -> None:
    assert tuple(INSIGHTFACE_PACKS) == INSIGHTFACE_PACK_IDS
    assert all(pack.licence.use is LicenceUse.RESEARCH_ONLY for pack in INSIGHTFACE_PACKS.values())
    unknown = {name for name, pack in INSIGHTFACE_PACKS.items() if pack.size_bytes is None}
    assert unknown == {"cheetah_s", "cheetah_l"}
    assert all(10**7 < pack.size_bytes < 10**9 for pack in INSIGHTFACE_PACKS.values() if pack.size_bytes is not None)


def test_that_the_release_address_is_insightfaces_own() -> None:
    storage = pytest.importorskip("insightface.utils.storage")
    assert storage.MODEL_ZOO_RELEASE_DOWNLOAD_URL.rstrip("/") == INSIGHTFACE_RELEASE
