"""Takes the models and texts out of a pack folder or .zip that may come from anywhere, into an empty folder."""

from __future__ import annotations

import lzma
import stat
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path, PurePosixPath
from typing import IO, TypeVar

from attendance.core.packs.json_section import is_file_name
from attendance.core.packs.manifest_file import MANIFEST_NAME, insightface_content
from attendance.errors import Reason
from attendance.errors.models import ModelError, ModelMissing, WrongFileKind
from attendance.file_errors import reason_of
from attendance.file_kinds import FileKind, other_kind

_T = TypeVar("_T")

MAX_MEMBERS = 1000
MAX_TOTAL_BYTES = 2_000_000_000
"""Caps against archive bombs; InsightFace's largest pack (antelopev2) has 6 files and about 410 MB."""
_SUFFIXES = frozenset({".onnx", ".json", ".txt", ".md", ".license"})
_BARE_NAMES = frozenset({"LICENSE", "LICENCE", "NOTICE", "COPYING"})
_BLOCK_BYTES = 1 << 20
# What zipfile raises for damaged, encrypted or strangely packed members.
_ZIP_ERRORS = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, NotImplementedError, RuntimeError, ValueError)


def unpack(source: Path, target: Path) -> None:
    """Copy the files of a pack.

    Only .onnx, .json, .txt and .md files and licences are taken, from the one folder that holds the models: the top, or
    a folder inside (antelopev2.zip holds ``antelopev2/``). Of InsightFace's packages (manifest of version 2), whose
    models may lie in folders below the manifest, these folders are taken along.

    Args:
        source: a folder or a .zip file.
        target: an existing empty folder.

    Raises:
        WrongFileKind: ``source`` is something else than a pack.
        ModelMissing: there is nothing at ``source``, or no model in it.
        ModelError: an unsafe, damaged or unreadable source, too many or too large files, models in several folders.
        OSError: ``target`` cannot be written.
    """
    if not (source.is_dir() or source.is_file()):
        raise ModelMissing(pack=source.name, reason=Reason("{path} does not exist", path=source))
    try:
        (_copy_folder if source.is_dir() else _extract_zip)(source, target)
    except ModelError as err:
        if (other := other_kind(source, FileKind.PACK)) is not None:
            raise WrongFileKind(path=source, reason=other) from err
        raise


def _copy_folder(source: Path, target: Path) -> None:
    # Links are left out: what they point to is not a part of the pack.
    files = {
        path.relative_to(source).as_posix(): path
        for path in _limited(source, source.rglob("*"))
        if path.is_file() and not path.is_symlink()
    }
    budget = MAX_TOTAL_BYTES
    for name, member in _wanted(source, files, lambda name: _opened(source, files[name])):
        with _opened(source, files[member]) as reader, _made(target / name) as writer:
            budget = _copy(source, reader, writer, budget)


def _extract_zip(source: Path, target: Path) -> None:
    try:
        with _opened(source, source) as file, zipfile.ZipFile(file) as archive:
            members = {}
            for info in _limited(source, archive.infolist()):
                _refuse_unsafe(source, info)
                if not info.is_dir() and info.filename in members:
                    raise ModelError(
                        pack=source.name, reason=Reason("the archive holds {name} twice", name=info.filename)
                    )
                if not info.is_dir():
                    members[info.filename] = info
            if sum(info.file_size for info in members.values()) > MAX_TOTAL_BYTES:
                raise _too_large(source)
            budget = MAX_TOTAL_BYTES
            for name, member in _wanted(source, members, lambda name: archive.open(members[name])):
                with archive.open(members[member]) as reader, _made(target / name) as writer:
                    # Counted while unpacking too: the sizes in the directory are only a claim.
                    budget = _copy(source, reader, writer, budget)
    except _ZIP_ERRORS as err:
        raise ModelError(
            pack=source.name, reason=Reason("it is not a usable .zip file ({cause})", cause=Reason.quoted(str(err)))
        ) from err


