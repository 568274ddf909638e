"""The model pack in use, with everything built on it."""

from __future__ import annotations

import logging
from functools import cached_property
from typing import TYPE_CHECKING

from attendance.composition.packs import CLOSE_S, Packs
from attendance.composition.paths import AppPaths
from attendance.composition.site import Site
from attendance.composition.storage import BUNDLED_PACK, Storage
from attendance.core.recognition.quality import EnrolmentGate
from attendance.errors import AttendanceError

if TYPE_CHECKING:
    from attendance.services.door.gallery import GalleryKeeper
    from attendance.services.people.enrolment import EnrolmentService
    from attendance.services.people.importing import ImportService
    from attendance.services.people.look_alikes import LookAlikes
    from attendance.services.recognizers.shadow import ShadowDoor
    from attendance.services.training.service import TrainingService
    from attendance.vision.images import ImageReader
    from attendance.vision.packs.loading import LoadedPack

_log = logging.getLogger(__name__)


class Recognizer:
    """One loaded pack and everything built on it. It is closed and made anew as a whole when another is in use.

    Args:
        pack: the loaded pack.
        packs: the installed ones.
        paths: of the installation.
        storage: the opened data folder.
        site: clock of the site.
        images: reads picture files.
    """

    def __init__(
        self,
        pack: LoadedPack,
        packs: Packs,
        *,
        paths: AppPaths,
        storage: Storage,
        site: Site,
        images: ImageReader,
    ) -> None:
        self.pack = pack
        self._packs = packs
        self._paths = paths
        self._storage = storage
        self._site = site
        self._images = images
        self._shadow_door: ShadowDoor | None = None
        self._training_service: TrainingService | None = None

    def close(self) -> None:
        """End a training and the work beside the door."""
        self._close_shadow_door()
        if self._training_service is not None:
            self._training_service.close()

    @cached_property
    def gallery(self) -> GalleryKeeper:
        """The gallery of this pack.

        When nobody is known to its recognizer, kept crops are embedded first; a few that are not known yet are left to
        the work beside the door, so that it opens at once.
        """
        from attendance.services.door.gallery import GalleryKeeper

        keeper = GalleryKeeper(self._storage.roster, self.pack.embedder.model_id)
        if not keeper.current.size.people:
            self._adopt()
            keeper.reload_if_changed()
        return keeper

    def troubles(self) -> tuple[AttendanceError, ...]:
        """Return what the administrator should know about the templates of this pack."""
        from attendance.services.door.gallery import damaged_trouble

        trouble = damaged_trouble(self._storage.roster, self.gallery.damaged)
        return () if trouble is None else (trouble,)

    def _adopt(self) -> None:
        from attendance.services.recognizers.switch import adopt_recognizer

        self._packs.note_threshold()
        adopt_recognizer(recognizers=self._storage.recognizers, roster=self._storage.roster, pack=self.pack)

    @cached_property
    def enrolment(self) -> EnrolmentService:
        """Enrolment with this pack."""
        from attendance.services.people.enrolment import EnrolmentService, EnrolmentThresholds

        self._adopt()  # a duplicate must be found among all
        is_earlier = self._packs.earlier_default.is_in_use(self.pack.info.pack_id)
        return EnrolmentService(
            self.pack,
            self._storage.roster,
            self._images,
            self.gallery,
            gate=EnrolmentGate(),
            thresholds=EnrolmentThresholds.of_pack(self.pack.info),
            beside=self._packs.load_beside(BUNDLED_PACK).embedder if is_earlier else None,
        )

    @cached_property
    def look_alikes(self) -> LookAlikes:
        """Who can hardly be told from whom with this pack."""
        from attendance.services.people.look_alikes import LookAlikes

        rules = self._packs.site_rules.of_pack(self.pack.info)
        return LookAlikes(self.gallery, self._storage.roster, rules)

    @cached_property
    def importer(self) -> ImportService:
        """Import of folders and CSV files."""
        from attendance.services.people.importing import ImportService

        return ImportService(self.enrolment, self._images)

    @property
    def training_service(self) -> TrainingService:
        """Fine-tuning of this pack in a process of its own."""
        if self._training_service is None:
            self._training_service = self._new_training_service()
        return self._training_service

    def _new_training_service(self) -> TrainingService:
        from attendance.services.training.files import TrainingFiles
        from attendance.services.training.run import PackInUse
        from attendance.services.training.service import TrainingService

        info = self.pack.info
        return TrainingService(
            roster=self._storage.roster,
            settings=self._storage.settings,
            images=self._images,
            disputed=self._storage.disputed_crops,
            pack=PackInUse(info, self._packs.store.folder(info.pack_id), lambda: self._packs.load(info.pack_id)),
            installed=self._packs.store,
            go_live=self._packs.go_live,
            files=TrainingFiles(self._paths.training),
            clock=self._site.clock,
            rules=self._packs.site_rules,
        )

    def start_shadow_door(self) -> ShadowDoor:
        """Let a candidate look at the faces of a door that is about to run with this pack."""
        from attendance.services.recognizers.shadow import ShadowDoor

        self._close_shadow_door()
        info = self.pack.info
        self._shadow_door = ShadowDoor(
            recognizers=self._storage.recognizers,
            roster=self._storage.roster,
            shadow_log=self._storage.shadow_log,
            active_pack=info.pack_id,
            active_model=info.model_id,
            load=self._packs.load_prepared,
            rules=self._packs.site_rules.of_pack,
        )
        self._shadow_door.start()
        return self._shadow_door

    def _close_shadow_door(self) -> None:
        if self._shadow_door is not None and not self._shadow_door.close(CLOSE_S):
            _log.warning("the work beside the door was left behind")
        self._shadow_door = None
