"""Files that a table or manifest names, found although another system spells their names otherwise."""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Callable
from pathlib import Path, PurePath

from attendance.errors import Reason, Refusal


class SeveralFilesFit(Refusal):
    """A name that fits several files, and none of them exactly."""


class NamedFiles:
    """Looks for files by name, from one folder; what it saw of the disk is kept as long as the object.

    A Mac writes the letters of a file name apart from their accents (NFD), most others together (NFC); Windows does
    not tell upper from lower case and separates folders with backslashes.

    Args:
        folder: names are relative to it.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._seen: dict[tuple[Path, _Spelling], dict[str, list[str]]] = {}

    def find(self, name: str) -> Path:
        """Return the file or folder that a name means.

        One with exactly this name comes first, then the one whose name differs only by Unicode form, then the one that
        differs by letter case too; backslashes may stand for slashes. Only names that are in a folder are found, so a
        name without separators stays in the folder.

        Args:
            name: as it is written in the table or manifest.

        Returns:
            What was found; the path as it is written, when nothing fits.

        Raises:
            SeveralFilesFit: two or more fit equally well.
        """
        written = self._folder / name.replace("\\", "/")
        for exact in (self._folder / name, written):
            if os.path.lexists(exact):
                return exact
        for spelling in (composed, _caseless):
            found = self._fitting(written, spelling)
            if len(found) == 1:
                return found[0]
            if found:
                reason = Reason("several files fit the name {name}: {names}", name=name, names=found)
                raise SeveralFilesFit(reason)
        return written

    def _fitting(self, written: Path, spelling: _Spelling) -> list[Path]:
        """Return all paths that are spelled like this one below the folder, or below the root of an absolute one."""
        start = self._folder if written.is_relative_to(self._folder) else Path(written.anchor)
        found = [start]
        for part in PurePath(written).relative_to(start).parts:
            if part == "..":
                found = [path / part for path in found]
            else:
                found = [path / name for path in found for name in self._names(path, spelling).get(spelling(part), ())]
        return found

    def _names(self, folder: Path, spelling: _Spelling) -> dict[str, list[str]]:
        """Return the names in a folder by their spelling; none when it is not a folder or cannot be read."""
        key = (folder, spelling)
        if key not in self._seen:
            names: dict[str, list[str]] = {}
            try:
                for name in sorted(os.listdir(folder)):  # noqa: PTH208 - only names are wanted
                    names.setdefault(spelling(name), []).append(name)
            except (OSError, ValueError):  # ValueError: a zero character
                pass
            self._seen[key] = names
        return self._seen[key]


_Spelling = Callable[[str], str]


def composed(name: str) -> str:
    """Return the Unicode form (NFC) in which names are compared that should be the same on every system."""
    return unicodedata.normalize("NFC", name)


def _caseless(name: str) -> str:
    return composed(composed(name).casefold())
