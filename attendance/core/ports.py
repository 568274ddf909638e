"""Protocols that the services depend on; ``attendance.app`` plugs the adapters in."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from concurrent.futures import Future
from datetime import date, datetime
from pathlib import Path
from typing import Protocol

from attendance.core.audit import AuditCheck, AuditEntry
from attendance.core.corrections import Correction, CorrectionState, DisputedCrop
from attendance.core.hours.records import KeptNumbers, KeptSheet, Revisions, StoredPlan, WorkerRecord
from attendance.core.shadow import ShadowLook, ShadowReport
from attendance.core.types import (
    CheckIn,
    Detection,
    Direction,
    FloatArray,
    Frame,
    ImageBgr,
    LivenessState,
    PackInfo,
    Person,
    ProviderReport,
    RecognizerChoice,
    Template,
)

EventRow = tuple[str, str, int, str, float | None, str, str, str | None, str | None, str | None, int]
"""event_id, instant in UTC as "YYYY-MM-DD HH:MM:SS.ffffff", utc_offset_s, direction, similarity, source, made_by; code,
name and department of the person, None when erased; number of the row, in the order of storing."""


class Clock(Protocol):
    """Time, so that tests and replays can set it."""

    def now_utc(self) -> datetime:
        """Return the aware UTC instant."""

    def mono_s(self) -> float:
        """Return monotonic seconds."""


class FrameSource(Protocol):
    """A camera, stream, video file or folder of pictures.

    Opened, read and closed in one thread only.
    """

    @property
    def is_live(self) -> bool:
        """True for cameras and network streams: worth reconnecting, frames may be dropped."""

    def describe(self) -> str:
        """Return a short name for log, screen and check-in rows; never a password."""

    def open(self) -> None:
        """Open the source.

        Raises:
            CameraNotFound: nothing there.
            CameraBusy: held by another program.
            ImageError: a file source that is no video or holds no pictures.
        """

    def read(self) -> Frame | None:
        """Return the next frame, or None at the end of a file or folder.

        Raises:
            CameraLost: a live source stopped.
        """

    def close(self) -> None:
        """Release the source; harmless when not open."""


class Detector(Protocol):
    """Finds faces."""

    def detect(self, image_bgr: ImageBgr) -> list[Detection]:
        """Return the faces of a (H, W, 3) uint8 BGR picture, best score first."""


class Embedder(Protocol):
    """Turns faces into unit vectors."""

    @property
    def embedding_size(self) -> int:
        """D."""

    @property
    def model_id(self) -> str:
        """Identity of the recognizer, stored with every template."""

    def align(self, image_bgr: ImageBgr, landmarks_px: FloatArray) -> ImageBgr:
        """Warp one face to the 112x112 ArcFace template.

        Args:
            image_bgr: (H, W, 3) uint8 BGR.
            landmarks_px: (5, 2) float32.

        Returns:
            (112, 112, 3) uint8 BGR.

        Raises:
            ValueError: the landmarks are degenerate.
        """

    def embed(self, crops_bgr: Sequence[ImageBgr]) -> FloatArray:
        """Embed aligned crops in one batch.

        Args:
            crops_bgr: k crops of (112, 112, 3) uint8 BGR; k = 0 is allowed.

        Returns:
            (k, D) float32, each row of unit length.
        """


class AntiSpoof(Protocol):
    """Says whether a face is a live person."""

    def check(self, image_bgr: ImageBgr, detection: Detection) -> LivenessState:
        """Judge one face of a (H, W, 3) uint8 BGR picture."""


class VisionPack(Protocol):
    """A loaded model pack."""

    @property
    def info(self) -> PackInfo:
        """What was loaded."""

    @property
    def provider(self) -> ProviderReport:
        """Where it runs and why."""

    @property
    def detector(self) -> Detector:
        """The pack's detector."""

    @property
    def embedder(self) -> Embedder:
        """The pack's recognizer."""


class ImageFiles(Protocol):
    """Reads picture files safely and packs crops for storage."""

    def read(self, path: Path) -> ImageBgr:
        """Decode one picture file, EXIF rotation applied.

        Raises:
            ImageUnreadable: missing, empty, damaged or no picture.
            ImageTooLarge: over the byte or pixel cap, found out before decoding.
        """

    def list_images(self, folder: Path) -> list[Path]:
        """Return the picture files below a folder by extension, sorted, recursive."""


