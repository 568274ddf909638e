"""Makes a new pack of an old one: adapted recognizer, same detector, manifest, thresholds, model card, metrics."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from attendance.core.packs.calibration import Calibration
from attendance.core.packs.format import Manifest, to_json
from attendance.core.packs.manifest_file import file_sum, model_path, read_content, write_content
from attendance.errors import Reason
from attendance.errors.models import ModelContractBroken, ModelMissing
from attendance.text_file import read_text
from attendance_training.errors import ExportFailed
from attendance_training.files.atomic_file import replace_file
from attendance_training.packs.export import Parity
from attendance_training.packs.folder import CARD_NAME, RECOGNIZER_FILE, licence_texts
from attendance_training.packs.staging import made_whole

METRICS_NAME = "finetune.json"


def write_adapted_pack(
    base: Path,
    output: Path,
    *,
    write_recognizer: Callable[[Path], Parity],
    describe: Callable[[Parity], tuple[str, str]],
    before_rename: Callable[[], object],
    calibration: Calibration,
) -> Parity:
    """Write a pack whole or not at all: everything is made in a hidden folder beside it, which is then renamed.

    Args:
        base: folder of the old pack.
        output: folder of the new one; does not exist; its name becomes the pack's.
        write_recognizer: writes the network to the path it is given and says how well it agrees with torch's.
        describe: returns the text of the model card, below which the old one is put, and the metrics as JSON.
        before_rename: called when all is made and nothing can be seen yet; may raise.
        calibration: of the new recognizer.

    Returns:
        What ``write_recognizer`` returned.

    Raises:
        ModelMissing: the old pack has no manifest, or a file of it is absent.
        ModelContractBroken: the old manifest is wrong, or names a file that is not a plain name.
        ExportFailed: from ``write_recognizer``, or ``output`` exists.
        StorageError: DiskFull, ReadOnlyStorage or itself; nothing is left behind.
    """
    if output.exists():
        raise ExportFailed(path=output, reason=Reason("it exists already; give the new pack another name"))
    manifest, content = read_content(base)
    kept = {key: value for key, value in content.items() if key not in {"calibration", "origin"}}
    copied = _copied_files(base, manifest)
    with made_whole(output) as staging:
        for source, name in copied:
            shutil.copyfile(source, staging / name)
        parity = write_recognizer(staging / RECOGNIZER_FILE)
        write_content(staging, kept | to_json(_adapted(manifest, staging, output.name, calibration)))
        card, metrics = describe(parity)
        old_card = base / CARD_NAME
        below = f"\n---\n\n{_read_card(old_card)}" if old_card.is_file() else ""
        replace_file(staging / CARD_NAME, (card + below).encode())
        replace_file(staging / METRICS_NAME, metrics.encode())
        before_rename()
    return parity


def _read_card(path: Path) -> str:
    return read_text(path, lambda reason: ModelContractBroken(path=path, pack=path.parent.name, reason=reason))


def _copied_files(base: Path, manifest: Manifest) -> list[tuple[Path, str]]:
    """Return what the manifest lists, without the recognizer, and the licences beside it, with their new names."""
    found = {name: model_path(base, name, pack=base.name) for name in manifest.files}
    for path in found.values():
        if not path.is_file():
            raise ModelMissing(pack=base.name, reason=Reason("{path} is absent", path=path))
    copied = [(path, name) for name, path in found.items() if name != manifest.recognizer.file]
    return copied + [(path, path.name) for path in licence_texts(base)]


def _adapted(old: Manifest, folder: Path, pack_id: str, calibration: Calibration) -> Manifest:
    """Return the new pack's manifest: as the old one, but for its name, recognizer, thresholds and origin."""
    files = {name: entry for name, entry in old.files.items() if name != old.recognizer.file}
    return replace(
        old,
        pack_id=pack_id,
        title=f"{old.title}, fine-tuned",
        recognizer=replace(old.recognizer, file=RECOGNIZER_FILE),
        files=files | {RECOGNIZER_FILE: file_sum(folder / RECOGNIZER_FILE)},
        calibration=calibration,
        origin=None,
    )
