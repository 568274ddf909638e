"""A data folder with GoLive on it, and the packs that are installed."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from attendance.core.ports.vision import VisionPack
from attendance.core.types import FloatArray, ImageBgr, PackInfo
from attendance.data.database import Database
from attendance.data.keys.encryption import Cipher
from attendance.data.recognizer_repository import SqlRecognizers
from attendance.data.roster.repository import SqlRoster
from attendance.data.shadow_repository import SqlShadowLog
from attendance.errors import Reason
from attendance.errors.models import ModelError, ModelMissing
from attendance.services.door.gallery import GalleryKeeper
from attendance.services.recognizers.go_live import GoLive
from tests.fakes import MODEL_ID, FakePack, ScriptedFace, identity_vector, picture

NEW_ID = "new:ba9876543210"


@dataclass
class Packs:
    """Installed packs by name; an error instead of a pack is raised."""

    installed: dict[str, FakePack | ModelError] = field(
        default_factory=lambda: {"fake": FakePack(), "new": FakePack(NEW_ID, pack_id="new")}
    )
    loads: list[str] = field(default_factory=list)

    def load(self, pack_id: str) -> VisionPack:
        self.loads.append(pack_id)
        return self._found(pack_id)

    def inspect(self, pack_id: str) -> PackInfo:
        return self._found(pack_id).info

    def fake(self, pack_id: str) -> FakePack:
        found = self.installed[pack_id]
        assert isinstance(found, FakePack)
        return found

    def _found(self, pack_id: str) -> FakePack:
        found = self.installed.get(pack_id) or ModelMissing(pack=pack_id, reason=Reason("no folder"))
        if isinstance(found, ModelError):
            raise found
        return found


class World:
    """A data folder with GoLive on it."""

    def __init__(self, path: Path) -> None:
        self.database = Database(path)
        self.database.open()
        cipher = Cipher(bytes(32))
        self.roster = SqlRoster(self.database, cipher, keep_crops=lambda: True)
        self.recognizers = SqlRecognizers(self.database, cipher, default_pack="fake")
        self.shadow_log = SqlShadowLog(self.database)
        self.packs = Packs()
        self.problems: list[Reason] = []
        self.go_live = GoLive(
            recognizers=self.recognizers,
            roster=self.roster,
            shadow_log=self.shadow_log,
            load=self.packs.load,
            inspect=self.packs.inspect,
            check=lambda _candidate: tuple(self.problems),
        )

    def enrol(self, code: str, *identities: int, crops: bool = True, model_id: str = MODEL_ID) -> int:
        templates: list[tuple[FloatArray, ImageBgr | None]] = []
        for identity in identities:
            face = ScriptedFace(identity, similarity=0.9)
            crop = FakePack().embedder.align(picture(face), face.landmarks_px)
            templates.append((identity_vector(identity), crop if crops else None))
        return self.roster.enrol(code=code, name=code.title(), templates=templates, model_id=model_id).id

    def who(self, identity: int) -> int | None:
        """Return whom a door that is started now takes a face for."""
        active = self.packs.inspect(self.recognizers.choice().active).model_id
        (match,) = GalleryKeeper(self.roster, active).current.search(identity_vector(identity)[None])
        return match.person_id if match.similarity > 0.6 else None  # the mean of two unlike photographs has 0.71


# --- rollback ----------------------------------------------------------------------------------------


def promoted(world: World) -> None:
    world.go_live.prepare("new")
    world.go_live.promote(force=True)