class Roster(Protocol):
    """People and their templates. Safe to call from any thread; writes return after the commit.

    Every method raises StorageError when the database cannot be used.
    """

    def list_people(self, *, include_inactive: bool = True) -> list[Person]:
        """Return all people by name."""

    def get_by_code(self, code: str) -> Person:
        """Return one person.

        Raises:
            UnknownPerson: nobody has this code.
        """

    def get(self, person_id: int) -> Person | None:
        """Return one person by id, None when erased."""

    def enrol(
        self,
        *,
        code: str,
        name: str,
        department: str = "",
        language: str = "",
        templates: Sequence[tuple[FloatArray, ImageBgr | None]],
        model_id: str,
    ) -> Person:
        """Create the person, or add templates to the one with this code and name, in one transaction.

        Raises:
            DuplicateCode: the code belongs to somebody with another name.
        """

    def update(
        self,
        code: str,
        *,
        name: str | None = None,
        department: str | None = None,
        language: str | None = None,
        is_active: bool | None = None,
        may_train: bool | None = None,
    ) -> Person:
        """Change the given fields."""

    def erase(self, code: str) -> tuple[int, int, int]:
        """Remove name, templates and crops; attendance rows stay, anonymous.

        Returns:
            Numbers of removed templates, removed crops and kept attendance rows.
        """

    def load_templates(self, model_id: str, *, active_only: bool = True) -> tuple[FloatArray, list[int]]:
        """Return (N, D) float32 unit rows and the person id of each row.

        Raises:
            KeyUnavailable: the stored templates cannot be decrypted.
        """

    def people_without_templates(self, model_id: str) -> list[Person]:
        """Return everybody, active or not, by name, whom this recognizer does not know."""

    def change_token(self) -> str:
        """Return a text that changes whenever people or templates change, in any process. Cheap."""

    def iter_crops(self) -> Iterator[tuple[int, ImageBgr]]:
        """Yield (person id, (112, 112, 3) BGR crop) of every kept enrolment crop, active or not."""

    def iter_training_crops(self) -> Iterator[tuple[Person, ImageBgr]]:
        """Yield the person and each kept (112, 112, 3) BGR crop of all active people who agreed to training."""


class Recognizers(Protocol):
    """Which recognizer is in use, which one may follow, and the templates of both. Safe from any thread.

    Every method raises StorageError when the database cannot be used; what it was to change is then unchanged.
    """

    def choice(self) -> RecognizerChoice:
        """Return which packs play which part."""

    def set_candidate(self, pack_id: str) -> None:
        """Name the candidate; another one before it is discarded in the same transaction.

        Raises:
            SwitchRefused: the pack is in use.
        """

    def mark_prepared(self, pack_id: str, model_id: str) -> bool:
        """Note that every kept crop has a template of the candidate; False when it is no candidate any more."""

    def count_crops_without(self, model_id: str) -> int:
        """Return the number of kept crops that this recognizer has not embedded."""

    def iter_crops_without(self, model_id: str) -> Iterator[tuple[int, int, ImageBgr]]:
        """Yield (crop id, person id, (112, 112, 3) BGR crop) of these, in bounded memory."""

    def add_templates(self, templates: Sequence[Template], *, candidate: str | None = None) -> bool:
        """Add templates of kept crops in one transaction.

        Those are left out whose crop is gone or has a template of the same recognizer already.

        Args:
            templates: with their crop ids, all of one recognizer.
            candidate: pack that must still be the candidate; None for the recognizer in use, whose galleries are told
                of the change.

        Returns:
            False, and nothing is added, when it is not the candidate any more.
        """

    def unknown_to(self, model_id: str, *, known_to_pack: str | None = None) -> list[Person]:
        """Return the active people, by name, who have templates (of a pack, or any), but none of this recognizer."""

    def promote(self, pack_id: str, model_id: str, *, force: bool = False) -> bool:
        """Put the candidate in use, in one transaction; the pack before it becomes the previous one.

        False, and nothing is changed, while it lacks a kept crop: one was enrolled after the preparation.

        Templates of kept crops that belong to neither of the two are removed, and so are the shadow looks.

        Raises:
            SwitchRefused: it is not the candidate, or without ``force`` somebody would not be known any more.
        """

    def discard(self) -> None:
        """Forget the candidate, its shadow looks and its templates, in one transaction; harmless without one."""

    def rollback(self, expected: str) -> None:
        """Put the previous pack in use, in one transaction.

        Raises:
            SwitchRefused: the previous pack is not the expected one.
        """

    def retire_older(self, pack_id: str, model_id: str) -> None:
        """Remove templates of kept crops that an earlier recognizer of the same pack name made."""


class ShadowLog(Protocol):
    """What both recognizers said of recent faces. Safe from any thread; raises StorageError."""

    def append(self, look: ShadowLook) -> bool:
        """Keep one look; False when its recognizer is no candidate any more or a person was erased."""

    def report(self, old_model_id: str, new_model_id: str) -> ShadowReport:
        """Summarise the kept looks of one pair of recognizers."""


class CheckInLog(Protocol):
    """Append-only log of check-ins. Safe from any thread."""

    def append(self, event: CheckIn) -> Future[CheckIn]:
        """Hand the event to the writer thread; the future resolves after the commit.

        The future's exception is a StorageError. A second append with the same event_id changes nothing.
        """

    def last_for_person(self, person_id: int) -> CheckIn | None:
        """Return the newest event of one person."""

    def get(self, event_id: str) -> CheckIn | None:
        """Return one event, None when there is none with this id."""

    def between(self, start_utc: datetime, end_utc: datetime) -> Iterator[tuple[CheckIn, Person | None]]:
        """Yield events with start <= at_utc < end, oldest first, with the person (None when erased)."""

    def rows_between(self, start_utc: datetime, end_utc: datetime) -> Iterator[EventRow]:
        """Yield the same events as plain rows, several times as fast."""

    def count(self) -> int:
        """Return the number of rows."""


