"""An enrolment service over fakes, and everything around it."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from attendance.core.recognition.quality import EnrolmentGate
from attendance.core.types import Person
from attendance.services.door.gallery import GalleryKeeper
from attendance.services.people.enrolment import EnrolmentService, EnrolmentThresholds, Sample
from tests.fakes import MODEL_ID, FakeImages, FakePack, ScriptedFace, picture
from tests.in_memory import InMemoryRoster

ANN, BOB, EVE = 1, 2, 3


def pure(identity: int) -> ScriptedFace:
    """A face with nothing in common with any other; those of lower similarity share their noise."""
    return ScriptedFace(identity, similarity=1.0)


@dataclass
class Enrolment:
    """An enrolment service and everything around it."""

    roster: InMemoryRoster = field(default_factory=InMemoryRoster)
    pack: FakePack = field(default_factory=FakePack)
    images: FakeImages = field(default_factory=lambda: FakeImages({}))

    def __post_init__(self) -> None:
        self.keeper = GalleryKeeper(self.roster, MODEL_ID)
        self.service = EnrolmentService(
            self.pack,
            self.roster,
            self.images,
            self.keeper,
            gate=EnrolmentGate(),
            thresholds=EnrolmentThresholds(duplicate=0.4, same_person=0.2),
        )

    def sample(self, identity: int, *, similarity: float = 0.9, other: int = 63, where: str = "photo") -> Sample:
        face = ScriptedFace(identity, similarity=similarity, other=other)
        return self.service.examine(picture(face), where)

    def enrol(self, **facts: Any) -> Person:
        return self.service.enrol(**facts).person

    def photo(self, name: str, *faces: ScriptedFace | Exception) -> Path:
        path = Path("photos") / name
        first = faces[0] if faces else None
        if isinstance(first, Exception):
            self.images.pictures[path] = first
        else:
            self.images.pictures[path] = picture(*(face for face in faces if isinstance(face, ScriptedFace)))
        return path
