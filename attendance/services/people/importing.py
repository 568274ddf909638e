"""Bulk enrolment from a folder or a CSV file: one result a row, whatever happens to the others."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from attendance.core.person_text import clean_text
from attendance.core.ports.vision import ImageFiles
from attendance.core.types import Person
from attendance.errors import AttendanceError, Reason
from attendance.errors.people import EnrolmentError, ImportFileError, PersonIncomplete
from attendance.file_errors import reason_of
from attendance.named_files import NamedFiles, SeveralFilesFit
from attendance.services.people.enrolment import EnrolmentOutcome, EnrolmentService
from attendance.services.people.import_table import read_rows

Status = Literal["enrolled", "added", "unchanged", "failed"]

_NAME_SEPARATOR = " - "
# Folders that programs leave behind: hidden ones, and the resource forks of a Mac's archive.
_IGNORED = (".", "__MACOSX")


@dataclass(frozen=True, slots=True)
class ImportItem:
    """One person to be enrolled.

    Attributes:
        code: the company's own key.
        photos: at least one unless ``problem`` is set.
        label: where the row comes from: the folder's name, or a reason such as "line 3".
        problem: why the row cannot be enrolled, None when it can be tried.
    """

    code: str
    name: str
    department: str
    photos: tuple[Path, ...]
    label: str | Reason
    problem: AttendanceError | None = None


@dataclass(frozen=True, slots=True)
class ImportResult:
    """What became of one row.

    Attributes:
        status: "enrolled" for a new person, "added" for photographs added to a known one, "unchanged" when all of
            them were enrolled before, "failed".
        person: None when failed.
        error: why it failed, None otherwise.
        used: photographs that were enrolled.
        rejected: photographs that were left out although the row succeeded, with their reasons.
        skipped: photographs that were enrolled before.
    """

    item: ImportItem
    status: Status
    person: Person | None = None
    error: AttendanceError | None = None
    used: tuple[Path, ...] = ()
    rejected: tuple[tuple[Path, AttendanceError], ...] = ()
    skipped: tuple[Path, ...] = ()


class ImportService:
    """Plans and runs imports.

    Args:
        enrolment: saves the people.
        images: lists the photographs of folders.
    """

    def __init__(self, enrolment: EnrolmentService, images: ImageFiles) -> None:
        self._enrolment = enrolment
        self._images = images

    def plan(self, path: Path) -> list[ImportItem]:
        """Read what a folder or CSV file holds; saves nothing.

        A folder has one sub-folder a person, named "CODE - Full Name" or with one text that is code and name; all
        pictures below it are the person's. A CSV has the columns code, name, department and photo, in any
        order; photo is relative to the CSV, may be a folder, and is found as ``NamedFiles`` does; rows with the
        same code are photographs of one person.

        Raises:
            ImportFileError: the whole cannot be read; what is wrong with one row is that row's ``problem``.
        """
        if path.is_dir():
            items = self._plan_folder(path)
        elif path.is_file():
            items = self._plan_table(path)
        else:
            raise ImportFileError(path=path, reason=Reason("there is no such file or folder"))
        return items

    def run(self, items: Iterable[ImportItem]) -> Iterator[ImportResult]:
        """Enrol row after row; each is saved as a whole or not at all, and a failed one stops nothing.

        Yields:
            One result a row, as soon as the row is done.
        """
        for item in items:
            try:
                if item.problem is not None:
                    raise item.problem
                outcome = self._enrolment.enrol_files(
                    code=item.code, name=item.name, department=item.department, paths=item.photos
                )
            except AttendanceError as err:
                yield ImportResult(item, "failed", error=err)
            else:
                yield _result(item, outcome)

    def _plan_folder(self, folder: Path) -> list[ImportItem]:
        try:
            below = sorted(
                entry for entry in folder.iterdir() if entry.is_dir() and not entry.name.startswith(_IGNORED)
            )
        except OSError as err:
            raise ImportFileError(
                path=folder, reason=Reason("it cannot be read ({cause})", cause=reason_of(err))
            ) from err
        if not below:
            raise ImportFileError(path=folder, reason=Reason("it has no sub-folders"))
        items = []
        for entry in below:
            label = clean_text(entry.name)
            code, separator, name = (part.strip() for part in label.partition(_NAME_SEPARATOR))
            photos = tuple(self._images.list_images(entry))
            problem = None if photos else PersonIncomplete(where=label, reason=Reason("the folder has no pictures"))
            items.append(ImportItem(code, name if separator else code, "", photos, label, problem))
        return _conflicts_marked(items)

    def _plan_table(self, path: Path) -> list[ImportItem]:
        items: dict[tuple[str, str], ImportItem] = {}
        lines: dict[tuple[str, str], list[int]] = {}
        failed: list[ImportItem] = []
        files = NamedFiles(path.parent)
        for row in read_rows(path):
            label = Reason("line {line}", line=row.line)
            photos, problem = self._photos(files, row.photo, label)
            if not row.code or not row.name:
                problem = PersonIncomplete(where=label, reason=Reason("code or name is empty"))
            if problem is not None:
                failed.append(ImportItem(row.code, row.name, row.department, photos, label, problem))
                continue
            key = row.code, row.name
            lines.setdefault(key, []).append(row.line)
            label = Reason("line {line}", line=lines[key])
            department = row.department
            if first := items.get(key):
                department, photos = first.department or department, first.photos + photos
            items[key] = ImportItem(row.code, row.name, department, photos, label)
        planned = _conflicts_marked(list(items.values())) + failed
        if not planned:
            raise ImportFileError(path=path, reason=Reason("it has no rows"))
        return planned

    def _photos(self, files: NamedFiles, photo: str, label: Reason) -> tuple[tuple[Path, ...], AttendanceError | None]:
        if not photo:
            return (), PersonIncomplete(where=label, reason=Reason("no photograph given"))
        try:
            path = files.find(photo)
        except SeveralFilesFit as err:
            return (), EnrolmentError(where=label, reason=err.reason)
        try:
            if not path.is_dir():
                return (path,), None  # a missing or damaged file is reported when it is read
        except OSError as err:
            return (), EnrolmentError(
                where=label, reason=Reason("the photograph cannot be looked for ({cause})", cause=reason_of(err))
            )
        photos = tuple(self._images.list_images(path))
        return photos, None if photos else PersonIncomplete(
            where=label, reason=Reason("{path} has no pictures", path=path)
        )


def _conflicts_marked(items: list[ImportItem]) -> list[ImportItem]:
    """Fail every row whose code an earlier row gives to another name."""
    names: dict[str, str] = {}
    marked = []
    for item in items:
        taken = names.setdefault(item.code, item.name)
        if item.problem is None and taken != item.name:
            problem = EnrolmentError(
                where=item.label,
                reason=Reason("the code {code} was given to {name} before", code=item.code, name=taken),
            )
            marked.append(ImportItem(item.code, item.name, item.department, item.photos, item.label, problem))
        else:
            marked.append(item)
    return marked


def _result(item: ImportItem, outcome: EnrolmentOutcome) -> ImportResult:
    status: Status = "enrolled" if outcome.is_new else "added" if outcome.used else "unchanged"
    return ImportResult(
        item,
        status,
        outcome.person,
        used=tuple(outcome.used),
        rejected=tuple(outcome.rejected),
        skipped=tuple(outcome.skipped),
    )
