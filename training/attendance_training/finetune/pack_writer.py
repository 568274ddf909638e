"""Makes a new pack of an old one: adapted recognizer, same detector, manifest, thresholds, model card, metrics."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

from attendance.errors import Reason
from attendance.errors.models import ModelContractBroken, ModelMissing
from attendance.file_errors import storage_error
from attendance.named_files import NamedFiles, SeveralFilesFit
from attendance.text_file import read_text, text_of
from attendance_training.errors import ExportFailed
from attendance_training.evaluation.calibration import Calibration
from attendance_training.files.atomic_file import replace_file
from attendance_training.finetune.pack_name import staging_folder
from attendance_training.packs.export import Parity
from attendance_training.packs.folder import MANIFEST_NAME, RECOGNIZER_FILE, write_calibration

CARD_NAME = "MODEL_CARD.md"
METRICS_NAME = "finetune.json"
_LICENCE_PREFIXES = ("LICENSE", "LICENCE", "NOTICE")


def write_adapted_pack(
    base: Path,
    output: Path,
    *,
    write_recognizer: Callable[[Path], Parity],
    describe: Callable[[Parity], tuple[str, str]],
    before_rename: Callable[[], object],
    calibration: Calibration,
    calibration_data: str,
) -> Parity:
    """Write a pack whole or not at all: everything is made in a hidden folder beside it, which is then renamed.

    Args:
        base: folder of the old pack.
        output: folder of the new one; does not exist; its name becomes the pack's.
        write_recognizer: writes the network to the path it is given and says how well it agrees with torch's.
        describe: returns the text of the model card, below which the old one is put, and the metrics as JSON.
        before_rename: called when all is made and nothing can be seen yet; may raise.
        calibration: of the new recognizer; without points the pack has no thresholds of its own.
        calibration_data: one line that names the photographs.

    Returns:
        What ``write_recognizer`` returned.

    Raises:
        ModelMissing: the old pack has no manifest, or a file of it is absent.
        ModelContractBroken: the old manifest cannot be read.
        ExportFailed: from ``write_recognizer``, or ``output`` exists.
        StorageError: DiskFull, ReadOnlyStorage or itself; nothing is left behind.
    """
    if output.exists():
        raise ExportFailed(path=output, reason="it exists already; give the new pack another name")
    manifest, recognizer = _read(base)
    staging = staging_folder(output)
    try:
        try:
            staging.mkdir(parents=True)
            _copy_files(base, staging, manifest, recognizer)
            parity = write_recognizer(staging / RECOGNIZER_FILE)
            content = _manifest(manifest, staging, recognizer, output.name)
            replace_file(staging / MANIFEST_NAME, (json.dumps(content, indent=2, ensure_ascii=False) + "\n").encode())
            if calibration.points:
                write_calibration(staging, calibration, data=calibration_data)
            card, metrics = describe(parity)
            old_card = base / CARD_NAME
            below = f"\n---\n\n{_read_card(old_card)}" if old_card.is_file() else ""
            replace_file(staging / CARD_NAME, (card + below).encode())
            replace_file(staging / METRICS_NAME, metrics.encode())
            before_rename()
            staging.rename(output)
        finally:
            shutil.rmtree(staging, ignore_errors=True)
    except OSError as err:
        raise storage_error(err, output) from err
    return parity


def _read(base: Path) -> tuple[dict[str, Any], str]:
    """Return the manifest of a pack and the name of its recognizer's file."""
    path = base / MANIFEST_NAME
    try:
        manifest = json.loads(text_of(path.read_bytes()))
        name = str(manifest["recognizer"]["file"])
        files = NamedFiles(base)
        for file in manifest["files"]:
            if not files.find(file).is_file():
                raise ModelMissing(pack=base.name, reason=Reason("{count} is absent", count=base / file))
    except OSError as err:
        raise ModelMissing(pack=base.name, reason=Reason("{path} cannot be read", path=path)) from err
    except SeveralFilesFit as err:
        raise ModelMissing(pack=base.name, reason=err.reason) from err
    except (KeyError, TypeError, ValueError) as err:
        raise ModelContractBroken(path=path, pack=base.name, reason=Reason("the manifest is not readable")) from err
    return manifest, name


def _read_card(path: Path) -> str:
    return read_text(path, lambda reason: ModelContractBroken(path=path, pack=path.parent.name, reason=reason))


def _copy_files(base: Path, folder: Path, manifest: dict[str, Any], recognizer: str) -> None:
    """Copy what the manifest lists, without the recognizer, and the licences beside it."""
    names = [name for name in manifest["files"] if name != recognizer]
    names += [path.name for path in sorted(base.iterdir()) if path.name.startswith(_LICENCE_PREFIXES)]
    files = NamedFiles(base)
    for name in names:
        shutil.copyfile(files.find(name), folder / name)


def _manifest(old: dict[str, Any], folder: Path, recognizer: str, pack_id: str) -> dict[str, Any]:
    """Return the new pack's manifest: as the old one, but for its name, recognizer, thresholds and origin."""
    files = {name: entry for name, entry in old["files"].items() if name != recognizer}
    content = (folder / RECOGNIZER_FILE).read_bytes()
    files[RECOGNIZER_FILE] = {"sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content)}
    kept = {key: value for key, value in old.items() if key not in {"calibration", "origin"}}
    return kept | {
        "id": pack_id,
        "title": f"{old.get('title', old.get('id', ''))}, fine-tuned",
        "recognizer": old["recognizer"] | {"file": RECOGNIZER_FILE},
        "files": files,
    }
