"""The private folder of a training: consented faces while it runs, and the promoted pack until it is installed."""

from __future__ import annotations

import json
import logging
import shutil
import sqlite3
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np

from attendance.core.corrections import DisputedCrop
from attendance.core.training_gate import Outcome
from attendance.core.types import ImageBgr, PackInfo, Person
from attendance.errors import Reason
from attendance.errors.models import TrainingFailed
from attendance.file_errors import storage_error
from attendance.private_files import make_private_folder, tighten
from attendance.services.people.bulk_embedding import EmbeddedFile, save_crops
from attendance.services.training.events import TrainingResult, read_row, row_data
from attendance.whole_file import replaced_text

_log = logging.getLogger(__name__)

_RUN, _CANDIDATE, _LOCK, _RESULT = "run-", "candidate", "lock", "result.json"


class TrainingFiles:
    """Folders of one data folder's trainings; one training at a time, whatever window began it.

    ``run-*`` hold faces and are removed at the end of a run, or at the next start after a crash. ``candidate`` holds
    a promoted pack and the gate's table without names.

    Args:
        root: private folder, made when first needed.
    """

    def __init__(self, root: Path) -> None:
        self._root = root
        self._run: Path | None = None
        self._lock: sqlite3.Connection | None = None

    def sweep(self) -> None:
        """Remove what a crash left behind; a run of another window that is still going on is left alone."""
        if any(self._leftovers()) and self._take_lock():
            try:
                self._remove_leftovers()
            finally:
                self._release_lock()

    def begin(self) -> Path:
        """Return a new private folder for one run.

        Raises:
            TrainingFailed: a training of this data folder is going on already.
            StorageError: the folder cannot be written.
        """
        try:
            make_private_folder(self._root)
            tighten(self._root)
            if not self._take_lock():
                raise TrainingFailed(reason=Reason("another window of this data folder is training"))
            self._remove_leftovers()
            self._run = Path(tempfile.mkdtemp(prefix=_RUN, dir=self._root))
        except OSError as err:
            self._release_lock()
            raise storage_error(err, self._root) from err
        return self._run

    def end(self) -> None:
        """Remove the folder of the run; harmless when there is none."""
        if self._run is not None:
            shutil.rmtree(self._run, ignore_errors=True)
            self._run = None
        self._release_lock()

    # --- the promoted pack ---------------------------------------------------------------------------

    def keep(self, result: TrainingResult) -> TrainingResult:
        """Move a promoted pack out of the run's folder, in place of an older candidate.

        Raises:
            StorageError: the folder cannot be written.
        """
        assert result.folder is not None
        home = self._root / _CANDIDATE
        try:
            shutil.rmtree(home, ignore_errors=True)
            make_private_folder(home)
            folder = home / result.folder.name
            result.folder.replace(folder)
            rows = [row_data(replace(row, why=None)) for row in result.rows]  # reasons may name people
            text = json.dumps({"pack": folder.name, "table": rows})
            with replaced_text(home / _RESULT) as file:
                file.write(text)
        except OSError as err:
            raise storage_error(err, home) from err
        return TrainingResult(Outcome.PROMOTED, result.rows, folder)

    def kept(self) -> TrainingResult | None:
        """Return the promoted pack that was neither installed nor discarded yet."""
        home = self._root / _CANDIDATE
        try:
            values = json.loads((home / _RESULT).read_text(encoding="utf-8"))
            folder = home / Path(str(values["pack"])).name
            rows = tuple(read_row(row) for row in values["table"])
        except (OSError, ValueError, KeyError, TypeError):
            return None
        return TrainingResult(Outcome.PROMOTED, rows, folder) if folder.is_dir() else None

    def forget(self) -> None:
        """Remove the promoted pack; harmless when there is none."""
        shutil.rmtree(self._root / _CANDIDATE, ignore_errors=True)

    # --- the lock ------------------------------------------------------------------------------------

    def _leftovers(self) -> list[Path]:
        return [path for path in self._root.glob(f"{_RUN}*") if path.is_dir()]

    def _remove_leftovers(self) -> None:
        for path in self._leftovers():
            _log.warning("removing what an interrupted training left in %s", path)
            shutil.rmtree(path, ignore_errors=True)

    def _take_lock(self) -> bool:
        # The system frees SQLite's file lock when a process dies, on every platform; a file with a process id would
        # have to be judged.
        lock = sqlite3.connect(self._root / _LOCK, timeout=0, isolation_level=None, check_same_thread=False)
        try:
            lock.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError:
            lock.close()
            return False
        self._lock = lock
        return True

    def _release_lock(self) -> None:
        if self._lock is not None:
            self._lock.close()
            self._lock = None


def write_training_crops(path: Path, crops: Iterable[tuple[Person, ImageBgr]], info: PackInfo) -> dict[int, str]:
    """Write faces as ``attendance embed --crops`` does, in one folder a person, readable by this user only.

    Args:
        path: file to write, in a private folder.
        crops: person and (112, 112, 3) uint8 BGR aligned face.
        info: the pack in use.

    Returns:
        The folder of each person, by id.

    Raises:
        ReportError: the file cannot be written.
        DiskFull: no space left.
    """
    folders: dict[int, str] = {}
    faces = []
    for person, crop in crops:
        faces.append((folders.setdefault(person.id, _folder_name(person, set(folders.values()))), crop))
    _write_faces(path, faces, info)
    return folders


def write_disputed_crops(path: Path, crops: Iterable[DisputedCrop], folders: Mapping[int, str], info: PackInfo) -> int:
    """Write faces that said "that's not me", each in the folder of the person it was taken for.

    Args:
        path: file to write, in a private folder.
        crops: kept with consent; those taken for somebody who is not trained on are left out.
        folders: what ``write_training_crops`` returned.
        info: the pack in use.

    Returns:
        Number of faces; with none no file is written.

    Raises:
        ReportError: the file cannot be written.
        DiskFull: no space left.
    """
    faces = [(folders[one.person_id], one.crop_bgr) for one in crops if one.person_id in folders]
    if faces:
        _write_faces(path, faces, info)
    return len(faces)


def _write_faces(path: Path, faces: Iterable[tuple[str, ImageBgr]], info: PackInfo) -> None:
    nothing = np.zeros(0, np.float32)
    rows = [
        EmbeddedFile(f"{folder}/{number:06d}.png", "ok", nothing, None, crop)
        for number, (folder, crop) in enumerate(faces)
    ]
    save_crops(path, rows, info)


def _folder_name(person: Person, taken: set[str]) -> str:
    """Return code and name as one plain part of a path; the gate's reasons call the person like this."""
    plain = "".join("_" if letter in '/\\:*?"<>|' else letter for letter in f"{person.code} {person.name}")
    name = plain.strip(". ") or str(person.id)
    return f"{name} ({person.id})" if name in taken else name
