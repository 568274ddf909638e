"""manifest.json in the folder of a model pack: read, write, and compare with the files."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any

from attendance.core.packs.format import FileSum, Manifest, from_json, to_json
from attendance.errors import Reason, Refusal
from attendance.errors.models import ModelChecksumMismatch, ModelContractBroken, ModelError, ModelMissing, WrongFileKind
from attendance.file_errors import reason_of
from attendance.file_kinds import FileKind, other_kind
from attendance.named_files import NamedFiles, SeveralFilesFit
from attendance.text_file import text_of
from attendance.whole_file import replaced_text

MANIFEST_NAME = "manifest.json"
_MAX_MANIFEST_BYTES = 1_000_000
_BLOCK_BYTES = 1 << 20
_INSIGHTFACE_MANIFEST_VERSION = 2  # insightface model_zoo/package_manifest.py


def has_manifest(folder: Path) -> bool:
    """Tell whether the folder has a manifest of this program, good or damaged; InsightFace's own is none."""
    return (folder / MANIFEST_NAME).exists() and insightface_manifest(folder) is None


def read_manifest(folder: Path) -> Manifest:
    """Read and check ``manifest.json``; the model files are not looked at.

    Raises:
        WrongFileKind: something else than a pack.
        ModelMissing: no such folder or no manifest in it.
        ModelContractBroken: not JSON, or a value is missing, of another type or out of range.
    """
    return read_content(folder)[0]


def read_content(folder: Path) -> tuple[Manifest, dict[str, Any]]:
    """As ``read_manifest``; returns beside it the JSON object, with the keys that this program does not know."""
    path = folder / MANIFEST_NAME
    try:
        if path.stat().st_size > _MAX_MANIFEST_BYTES:
            raise ModelContractBroken(pack=folder.name, path=path, reason=Reason("the manifest is too large"))
        content = json.loads(text_of(path.read_bytes()))
        return from_json(content), content
    except FileNotFoundError as err:
        _refuse_other_kind(folder)
        absent = path if folder.exists() else folder
        raise ModelMissing(pack=folder.name, reason=Reason("{path} does not exist", path=absent)) from err
    except OSError as err:
        _refuse_other_kind(folder)
        raise ModelMissing(
            pack=folder.name, reason=Reason("{path} cannot be read ({cause})", path=path, cause=reason_of(err))
        ) from err
    except Refusal as err:
        raise _wrong_manifest(path, err.reason) from err
    except (ValueError, RecursionError) as err:
        raise _wrong_manifest(path, Reason.quoted(str(err))) from err


def _refuse_other_kind(folder: Path) -> None:
    if (other := other_kind(folder, FileKind.PACK)) is not None:
        raise WrongFileKind(path=folder, reason=other)


def _wrong_manifest(path: Path, cause: Reason) -> ModelContractBroken:
    return ModelContractBroken(
        pack=path.parent.name, path=path, reason=Reason("the manifest is wrong: {cause}", cause=cause)
    )


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Write ``manifest.json`` whole or not at all.

    Raises:
        OSError: the folder cannot be written.
    """
    write_content(folder, to_json(manifest))


def write_content(folder: Path, content: Mapping[str, Any]) -> None:
    """As ``write_manifest``, from the JSON object."""
    with replaced_text(folder / MANIFEST_NAME, is_private=False) as file:
        file.write(json.dumps(content, indent=2, ensure_ascii=False) + "\n")


def file_sum(path: Path) -> FileSum:
    """Return SHA-256 and size of a file.

    Raises:
        OSError: the file cannot be read.
    """
    digest = hashlib.sha256()
    size = 0
    with path.open("rb") as file:
        while block := file.read(_BLOCK_BYTES):
            digest.update(block)
            size += len(block)
    return FileSum(digest.hexdigest(), size)


def model_path(folder: Path, name: str, *, pack: str) -> Path:
    """Return where the file lies that a manifest names; its name on the disk may be spelled as another system does.

    Args:
        folder: of the pack.
        name: from its manifest.
        pack: name of the pack, for the error.

    Raises:
        ModelMissing: several files fit. When none fits, the path as it is written is returned.
    """
    try:
        return NamedFiles(folder).find(name)
    except SeveralFilesFit as err:
        raise ModelMissing(pack=pack, reason=err.reason) from err


def problems(folder: Path, manifest: Manifest, names: Collection[str] | None = None) -> Iterator[ModelError]:
    """Yield one error for each file of the manifest that is missing or changed.

    Args:
        folder: of the pack.
        manifest: of the pack.
        names: which of its files; None = all of them.
    """
    for name in manifest.files if names is None else names:
        expected = manifest.files[name]
        try:
            path = model_path(folder, name, pack=manifest.pack_id)
        except ModelMissing as err:
            yield err
            continue
        try:
            # The size first: it costs nothing and tells a truncated file at once.
            changed = path.stat().st_size != expected.size_bytes or file_sum(path) != expected
        except FileNotFoundError:
            yield ModelMissing(pack=manifest.pack_id, reason=Reason("{path} does not exist", path=path))
            continue
        except OSError as err:
            yield ModelMissing(
                pack=manifest.pack_id, reason=Reason("{path} cannot be read ({cause})", path=path, cause=reason_of(err))
            )
            continue
        if changed:
            yield ModelChecksumMismatch(pack=manifest.pack_id, path=path)


def verify_files(folder: Path, manifest: Manifest, names: Collection[str] | None = None) -> None:
    """Compare files with the manifest.

    Args:
        folder: of the pack.
        manifest: of the pack.
        names: which of its files; None = all of them.

    Raises:
        ModelMissing: a file is absent or cannot be read.
        ModelChecksumMismatch: a file differs.
    """
    for problem in problems(folder, manifest, names):
        raise problem


def insightface_manifest(folder: Path) -> Mapping[str, object] | None:
    """Return the manifest of an InsightFace package (version 2), None when it is another or none."""
    try:
        return insightface_content((folder / MANIFEST_NAME).read_bytes())
    except OSError:
        return None


def insightface_content(raw: bytes) -> Mapping[str, object] | None:
    """As ``insightface_manifest``, from what the file holds."""
    try:
        content = json.loads(text_of(raw))
    except (ValueError, RecursionError):
        return None
    is_theirs = isinstance(content, dict) and content.get("manifest_version") == _INSIGHTFACE_MANIFEST_VERSION
    return content if is_theirs else None
