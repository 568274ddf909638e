"""The installed model packs, and what the site decides by with any of them."""

from __future__ import annotations

import logging
from functools import cached_property
from typing import TYPE_CHECKING

from attendance.composition.paths import AppPaths
from attendance.composition.storage import BUNDLED_PACK, Storage
from attendance.config import RecognitionSettings
from attendance.core.ports.settings import ACTIVE_PACK_SETTING
from attendance.core.recognition.thresholds import GallerySize
from attendance.core.types import PackInfo
from attendance.errors import AttendanceError, Reason
from attendance.errors.models import ModelError, RatesUnknown, SwitchRefused
from attendance.errors.settings import ThresholdOfAnother
from attendance.resource_files import resource_path

if TYPE_CHECKING:
    from attendance.core.ports.vision import VisionPack
    from attendance.core.recognition.leave_one_out import OwnPeople
    from attendance.core.recognition.site_rules import SiteRules
    from attendance.services.recognizers.earlier_default import EarlierDefault
    from attendance.services.recognizers.embedding import Progress
    from attendance.services.recognizers.go_live import GoLive
    from attendance.services.recognizers.site_calibration import SiteCalibration
    from attendance.vision.packs.loading import LoadedPack
    from attendance.vision.packs.store import ModelStore

# A pack that is being loaded cannot be interrupted; its thread ends with the program.
CLOSE_S = 3.0

_log = logging.getLogger(__name__)