class Corrections(Protocol):
    """Corrections of the check-in log. Rows are only added. Safe from any thread; raises StorageError."""

    def request(self, correction: Correction) -> Correction:
        """Store a new correction in its state, REQUESTED, PROVISIONAL or APPROVED; return it as stored.

        Raises:
            CorrectionRefused: the person or the event does not exist, or the id is taken.
        """

    def decide(self, correction_id: str, state: CorrectionState, *, by: str, at_utc: datetime) -> Correction:
        """Approve or reject a correction; an approved one may still be rejected, a rejected one stays so.

        Raises:
            CorrectionRefused: unknown, or decided like that before.
        """

    def by_id(self, correction_id: str) -> Correction | None:
        """Return one correction as it stands now."""

    def for_event(self, event_id: str) -> list[Correction]:
        """Return the corrections of one event, oldest first, in any state."""

    def for_range(self, start_utc: datetime, end_utc: datetime, *, first_day: date, last_day: date) -> list[Correction]:
        """Return what concerns some time, oldest first, in any state.

        Args:
            start_utc: corrections of events that were, or are now, at start <= instant < end.
            end_utc: see above.
            first_day: leave that overlaps these days, both included.
            last_day: see above.
        """

    def all_open(self) -> list[Correction]:
        """Return the corrections that wait for a decision, REQUESTED or PROVISIONAL, oldest first."""


class DisputedCrops(Protocol):
    """Faces of check-ins that people took back, kept with consent. Raises StorageError."""

    def add(
        self,
        person_id: int,
        crop_bgr: ImageBgr,
        *,
        similarity: float | None,
        at_utc: datetime,
        model_id: str,
        shown_person_id: int | None = None,
    ) -> None:
        """Keep one crop until one of the two people is erased.

        Args:
            person_id: whom the face was taken for.
            crop_bgr: (112, 112, 3) uint8 BGR.
            similarity: cosine of the wrong match.
            at_utc: aware UTC instant of the event.
            model_id: recognizer that was wrong.
            shown_person_id: who it really is, None when nobody knows.
        """

    def iter(self) -> Iterator[DisputedCrop]:
        """Yield every kept crop, oldest first, in bounded memory."""

    def count(self) -> int:
        """Return their number."""


class AuditLog(Protocol):
    """The chained log of changes. Raises StorageError."""

    def verify(self, *, deep: bool = False, head_file: Path | None = None) -> AuditCheck:
        """Check the whole chain against its head.

        Args:
            deep: also compare the stored check-ins and corrections with what was chained.
            head_file: a copy of the head that was kept elsewhere, instead of the site's own.
        """

    def entries(self, start_utc: datetime, end_utc: datetime, *, person_id: int | None = None) -> Iterator[AuditEntry]:
        """Yield entries with start <= at_utc < end, oldest first; with ``person_id`` those about one person."""


class WorkPlans(Protocol):
    """Versions of the plan that says who works when. Raises StorageError."""

    def current(self) -> StoredPlan | None:
        """Return the version in force, None while there is none."""

    def save(self, text: str, by: str) -> StoredPlan:
        """Store a new version, in force at once; older ones are kept.

        Args:
            text: TOML or JSON that was checked before.
            by: who saves it, 1 to 200 characters.
        """

    def versions(self) -> list[StoredPlan]:
        """Return all versions, newest first."""


class HoursRecords(Protocol):
    """What hours are worked out from, and the days that were. Safe from any thread; raises StorageError."""

    def workers(self, person_ids: Collection[int] | None = None) -> list[WorkerRecord]:
        """Return what is known of these people, of everybody without ``person_ids``, by id."""

    def revisions(self, start_utc: datetime, end_utc: datetime, person_ids: Collection[int] | None = None) -> Revisions:
        """Return what changes with every check-in at start <= at_utc < end and with every correction."""

    def events(
        self, person_ids: Collection[int], start_utc: datetime, end_utc: datetime
    ) -> tuple[list[CheckIn], list[Correction]]:
        """Return what ``effective_events`` needs to know the events of these people at start <= instant < end.

        That is their check-ins then, all corrections that may concern these people, and the check-ins, also of other
        people and times, that these corrections are about.
        """

    def kept_sheets(self, first_day: date, last_day: date, person_ids: Collection[int]) -> list[KeptSheet]:
        """Return the kept days of these people, both days included, in any order."""

    def kept_numbers(self, first_day: date, last_day: date, person_ids: Collection[int]) -> list[KeptNumbers]:
        """Return the numbers of the same days."""

    def keep(self, sheets: Sequence[KeptSheet]) -> None:
        """Keep days, in place of older versions of them."""


class SettingsStore(Protocol):
    """Small values that belong to the site and live in the database (language, theme, active pack)."""

    def get(self, key: str, default: str) -> str:
        """Return the value of one key."""

    def set(self, key: str, value: str) -> None:
        """Store one value."""


CheckInSaved = Callable[[CheckIn], None]
CheckInFailed = Callable[[CheckIn, Exception], None]
DirectionRule = Callable[[CheckIn | None, datetime], Direction]
