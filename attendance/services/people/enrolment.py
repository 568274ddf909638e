"""Enrolment: examine photographs, keep strangers and duplicates out, save a person as a whole."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Protocol

import numpy as np

from attendance.core.person_text import clean_text
from attendance.core.ports.people import Roster
from attendance.core.ports.vision import Embedder, ImageFiles, VisionPack
from attendance.core.recognition.close_up import NowAndThenWithBorder, find_faces
from attendance.core.recognition.front_face import prominence
from attendance.core.recognition.matching import person_means
from attendance.core.recognition.quality import EnrolmentGate, measure
from attendance.core.recognition.thresholds import threshold_at
from attendance.core.types import Detection, FaceQuality, FloatArray, ImageBgr, PackInfo, Person
from attendance.errors import AttendanceError, Reason
from attendance.errors.people import (
    DuplicateCode,
    DuplicatePerson,
    LowQuality,
    NoFace,
    NotSamePerson,
    PersonIncomplete,
    SeveralFaces,
    UnknownPerson,
)
from attendance.errors.storage import StorageError
from attendance.services.people.one_person import of_one_person

# False match rate from which a new face counts as that of a known person. Measured on LFW-dev, mean against mean of
# three photographs each: 3 of 100,000 pairs of two people reach its threshold, and all of the pairs of one person do
# (docs/results/person-templates.md).
_DUPLICATE_FMR = 2e-5
# Two photographs below half of the threshold at this false match rate are not of one person: 2 to 3 in 1,000 pairs of
# one face fall there, and those of two faces lie around 0 (docs/results/person-templates.md).
_SAME_PERSON_FMR, _SAME_PERSON_SHARE = 1e-4, 0.5
# From this cosine on a photograph is one that the person's templates already hold: one picture gives the same
# embedding up to rounding (1.0000), while two pictures of a video, let alone of two days, differ by their noise.
_SAME_PICTURE_COSINE = 0.999

_log = logging.getLogger(__name__)


class Reloadable(Protocol):
    """A gallery that can be brought up to date (``GalleryKeeper``)."""

    def reload(self) -> object:
        """Load the current templates."""


@dataclass(frozen=True, slots=True, eq=False)
class Sample:
    """One face that passed the gate.

    Attributes:
        crop_bgr: (112, 112, 3) uint8 BGR aligned crop.
        embedding: (D,) float32, unit length.
        where: file or camera, for error texts.
    """

    crop_bgr: ImageBgr
    embedding: FloatArray
    detection: Detection
    quality: FaceQuality
    where: str = ""


@dataclass(frozen=True, slots=True)
class Enrolled:
    """What became of a set of samples.

    Attributes:
        person: as saved.
        added: samples that became templates; empty when all were known.
        skipped: samples of pictures that the person's templates of this model hold already.
    """

    person: Person
    added: list[Sample]
    skipped: list[Sample]


@dataclass(frozen=True, slots=True)
class EnrolmentOutcome:
    """What became of a set of photographs.

    Attributes:
        person: as saved.
        used: photographs that were enrolled.
        rejected: those that cannot be used, each with its reason.
        skipped: those that were enrolled before.
        is_new: False when photographs were added to a known person.
    """

    person: Person
    used: list[Path]
    rejected: list[tuple[Path, AttendanceError]] = field(default_factory=list)
    skipped: list[Path] = field(default_factory=list)
    is_new: bool = True


@dataclass(frozen=True, slots=True)
class EnrolmentThresholds:
    """Cosines that enrolment decides by.

    Attributes:
        duplicate: from which a new face counts as that of a known person.
        same_person: below which two photographs do not show the same person.
    """

    duplicate: float
    same_person: float

    @classmethod
    def of_pack(cls, pack: PackInfo) -> EnrolmentThresholds:
        """Return those of a pack's calibration."""
        return cls(
            duplicate=threshold_at(pack.calibration, _DUPLICATE_FMR).threshold,
            same_person=threshold_at(pack.calibration, _SAME_PERSON_FMR).threshold * _SAME_PERSON_SHARE,
        )