class Packs:
    """The installed packs, and what the site decides by with any of them.

    Args:
        paths: of the installation.
        settings: section [recognition].
        storage: the opened data folder.
    """

    def __init__(self, paths: AppPaths, settings: RecognitionSettings, storage: Storage) -> None:
        self._paths = paths
        self._settings = settings
        self._storage = storage
        self._go_live: GoLive | None = None
        self._earlier_default: EarlierDefault | None = None

    def close(self) -> None:
        """End what goes on in the background."""
        if self._earlier_default is not None:
            self._earlier_default.close(CLOSE_S)
        if self._go_live is not None:
            self._go_live.close(CLOSE_S)

    @cached_property
    def store(self) -> ModelStore:
        """Installed packs."""
        from attendance.vision.packs.store import ModelStore
        from attendance.vision.packs.trial import run_apart

        return ModelStore(self._paths.models, resource_path("models", BUNDLED_PACK), trial=run_apart)

    @property
    def active_id(self) -> str:
        """The pack in use; the bundled one until another is chosen. Never creates a database."""
        if not self._storage.has_database:
            return BUNDLED_PACK
        return self._storage.settings.get(ACTIVE_PACK_SETTING, BUNDLED_PACK)

    def load(self, pack_id: str, *, threads: int | None = None) -> LoadedPack:
        """Load one pack by name.

        Args:
            pack_id: folder name of an installed pack or "bundled".
            threads: onnxruntime threads; None takes the settings.

        Raises:
            ModelError: absent, damaged or unusable.
        """
        from attendance.vision.onnx_session import default_threads
        from attendance.vision.packs.loading import load_pack

        wanted = self._settings.threads if threads is None else threads
        loaded = load_pack(
            self.store.folder(pack_id),
            provider=self._settings.provider,
            threads=wanted or default_threads(),
            is_bundled=pack_id == BUNDLED_PACK,
            is_active=pack_id == self.active_id,
        )
        _log.info("pack %s on %s: %s", pack_id, loaded.provider.active, loaded.provider.reason)
        return loaded

    def load_beside(self, pack_id: str) -> LoadedPack:
        """Load a pack that works with one thread, beside a door that may run here as well; it is tried out first.

        Raises:
            ModelError: absent, damaged or no use.
        """
        self.store.try_out(pack_id)
        return self.load_prepared(pack_id)

    def load_prepared(self, pack_id: str) -> LoadedPack:
        """Load a candidate with one thread; it was tried out when it was prepared, so that a door waits for nothing.

        Raises:
            ModelError: absent or damaged.
        """
        return self.load(pack_id, threads=1)

    def inspect(self, pack_id: str) -> PackInfo:
        """Describe an installed pack without loading its models.

        Raises:
            ModelError: absent, or a file of it is missing or cut short.
        """
        from attendance.vision.packs.presence import inspect_pack

        return inspect_pack(self.store.folder(pack_id))

    @cached_property
    def site_rules(self) -> SiteRules:
        """What the site decides by, with any pack."""
        from attendance.core.recognition.decision import DecisionRules
        from attendance.core.recognition.site_rules import SiteRules

        given = self._settings
        decision = DecisionRules(
            threshold=given.threshold,
            margin=given.margin,
            votes=given.votes,
            window=given.window,
            max_attempts=given.max_attempts,
            retry_after_s=given.retry_after_s,
        )
        return SiteRules(given.security, decision, self._recognizer_of_threshold if given.threshold > 0 else "")

    @cached_property
    def _recognizer_of_threshold(self) -> str:
        from attendance.core.packs.format import recognizer_digits
        from attendance.services.recognizers.fixed_threshold import recognizer_of_threshold

        model_id = self.inspect(self.active_id).model_id
        if not self._storage.has_database:
            return recognizer_digits(model_id)
        return recognizer_of_threshold(
            self._settings.threshold,
            model_id,
            settings=self._storage.settings,
            recognizers=self._storage.recognizers,
        )

    def note_threshold(self) -> None:
        """Note which recognizer a fixed threshold is for; it can be seen until the crops are embedded anew."""
        from attendance.services.recognizers.fixed_threshold import note_recognizer_of_threshold

        if self._settings.threshold > 0:
            owner = self._recognizer_of_threshold
            note_recognizer_of_threshold(self._settings.threshold, owner, self._storage.settings)

    @property
    def earlier_default(self) -> EarlierDefault:
        """Whether the recognizer of an earlier version stays in use."""
        if self._earlier_default is None:
            from attendance.services.recognizers.earlier_default import EarlierDefault

            self._earlier_default = EarlierDefault(
                self._storage.recognizers,
                self._storage.settings,
                self.store,
                default=lambda: self.inspect(BUNDLED_PACK),
                load=self.load_beside,
            )
        return self._earlier_default

    def settle(self) -> None:
        """Choose the pack that is about to be loaded: an update may have brought another default.

        What an import left behind that was killed is removed.
        """
        from attendance.vision.packs.staging import sweep_incoming

        sweep_incoming(self._paths.models)
        if self._storage.has_database:
            self.note_threshold()
            self.earlier_default.settle(self._storage.roster)

    def troubles(self, info: PackInfo) -> tuple[AttendanceError, ...]:
        """Return what the administrator should know about a pack in use."""
        found: list[AttendanceError | None] = []
        threshold = self._settings.threshold
        if threshold > 0 and not self.site_rules.fixed(info):
            found.append(ThresholdOfAnother(threshold=threshold, pack=info.pack_id))
        if self._storage.has_database:
            found += [self.earlier_default.trouble(info.pack_id), self._unknown_rates(info)]
        return tuple(trouble for trouble in found if trouble is not None)

    def _unknown_rates(self, info: PackInfo) -> RatesUnknown | None:
        known = [one for one in self._storage.roster.list_people(include_inactive=False) if one.template_count]
        size = GallerySize(people=len(known), templates=sum(one.template_count for one in known))
        if not known or self.site_rules.fixed(info) or not self.site_rules.threshold(info, size).is_extrapolated:
            return None
        return RatesUnknown(pack=info.pack_id, people=size.people)

    def calibrate(self, pack_id: str, progress: Progress | None = None) -> SiteCalibration:
        """Calibrate an installed pack on the site's own people, and note it in its manifest.

        Raises:
            CalibrationRefused: too few people have kept photographs, or it is no recognizer.
            ModelError: the pack is the bundled one, absent or damaged.
            StorageError: the photographs cannot be read or the manifest cannot be written.
        """
        from attendance.services.recognizers.site_calibration import calibrate_on_site

        self.store.installed_folder(pack_id)  # before the seconds that embedding takes
        found = calibrate_on_site(
            self._storage.roster,
            self.load_beside(BUNDLED_PACK),
            self.load_beside(pack_id),
            self.site_rules,
            progress=progress,
        )
        self.store.calibrate(pack_id, found.calibration)
        return found

    @property
    def go_live(self) -> GoLive:
        """Going live with another recognizer."""
        if self._go_live is None:
            from attendance.services.recognizers.go_live import GoLive

            self._go_live = GoLive(
                recognizers=self._storage.recognizers,
                roster=self._storage.roster,
                shadow_log=self._storage.shadow_log,
                load=self.load_beside,
                inspect=self.inspect,
                check=self.check_promotion,
            )
        return self._go_live

    @property
    def in_use(self) -> PackInfo | None:
        """The pack in use, None when it is not installed any more or damaged."""
        try:
            return self.inspect(self.active_id)
        except ModelError:
            return None

    def known_people(self, info: PackInfo) -> OwnPeople | None:
        """Return how a pack does with the site's own photographs, None when it has no templates of them."""
        from attendance.services.recognizers.promotion_check import known_people

        return known_people(self._storage.roster, info, self.site_rules)

    def check_promotion(self, candidate: VisionPack) -> tuple[Reason, ...]:
        """Return what speaks against putting a loaded pack in use whose templates are prepared."""
        from attendance.services.recognizers.promotion_check import check_promotion

        return check_promotion(self._storage.roster, self.in_use, candidate, self.site_rules)

    def remove(self, pack_id: str) -> None:
        """Remove an installed pack from the disk.

        Raises:
            SwitchRefused: it is in use or prepared.
            ModelError: it is the bundled one or not installed.
            StorageError: its folder cannot be removed.
        """
        choice = self._storage.recognizers.choice()
        if pack_id in (choice.active, choice.candidate):
            raise SwitchRefused(reason=Reason("{name} is in use or prepared; it is not removed", name=pack_id))
        self.store.remove(pack_id)
