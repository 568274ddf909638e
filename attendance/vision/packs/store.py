"""The installed model packs: list, check, download, import."""

from __future__ import annotations

import builtins
import dataclasses
import logging
import os
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from attendance.core.packs.calibration import Calibration
from attendance.core.packs.custom_recognizer import CustomRecognizer
from attendance.core.packs.format import Manifest, Origin, is_pack_id, recognizer_digits
from attendance.core.packs.manifest_file import (
    has_manifest,
    model_path,
    problems,
    read_manifest,
    verify_files,
    write_manifest,
)
from attendance.core.types import PackInfo
from attendance.errors import Reason
from attendance.errors.models import CustomValueWrong, ModelError, ModelMissing
from attendance.file_errors import storage_errors
from attendance.shown_text import shown_address
from attendance.vision.packs.archive import unpack
from attendance.vision.packs.catalogue import INSIGHTFACE_PACKS, INSIGHTFACE_RELEASE, CataloguePack
from attendance.vision.packs.custom import stage_custom
from attendance.vision.packs.download import Progress, download
from attendance.vision.packs.insightface import infer_manifest
from attendance.vision.packs.licences import licence_of
from attendance.vision.packs.package import lay_flat
from attendance.vision.packs.renewal import renew, repair
from attendance.vision.packs.staging import named_after, staging
from attendance.vision.packs.trial import run_here

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

_log = logging.getLogger(__name__)

BUNDLED_ID = "bundled"
_DOWNLOADS, _EARLIER = ".downloads", ".earlier"
_NO_CHECKSUM = (
    "This release publishes no checksum. The one recorded here is that of the first download; "
    "a later download is compared with it."
)
_PINNED = "The checksum was known before the download and agreed."