class EnrolmentService:
    """Examines and saves. Runs in the caller's thread; one thread at a time, as the pack's models demand.

    Args:
        pack: detector and recognizer.
        roster: where people are saved; keeps crops only if its settings say so.
        images: reads photographs.
        gallery_keeper: reloaded after each save.
        gate: quality that a photograph must have.
        thresholds: of the pack.
        beside: another recognizer that shall know everybody who is enrolled from now on, None without one.
    """

    def __init__(
        self,
        pack: VisionPack,
        roster: Roster,
        images: ImageFiles,
        gallery_keeper: Reloadable,
        *,
        gate: EnrolmentGate,
        thresholds: EnrolmentThresholds,
        beside: Embedder | None = None,
    ) -> None:
        self._pack = pack
        self._roster = roster
        self._images = images
        self._gallery_keeper = gallery_keeper
        self._gate = gate
        self._thresholds = thresholds
        self._beside = beside
        self._near = NowAndThenWithBorder(pack.detector)

    def examine(self, image_bgr: ImageBgr, where: str, *, strict_single: bool = True, is_frame: bool = False) -> Sample:
        """Find, check, align and embed the face of one picture; saves nothing.

        Args:
            image_bgr: (H, W, 3) uint8 BGR.
            where: file or camera, for error texts.
            strict_single: True refuses a picture with several faces; False takes the largest near the middle.
            is_frame: one of many of a camera: its shades of grey need no check, and only now and then it is searched
                for somebody who fills it.

        Raises:
            NoFace: none was found.
            SeveralFaces: more than one, with ``strict_single``.
            LowQuality: the gate refuses it, or its landmarks are degenerate.
            ModelError: a landmark model of the pack cannot be used.
        """
        size_wh = (image_bgr.shape[1], image_bgr.shape[0])
        detections = self._in_frame(image_bgr) if is_frame else find_faces(self._pack.detector, image_bgr)
        if not detections:
            raise NoFace(where=where)
        if len(detections) > 1 and strict_single:
            raise SeveralFaces(where=where, count=len(detections))
        detection = max(detections, key=lambda found: prominence(found, size_wh))
        try:
            crop = self._pack.embedder.align(image_bgr, detection.landmarks_px)
        except ValueError as err:
            raise LowQuality(where=where, reason=Reason("turned away")) from err
        quality = measure(detection, size_wh, crop, picture_bgr=None if is_frame else image_bgr)
        reason = self._gate.reject_picture(quality)
        if reason is None and self._pack.landmarks is not None:  # a model run, only for a picture that may be taken
            quality = replace(quality, pose=self._pack.landmarks.head_pose(image_bgr, detection))
        if reason := reason or self._gate.reject(quality):
            raise LowQuality(where=where, reason=reason)
        return Sample(crop, self._pack.embedder.embed([crop])[0], detection, quality, where)

    def _in_frame(self, image_bgr: ImageBgr) -> list[Detection]:
        return self._pack.detector.detect(image_bgr) or self._near.find(image_bgr)

    def examine_file(self, path: Path) -> Sample:
        """Examine one photograph of exactly one face.

        Raises:
            ImageError: the file cannot be used.
            EnrolmentError: as ``examine``.
        """
        return self.examine(self._images.read(path), str(path))

    def enrol(
        self,
        *,
        code: str,
        name: str,
        department: str = "",
        language: str = "",
        samples: Sequence[Sample],
        allow_duplicate: bool = False,
    ) -> Enrolled:
        """Save a person, or add samples to the person with this code and name: all or nothing.

        A sample of a picture that one of the person's templates was made from is skipped.

        Args:
            code: the company's own key.
            name: full name.
            department: "" leaves a known person's as it is.
            language: BCP 47 tag for the welcome, "" for the kiosk's.
            samples: at least one.
            allow_duplicate: save although the face is known under another code (twins).

        Raises:
            DuplicateCode: the code belongs to somebody with another name.
            DuplicatePerson: the face is known under another code, active or not.
            PersonIncomplete: no sample, code or name.
            NotSamePerson: a sample shows somebody else than the others or than the person's earlier photographs.
            StorageError: nothing was saved.
        """
        known = self._known(code, name)
        others, own = self._templates_beside(known)
        _, odd = self._split_by_person(samples, own)
        if odd:
            raise _not_the_same(odd[0])
        embedded = self._embedded_before(known, own)
        return self._save(others, embedded, code, name, department, language, samples, allow_duplicate=allow_duplicate)

    def enrol_files(
        self, *, code: str, name: str, department: str = "", paths: Sequence[Path], allow_duplicate: bool = False
    ) -> EnrolmentOutcome:
        """Enrol a person from photographs; those that cannot be used are left out and reported.

        Args:
            code: the company's own key.
            name: full name.
            department: "" leaves a known person's as it is.
            paths: photographs of this person alone.
            allow_duplicate: save although the face is known under another code (twins).

        Raises:
            DuplicateCode: the code belongs to somebody with another name; no photograph is looked at.
            DuplicatePerson: a photograph shows somebody who is known under another code.
            AttendanceError: no photograph can be used: the error of the first; or it is unclear which of them show
                the person; or nothing could be saved.
        """
        known = self._known(code, name)
        samples: dict[Path, Sample] = {}
        rejected: list[tuple[Path, AttendanceError]] = []
        for path in paths:
            try:
                samples[path] = self.examine_file(path)
            except AttendanceError as err:
                rejected.append((path, err))
        if not samples:
            raise (
                rejected[0][1]
                if rejected
                else PersonIncomplete(where=clean_text(code), reason=Reason("no photograph given"))
            )
        others, own = self._templates_beside(known)
        same, odd = self._split_by_person(list(samples.values()), own)
        # One of two, or two of four: nobody can tell which of them are the person.
        if not same or (not len(own) and len(odd) >= len(same)):
            raise _not_the_same(odd[0])
        rejected += [(path, _not_the_same(sample)) for path, sample in samples.items() if sample in odd]
        embedded = self._embedded_before(known, own)
        saved = self._save(others, embedded, code, name, department, "", same, allow_duplicate=allow_duplicate)
        used = [path for path, sample in samples.items() if sample in saved.added]
        skipped = [path for path, sample in samples.items() if sample in saved.skipped]
        return EnrolmentOutcome(saved.person, used, rejected, skipped, is_new=known is None)

    def _known(self, code: str, name: str) -> Person | None:
        """Return the person who has the code.

        Raises:
            DuplicateCode: under another name.
        """
        try:
            known = self._roster.get_by_code(clean_text(code))
        except UnknownPerson:
            return None
        if known.name != clean_text(name):
            raise DuplicateCode(person_code=known.code, other_name=known.name)
        return known

    def _templates_beside(self, known: Person | None) -> tuple[tuple[FloatArray, list[int]], FloatArray]:
        """Return (templates, person ids) of everybody else, active or not, and the person's own templates."""
        model_id, damaged = self._pack.embedder.model_id, list[int]()  # the gallery tells of these
        embeddings, ids = self._roster.load_templates(model_id, active_only=False, on_damaged=damaged.append)
        is_own = np.array([known is not None and person_id == known.id for person_id in ids], dtype=bool)
        others = [person_id for person_id, own in zip(ids, is_own, strict=True) if not own]
        return (embeddings[~is_own], others), embeddings[is_own]

    def _split_by_person(self, samples: Sequence[Sample], own: FloatArray) -> tuple[list[Sample], list[Sample]]:
        """Return the samples of the person and the odd ones."""
        embeddings = [sample.embedding for sample in samples]
        belongs = of_one_person(embeddings, own, self._thresholds.same_person)
        same = [sample for sample, is_same in zip(samples, belongs, strict=True) if is_same]
        return same, [sample for sample, is_same in zip(samples, belongs, strict=True) if not is_same]

    def _refuse_duplicate(self, others: tuple[FloatArray, list[int]], samples: Sequence[Sample]) -> None:
        """Compare the mean of the new photographs with everybody else's: a single pair of them says much less."""
        embeddings, ids = others
        if not ids:
            return
        new = np.stack([sample.embedding for sample in samples])
        mean, _ = person_means(new, np.zeros(len(new), np.int64))
        means, people = person_means(embeddings, np.asarray(ids, dtype=np.int64))
        similarities = means @ mean[0]
        nearest = int(similarities.argmax())
        similarity = float(similarities[nearest])
        if similarity < self._thresholds.duplicate:
            return
        other = self._roster.get(int(people[nearest]))
        if other is not None:
            closest = samples[int((new @ means[nearest]).argmax())]
            raise DuplicatePerson(
                where=closest.where, other_name=other.name, other_code=other.code, similarity=similarity
            )

    def _save(
        self,
        others: tuple[FloatArray, list[int]],
        own: FloatArray,
        code: str,
        name: str,
        department: str,
        language: str,
        samples: Sequence[Sample],
        *,
        allow_duplicate: bool,
    ) -> Enrolled:
        code, name = clean_text(code), clean_text(name)
        for reason, text in ((Reason("the code is empty"), code), (Reason("the name is empty"), name)):
            if not text:
                raise PersonIncomplete(where=code or name or Reason("the new person"), reason=reason)
        if not samples:
            raise PersonIncomplete(where=code, reason=Reason("no photograph given"))
        added, skipped = _split_by_novelty(samples, own)
        if added and not allow_duplicate:
            self._refuse_duplicate(others, added)
        person = self._roster.enrol(
            code=code,
            name=name,
            department=clean_text(department),
            language=language,
            templates=[(sample.embedding, sample.crop_bgr) for sample in added],
            model_id=self._pack.embedder.model_id,
            beside=self._embedded_beside(added),
        )
        try:
            self._gallery_keeper.reload()
        except StorageError as err:  # saved all the same; the keeper sees the change at its next look
            _log.warning("the gallery could not be reloaded: %s", err.user_text)
        _log.info("enrolled person %d: %d photographs, %d known before", person.id, len(added), len(skipped))
        return Enrolled(person, added, skipped)

    def _embedded_before(self, known: Person | None, own: FloatArray) -> FloatArray:
        """Return the templates whose pictures count as known: none while the recognizer beside lacks them."""
        if self._beside is None or known is None:
            return own
        missing = {person.id for person in self._roster.people_without_templates(self._beside.model_id)}
        return own[:0] if known.id in missing else own

    def _embedded_beside(self, samples: Sequence[Sample]) -> dict[str, FloatArray]:
        if self._beside is None or not samples:
            return {}
        return {self._beside.model_id: self._beside.embed([sample.crop_bgr for sample in samples])}


def _split_by_novelty(samples: Sequence[Sample], own: FloatArray) -> tuple[list[Sample], list[Sample]]:
    """Return the samples that the person's own templates (N, D) lack, and those that they hold."""
    if not len(own):
        return list(samples), []
    nearest = (np.stack([sample.embedding for sample in samples]) @ own.T).max(axis=1)
    new = [sample for sample, cosine in zip(samples, nearest, strict=True) if cosine < _SAME_PICTURE_COSINE]
    return new, [sample for sample, cosine in zip(samples, nearest, strict=True) if cosine >= _SAME_PICTURE_COSINE]


def _not_the_same(sample: Sample) -> NotSamePerson:
    return NotSamePerson(where=sample.where, reason=Reason("it does not show the same person as the other photographs"))
