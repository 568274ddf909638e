from __future__ import annotations

import stat
import struct
import zipfile
from pathlib import Path

import pytest

from attendance.errors.models import ModelError, ModelMissing
from attendance.vision.packs import archive as pack_archive
from attendance.vision.packs.archive import unpack


@pytest.fixture
def target(tmp_path: Path) -> Path:
    folder = tmp_path / "target"
    folder.mkdir()
    return folder


def archive(path: Path, members: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in members.items():
            file.writestr(name, content)
    return path


def names(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*"))


@pytest.mark.parametrize("prefix", ["", "antelopev2/", "a/b/"])
def test_that_models_and_texts_are_taken_from_wherever_the_models_lie(
    tmp_path: Path, target: Path, prefix: str
) -> None:
    members = {f"{prefix}det.onnx": b"1", f"{prefix}rec.onnx": b"2", f"{prefix}LICENSE": b"3", "top.exe": b"4"}
    unpack(archive(tmp_path / "pack.zip", members), target)
    assert names(target) == ["LICENSE", "det.onnx", "rec.onnx"]
    assert (target / "rec.onnx").read_bytes() == b"2"


def test_that_a_folder_is_copied_without_links_and_strangers(tmp_path: Path, target: Path) -> None:
    source = tmp_path / "source"
    (source / "inner").mkdir(parents=True)
    (source / "inner" / "rec.onnx").write_bytes(b"2")
    (source / "inner" / "manifest.json").write_bytes(b"{}")
    (source / "run.sh").write_bytes(b"x")
    (tmp_path / "secret.onnx").write_bytes(b"s")
    try:
        (source / "inner" / "link.onnx").symlink_to(tmp_path / "secret.onnx")
    except OSError:
        pytest.skip("links are not allowed here")
    unpack(source, target)
    assert names(target) == ["manifest.json", "rec.onnx"]


@pytest.mark.parametrize(
    "name", ["../rec.onnx", "/rec.onnx", "a/../../rec.onnx", "..\\rec.onnx", "C:\\rec.onnx", "C:rec.onnx"]
)
def test_that_a_member_that_leaves_the_folder_refuses_the_archive(tmp_path: Path, target: Path, name: str) -> None:
    with pytest.raises(ModelError, match="unsafe"):
        unpack(archive(tmp_path / "pack.zip", {"rec.onnx": b"1", name: b"2"}), target)
    assert names(tmp_path) == ["pack.zip", "target"]


@pytest.mark.parametrize("kind", [stat.S_IFLNK, stat.S_IFIFO, stat.S_IFCHR])
def test_that_a_link_or_device_in_an_archive_is_refused(tmp_path: Path, target: Path, kind: int) -> None:
    info = zipfile.ZipInfo("rec.onnx")
    info.external_attr = (kind | 0o777) << 16
    with zipfile.ZipFile(tmp_path / "pack.zip", "w") as file:
        file.writestr(info, "/etc/passwd")
    with pytest.raises(ModelError, match="unsafe"):
        unpack(tmp_path / "pack.zip", target)
    assert names(target) == []


def test_that_more_bytes_than_the_cap_are_refused_from_the_directory(
    tmp_path: Path, target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pack_archive, "MAX_TOTAL_BYTES", 1000)
    with pytest.raises(ModelError, match="unpacks to more than 1,000 bytes"):
        unpack(archive(tmp_path / "pack.zip", {"a.onnx": bytes(600), "b.onnx": bytes(600)}), target)
    assert names(target) == []


def test_that_an_archive_that_lies_about_its_size_is_stopped(
    tmp_path: Path, target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = archive(tmp_path / "pack.zip", {"a.onnx": bytes(5_000_000)})
    raw = bytearray(path.read_bytes())
    for signature, offset in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        at = raw.index(signature) + offset
        assert struct.unpack_from("<I", raw, at) == (5_000_000,)
        struct.pack_into("<I", raw, at, 10)
    path.write_bytes(raw)
    with pytest.raises(ModelError, match="not a usable"):
        unpack(path, target)
    assert sum(file.stat().st_size for file in target.iterdir()) <= 10


def test_that_a_folder_above_the_cap_is_refused(tmp_path: Path, target: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = tmp_path / "source"
    source.mkdir()
    (source / "rec.onnx").write_bytes(bytes(1001))
    monkeypatch.setattr(pack_archive, "MAX_TOTAL_BYTES", 1000)
    with pytest.raises(ModelError, match="more than 1,000 bytes"):
        unpack(source, target)


def test_that_too_many_members_are_refused(tmp_path: Path, target: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pack_archive, "MAX_MEMBERS", 3)
    with pytest.raises(ModelError, match="more than 3 files"):
        unpack(archive(tmp_path / "pack.zip", {f"{i}.onnx": b"" for i in range(4)}), target)


def test_that_a_name_given_twice_is_refused(tmp_path: Path, target: Path) -> None:
    with zipfile.ZipFile(tmp_path / "pack.zip", "w") as file:
        file.writestr("rec.onnx", b"1")
        with pytest.warns(UserWarning, match="Duplicate"):
            file.writestr("rec.onnx", b"2")
    with pytest.raises(ModelError, match="twice"):
        unpack(tmp_path / "pack.zip", target)


PACKAGE = b'{"manifest_version": 2}'


@pytest.mark.parametrize("as_zip", [False, True])
def test_that_folders_below_insightfaces_manifest_are_taken_along(tmp_path: Path, target: Path, as_zip: bool) -> None:
    members = {
        "p/manifest.json": PACKAGE,
        "p/det/model.onnx": b"1",
        "p/rec/model.onnx": b"2",
        "p/legal/MODEL.LICENSE": b"3",
        "p/rec/run.exe": b"4",
        "other.txt": b"5",
    }
    source = archive(tmp_path / "pack.zip", members)
    if not as_zip:
        source = tmp_path / "source"
        for name, content in members.items():
            (source / name).parent.mkdir(parents=True, exist_ok=True)
            (source / name).write_bytes(content)
    unpack(source, target)
    files = [name for name in names(target) if (target / name).is_file()]
    assert files == ["det/model.onnx", "legal/MODEL.LICENSE", "manifest.json", "rec/model.onnx"]
    assert (target / "rec" / "model.onnx").read_bytes() == b"2"


@pytest.mark.parametrize("manifest", [b"{}", b"{", b'{"manifest_version": 1}'])
def test_that_no_other_manifest_may_lie_above_its_models(tmp_path: Path, target: Path, manifest: bytes) -> None:
    with pytest.raises(ModelError, match="do not lie beside its manifest"):
        unpack(archive(tmp_path / "one.zip", {"manifest.json": manifest, "a/det.onnx": b"1"}), target)
    two = archive(tmp_path / "two.zip", {"manifest.json": manifest, "a/det.onnx": b"1", "b/rec.onnx": b"2"})
    with pytest.raises(ModelError, match="several folders"):
        unpack(two, target)


def test_that_a_manifest_beside_some_of_the_models_speaks_for_no_others(tmp_path: Path, target: Path) -> None:
    with pytest.raises(ModelError, match="several folders"):
        unpack(archive(tmp_path / "p.zip", {"a/manifest.json": PACKAGE, "a/d.onnx": b"1", "b/r.onnx": b"2"}), target)


def test_that_models_in_two_folders_are_refused(tmp_path: Path, target: Path) -> None:
    with pytest.raises(ModelError, match="several folders"):
        unpack(archive(tmp_path / "pack.zip", {"a/det.onnx": b"1", "b/rec.onnx": b"2"}), target)


def test_that_an_archive_without_models_is_refused(tmp_path: Path, target: Path) -> None:
    with pytest.raises(ModelMissing, match=r"no \.onnx model"):
        unpack(archive(tmp_path / "pack.zip", {"readme.txt": b"1", "__MACOSX/x.onnx": b"2"}), target)


def test_that_a_missing_source_is_named(tmp_path: Path, target: Path) -> None:
    with pytest.raises(ModelMissing, match=r"none\.zip"):
        unpack(tmp_path / "none.zip", target)


@pytest.mark.parametrize("damage", ["empty", "text", "cut", "flipped", "encrypted", "method"])
def test_that_a_damaged_archive_is_refused(tmp_path: Path, target: Path, damage: str) -> None:
    path = archive(tmp_path / "pack.zip", {"rec.onnx": bytes(range(256)) * 40})
    raw = bytearray(path.read_bytes())
    central = raw.index(b"PK\x01\x02")
    if damage == "empty":
        raw = bytearray()
    elif damage == "text":
        raw = bytearray(b"not a zip")
    elif damage == "cut":
        raw = raw[: len(raw) // 2]
    elif damage == "flipped":
        raw[60] ^= 0xFF
    elif damage == "encrypted":
        raw[6] |= 1
        raw[central + 8] |= 1
    else:
        raw[8] = raw[central + 10] = 77
    path.write_bytes(raw)
    with pytest.raises(ModelError, match="not a usable"):
        unpack(path, target)