class ModelStore:
    """The bundled pack and the packs in one folder.

    A pack appears in the folder by one rename, after its files were checked and its models run once; until then
    it lies in a hidden folder beside it.

    Args:
        models_dir: where installed packs go, one sub-folder each; made when first needed.
        bundled_dir: the pack that comes with the program; never written.
        catalogue: packs that can be downloaded, by name.
        licence_keys: whose signatures of a licence count; None = InsightFace's.
        trial: runs the models of a folder and raises a ModelError for those that are no use.
    """

    def __init__(
        self,
        models_dir: Path,
        bundled_dir: Path,
        *,
        catalogue: Mapping[str, CataloguePack] = INSIGHTFACE_PACKS,
        licence_keys: Sequence[Ed25519PublicKey] | None = None,
        trial: Callable[[Path], None] = run_here,
    ) -> None:
        self._models_dir = models_dir
        self._bundled_dir = bundled_dir
        self.catalogue = catalogue
        self._licence_keys = licence_keys
        self._trial = trial

    def list(self, active: str) -> list[PackInfo]:
        """Return the bundled pack and the installed ones by name; folders that are not a pack are logged and left out.

        Args:
            active: name of the pack in use.
        """
        infos = []
        for folder in self._folders():
            try:
                manifest = read_manifest(folder)
            except ModelError as err:
                _log.warning("%s is left out of the list of packs: %s", folder, err)
                continue
            is_bundled = folder == self._bundled_dir
            infos.append(manifest.to_info(is_bundled=is_bundled, is_active=manifest.pack_id == active))
        return infos

    def pack_ids(self) -> builtins.list[str]:
        """Return the names under which packs are installed, also of those that ``list`` cannot read."""
        names = (folder.name for folder in self._folders() if folder != self._bundled_dir)
        return [BUNDLED_ID, *filter(is_pack_id, names)]

    def folder(self, pack_id: str) -> Path:
        """Return the folder of an installed pack.

        Raises:
            ModelMissing: there is none of this name.
        """
        if pack_id == BUNDLED_ID:
            return self._bundled_dir
        folder = self._models_dir / pack_id
        if not is_pack_id(pack_id) or not folder.is_dir():
            raise ModelMissing(
                pack=pack_id, reason=Reason("there is no folder of this name in {path}", path=self._models_dir)
            )
        return folder

    def installed_folder(self, pack_id: str) -> Path:
        """Return the folder of a pack that may be changed.

        Raises:
            ModelMissing: there is none of this name.
            ModelError: it is the bundled one.
        """
        if pack_id == BUNDLED_ID:
            raise ModelError(pack=pack_id, reason=Reason("it comes with the program and stays as it is"))
        return self.folder(pack_id)

    def verify(self, pack_id: str) -> builtins.list[ModelError]:
        """Return what is wrong with the files of a pack; nothing when all is well.

        Raises:
            ModelMissing: there is no pack of this name.
        """
        folder = self.folder(pack_id)
        try:
            manifest = read_manifest(folder)
        except ModelError as err:
            return [err]
        return [*problems(folder, manifest)]

    def install(self, name: str, *, progress: Progress | None = None, base_url: str | None = None) -> PackInfo:
        """Download a pack of the catalogue. A pack that is installed and whole is left alone.

        Args:
            name: name in the catalogue.
            progress: see ``download.Progress``.
            base_url: where ``<name>.zip`` lies; None = InsightFace's release.

        Raises:
            ModelMissing: the catalogue has no such pack.
            DownloadFailed: see ``download.download``; a later call goes on where this one stopped.
            ModelError: the archive is not what it should be; nothing was installed.
            StorageError: the folder cannot be written.
        """
        entry = self.catalogue.get(name)
        if entry is None:
            raise ModelMissing(pack=name, reason=Reason("it can be one of {names}", names=[*self.catalogue]))
        installed = self._installed(name)
        is_whole = installed is not None and not any(problems(self._models_dir / name, installed))
        # Earlier versions kept no landmark models.
        if installed is not None and is_whole and (installed.landmarks or not entry.has_landmarks):
            return installed.to_info()
        expected = entry.sha256
        if expected is None and installed is not None and installed.origin is not None:
            expected = installed.origin.sha256
        url = f"{(base_url or INSIGHTFACE_RELEASE).rstrip('/')}/{name}.zip"
        archive = self._models_dir / _DOWNLOADS / f"{name}.zip"
        with storage_errors(self._models_dir):
            archive.parent.mkdir(parents=True, exist_ok=True)
        found = download(url, archive, name=name, sha256=expected, progress=progress)
        note = _PINNED if entry.sha256 is not None else _NO_CHECKSUM
        try:
            return self._bring_in(archive, name, Origin(shown_address(url), found, note))
        finally:
            archive.unlink(missing_ok=True)

    def import_pack(self, path: Path) -> PackInfo:
        """Bring in a pack from a folder or .zip, e.g. on a memory stick.

        With a manifest of ours, its checksums are verified; without one the folder must be in InsightFace's
        layout and is named after the folder or archive. Importing the same pack twice changes nothing; an installed
        pack that is damaged is replaced.

        Raises:
            ModelMissing: nothing at ``path``, or no models in it.
            ModelChecksumMismatch: a file is not the one in the pack's manifest.
            ModelContractBroken: the models cannot be used.
            ModelError: an unsafe or damaged archive, or another pack has this name.
            StorageError: the folder cannot be written.
        """
        source = path.expanduser().absolute()
        name = source.name if source.is_dir() else source.stem
        return self._bring_in(source, name, None)

    def import_recognizer(self, path: Path, given: CustomRecognizer) -> PackInfo:
        """Make a pack of a single ONNX file, with the detector of the bundled pack.

        Args:
            path: the file.
            given: its name, and what the file does not say of itself.

        Raises:
            ModelMissing: there is no such file.
            CustomValueWrong: a value that cannot be, or another pack has this name.
            ModelContractBroken: it is not a recognizer that can be used.
            StorageError: the folder cannot be written.
        """
        source = path.expanduser().absolute()
        if not source.is_file():
            raise ModelMissing(pack=given.name, reason=Reason("{path} does not exist", path=source))
        with staging(self._models_dir) as staged:
            manifest = stage_custom(source, given, self._bundled_dir, staged)
            write_manifest(staged, manifest)
            try:
                self._trial(staged)
            except ModelError as err:
                raise named_after(source, staged / manifest.recognizer.file, err) from err
            if self._has_another(manifest):
                raise CustomValueWrong(
                    pack=given.name, key="name", reason=Reason("another pack of this name is installed")
                )
            return self._put_in_place(staged, manifest).to_info()

    def try_out(self, pack_id: str) -> None:
        """Run an installed pack as one that is brought in; the bundled one was tried when the program was made.

        Raises:
            ModelMissing: there is no pack of this name.
            ModelError: it is no use.
        """
        if pack_id != BUNDLED_ID:
            self._trial(self.folder(pack_id))

    def calibrate(self, pack_id: str, calibration: Calibration) -> PackInfo:
        """Note measured operating points in an installed pack; whoever loads it from now on decides by them.

        Raises:
            ModelMissing: there is no such pack.
            ModelError: it is the bundled one.
            StorageError: the manifest cannot be written.
        """
        folder = self.installed_folder(pack_id)
        manifest = dataclasses.replace(read_manifest(folder), calibration=calibration)
        with storage_errors(folder):
            write_manifest(folder, manifest)
        return manifest.to_info()

    def remove(self, pack_id: str) -> None:
        """Remove an installed pack's folder.

        Raises:
            ModelMissing: there is no such pack.
            ModelError: it is the bundled one.
            StorageError: the folder cannot be removed.
        """
        folder = self.installed_folder(pack_id)
        with storage_errors(folder):
            shutil.rmtree(folder)

    def keep_default(self) -> None:
        """Copy the bundled pack into the folder of packs, for the day when an update brings another one.

        Raises:
            ModelError: the bundled pack is damaged.
            StorageError: the folder cannot be written.
        """
        manifest = read_manifest(self._bundled_dir)
        digits = recognizer_digits(manifest.model_id)
        target = self._models_dir / _EARLIER / digits
        if target.is_dir():
            return
        verify_files(self._bundled_dir, manifest)
        with staging(self._models_dir) as staged:
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copytree(self._bundled_dir, staged, dirs_exist_ok=True)
            write_manifest(staged, dataclasses.replace(manifest, pack_id=f"{BUNDLED_ID}-{digits}"))
            staged.rename(target)

    def earlier_default(self, digits: str) -> Path | None:
        """Return a folder with the recognizer whose SHA-256 begins with ``digits``, None when there is none.

        Looked for among the copies of ``keep_default``, and beside the bundled pack, where a checkout has the defaults
        of earlier versions.
        """
        folders = [*(self._models_dir / _EARLIER).glob("*/"), *self._bundled_dir.parent.glob("*/")]
        for folder in folders:
            try:
                manifest = read_manifest(folder) if folder != self._bundled_dir else None
            except ModelError:
                continue
            if manifest is not None and recognizer_digits(manifest.model_id) == digits:
                return folder
        return None

    def _bring_in(self, source: Path, name: str, origin: Origin | None) -> PackInfo:
        """Unpack beside the installed packs, check everything, then move into place."""
        with staging(self._models_dir) as staged:
            unpack(source, staged)
            try:
                manifest = self._checked(staged, name, origin)
            except ModelError as err:
                raise named_after(source, staged, err) from err
            return self._put_in_place(staged, manifest).to_info(is_bundled=manifest.pack_id == BUNDLED_ID)

    def _checked(self, staged: Path, name: str, origin: Origin | None) -> Manifest:
        """Verify or infer the manifest, write it as it will be installed, and run every model once."""
        if has_manifest(staged):
            manifest = read_manifest(staged)
            verify_files(staged, manifest)
        else:
            lay_flat(staged)
            manifest = infer_manifest(staged, pack_id=name)
        if origin is not None and manifest.pack_id != name:
            raise ModelError(pack=name, reason=Reason("the archive holds the pack {name}", name=manifest.pack_id))
        licence = licence_of(staged, manifest, public_keys=self._licence_keys)
        manifest = dataclasses.replace(manifest, licence=licence, origin=origin or manifest.origin)
        kept = {model_path(staged, name, pack=manifest.pack_id) for name in manifest.files}
        for path in staged.iterdir():
            if path.suffix.lower() == ".onnx" and path not in kept:
                path.unlink()  # age, gender and body models of InsightFace's packs, which nothing loads
        write_manifest(staged, manifest)
        self._trial(staged)
        return manifest

    def _put_in_place(self, staged: Path, manifest: Manifest) -> Manifest:
        pack_id = manifest.pack_id
        if self._has_another(manifest):
            reason = Reason(
                "another pack of this name is installed; rename the folder or .zip (or the id in its manifest)"
            )
            raise ModelError(pack=pack_id, reason=reason)
        existing = self._installed(pack_id)
        target = self._models_dir / pack_id
        if existing is not None:
            if pack_id == BUNDLED_ID:
                return existing
            if not any(problems(target, existing)):
                return renew(target, existing, staged, manifest)
            manifest = repair(target, existing, staged, manifest)
        retired = staged.with_name("retired")
        if target.exists():
            target.rename(retired)
        try:
            staged.rename(target)
        except OSError:
            if retired.exists():
                retired.rename(target)
            raise
        return manifest

    def _has_another(self, manifest: Manifest) -> bool:
        """Tell whether its name belongs to something else than this pack, whole or damaged."""
        existing = self._installed(manifest.pack_id)
        if existing is not None:
            return not _same_models(existing, manifest)
        target = self._models_dir / manifest.pack_id
        return manifest.pack_id == BUNDLED_ID or (target.exists() and not has_manifest(target))

    def _installed(self, pack_id: str) -> Manifest | None:
        """Return the manifest of an installed pack, None when there is none or it cannot be read."""
        try:
            return read_manifest(self.folder(pack_id))
        except ModelError:
            return None

    def _folders(self) -> Iterator[Path]:
        yield self._bundled_dir
        try:
            names = sorted(entry.name for entry in os.scandir(self._models_dir) if entry.is_dir())
        except OSError:
            return  # nothing installed yet
        yield from (self._models_dir / name for name in names if not name.startswith("."))


def _same_models(one: Manifest, other: Manifest) -> bool:
    # The same file with another mean, std or side gives other embeddings.
    return one.recognizer == other.recognizer and {name: one.files[name] for name in one.model_files} == {
        name: other.files[name] for name in other.model_files
    }