def _refuse_unsafe(source: Path, info: zipfile.ZipInfo) -> None:
    """Refuse the whole archive for one member that would leave the folder or is not a plain file."""
    parts = PurePosixPath(info.filename).parts
    leaves = info.filename.startswith("/") or ".." in parts or "\\" in info.filename or ":" in info.filename
    kind = stat.S_IFMT(info.external_attr >> 16)
    if leaves or kind not in (0, stat.S_IFREG, stat.S_IFDIR):
        raise ModelError(
            pack=source.name,
            reason=Reason("the archive is unsafe: {name} is not a plain file inside it", name=repr(info.filename)),
        )


def _limited(source: Path, items: Iterable[_T]) -> Iterator[_T]:
    for count, item in enumerate(items):
        if count >= MAX_MEMBERS:
            raise ModelError(pack=source.name, reason=Reason("it holds more than {count} files", count=MAX_MEMBERS))
        yield item


def _wanted(source: Path, names: Iterable[str], opened: Callable[[str], IO[bytes]]) -> list[tuple[str, str]]:
    """Return (name in the pack, member name) of what belongs to the pack.

    Args:
        source: for error messages.
        names: of all members.
        opened: opens one.
    """
    paths = {name: PurePosixPath(name) for name in names if "__MACOSX" not in name}
    homes = {path.parent for path in paths.values() if path.suffix.lower() == ".onnx" and is_file_name(path.name)}
    if not homes:
        raise ModelMissing(pack=source.name, reason=Reason("{path} holds no .onnx model", path=source))
    manifests = [
        (path, name)
        for name, path in paths.items()
        if path.name == MANIFEST_NAME and all(home.is_relative_to(path.parent) for home in homes)
    ]
    highest = min(manifests, key=lambda item: len(item[0].parts), default=None)
    is_package = False
    if highest is not None:
        with opened(highest[1]) as reader:
            is_package = insightface_content(_read(source, reader)) is not None
    if not is_package and len(homes) > 1:
        raise ModelError(pack=source.name, reason=Reason("it holds models in several folders; a pack is one folder"))
    home = highest[0].parent if highest is not None else next(iter(homes))
    if not is_package and home not in homes:
        raise ModelError(pack=source.name, reason=Reason("its models do not lie beside its manifest"))
    return [
        (path.relative_to(home).as_posix(), name)
        for name, path in paths.items()
        if path.is_relative_to(home)
        and (is_package or path.parent == home)
        and all(is_file_name(part) for part in path.relative_to(home).parts)
        and (path.suffix.lower() in _SUFFIXES or path.name.upper() in _BARE_NAMES)
    ]


def _made(path: Path) -> IO[bytes]:
    """Open a new file, in a new folder where it lies in one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    return path.open("xb")


def _copy(source: Path, reader: IO[bytes], writer: IO[bytes], budget: int) -> int:
    """Copy one file; return what is left of the budget in bytes."""
    while block := _read(source, reader):
        budget -= len(block)
        if budget < 0:
            raise _too_large(source)
        writer.write(block)
    return budget


def _opened(source: Path, path: Path) -> IO[bytes]:
    try:
        return path.open("rb")
    except OSError as err:
        raise _unreadable(source, err) from err


def _read(source: Path, reader: IO[bytes]) -> bytes:
    try:
        return reader.read(_BLOCK_BYTES)
    except OSError as err:
        raise _unreadable(source, err) from err


def _unreadable(source: Path, err: OSError) -> ModelError:
    return ModelError(
        pack=source.name,
        reason=Reason("{path} cannot be read ({cause})", path=err.filename or source, cause=reason_of(err)),
    )


def _too_large(source: Path) -> ModelError:
    return ModelError(
        pack=source.name, reason=Reason("it unpacks to more than {count} bytes", count=f"{MAX_TOTAL_BYTES:,}")
    )
