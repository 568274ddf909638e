"""Makes a model pack of a trained network: what ``attendance-train export-pack`` does."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from attendance.core.packs.format import Licence, is_pack_id
from attendance.core.packs.manifest_file import MANIFEST_NAME, read_manifest
from attendance.core.types import LicenceUse
from attendance.errors import Reason
from attendance.errors.models import ModelContractBroken
from attendance_training.backbones.cost import count_parameters
from attendance_training.errors import ExportFailed
from attendance_training.files.atomic_file import replace_file
from attendance_training.packs.export import Parity, export_onnx, halve
from attendance_training.packs.folder import (
    CARD_NAME,
    RECOGNIZER_FILE,
    DetectorFiles,
    detector_files,
    licence_texts,
    write_pack,
)
from attendance_training.packs.onnx_session import ORT_REFUSALS, open_session
from attendance_training.packs.staging import made_whole
from attendance_training.runs.network_weights import TrainedNetwork, open_network

BUNDLED_ID = "bundled"
"""Of the pack that comes with the program, which no import replaces."""
_SCRFD_OUTPUTS = 9
"""Scores, boxes and landmarks on three grids (``attendance.vision.scrfd``)."""
_ALLOWED = {
    LicenceUse.ALLOWED: "A company may use it.",
    LicenceUse.DATA_NOT_DOCUMENTED: "A company may use it; on which photographs it was trained is not documented.",
    LicenceUse.RESEARCH_ONLY: "It is for research only.",
}

Say = Callable[[str], object]


@dataclass(frozen=True, slots=True)
class PackWishes:
    """What a pack is to be, beside its network.

    Attributes:
        pack_id: its name.
        title: for people; "" for one that names detector and network.
        licence: of the pack as a whole.
        data: on which photographs it was trained, one line; "" where nobody says.
        detector: see ``packs.folder.detector_files``.
        input_size_wh: that a SCRFD detector works at.
        flip_average: the embedding is the mean of a crop's and its mirror image's.
        half: store the weights as float16.
    """

    pack_id: str
    title: str
    licence: Licence
    data: str
    detector: Path
    input_size_wh: tuple[int, int]
    flip_average: bool
    half: bool


def make_pack(source: Path, output: Path, wishes: PackWishes, *, backbone: str = "", say: Say) -> Path:
    """Export a network, compare the file with it, and write a pack around it, whole or not at all.

    Args:
        source: see ``runs.network_weights.read_weights``.
        output: folder of the pack; does not exist.
        wishes: what it is to be.
        backbone: network that ``source`` must be of; "" for any.
        say: takes a line for the user.

    Returns:
        The folder.

    Raises:
        ExportFailed: the name cannot be one, the folder exists, or the file does not agree with the network.
        CheckpointUnusable: no weights of a network here.
        ModelError: the detector cannot be used.
        StorageError: the folder cannot be written; nothing is left behind.
    """
    _refuse_name(wishes.pack_id, output)
    detector = detector_files(wishes.detector, input_size_wh=wishes.input_size_wh)
    _refuse_other_network(detector)
    found = open_network(source, backbone)
    say(f"{found.file}: {found.backbone.name}, embeddings of {found.backbone.embedding_size} numbers")
    with made_whole(output) as staging:
        parity = _write_recognizer(found, staging / RECOGNIZER_FILE, half=wishes.half)
        write_pack(
            staging,
            pack_id=wishes.pack_id,
            title=wishes.title or _title(found, detector),
            licence=wishes.licence,
            detector=detector,
            embedding_size=found.backbone.embedding_size,
            flip_average=wishes.flip_average,
        )
        for text in licence_texts(wishes.detector):
            shutil.copyfile(text, staging / text.name)
        replace_file(staging / CARD_NAME, _card(found, source, wishes, parity).encode())
    say(_agreement(parity))
    return output


def _refuse_name(pack_id: str, output: Path) -> None:
    if not is_pack_id(pack_id) or pack_id == BUNDLED_ID:
        reason = Reason(
            "{name} is not a name of a new pack: letters, digits, '-', '_' and single dots, and not '{taken}'",
            name=repr(pack_id),
            taken=BUNDLED_ID,
        )
        raise ExportFailed(path=output, reason=reason)
    if output.exists():
        raise ExportFailed(path=output, reason=Reason("it exists already; give the new pack another name"))


def _refuse_other_network(detector: DetectorFiles) -> None:
    """Raise unless a detector of SCRFD's layout is one; ``write_pack`` says which file is absent."""
    path = detector.sources.get("detector")
    if path is None or not path.is_file():
        return
    try:
        outputs = len(open_session(str(path), threads=1).get_outputs())
    except ORT_REFUSALS as err:
        reason = Reason("it is not a readable ONNX network")
        raise ModelContractBroken(path=path, pack=path.parent.name, reason=reason) from err
    if outputs != _SCRFD_OUTPUTS:
        reason = Reason(
            "a detector in SCRFD's layout has {wanted} outputs, this network has {found}",
            wanted=_SCRFD_OUTPUTS,
            found=outputs,
        )
        raise ModelContractBroken(path=path, pack=path.parent.name, reason=reason)


def _write_recognizer(found: TrainedNetwork, path: Path, *, half: bool) -> Parity:
    size = found.backbone.embedding_size
    parity = export_onnx(found.network, path, embedding_size=size)
    return halve(found.network, path, embedding_size=size) if half else parity


def _title(found: TrainedNetwork, detector: DetectorFiles) -> str:
    return f"{'MTCNN' if detector.spec.kind == 'mtcnn' else 'SCRFD'} + {found.backbone.name}"


def _card(found: TrainedNetwork, source: Path, wishes: PackWishes, parity: Parity) -> str:
    licence = wishes.licence
    more = f" {licence.text}" if licence.text != licence.name else ""
    return (
        f"# Model card: {wishes.pack_id}\n\n"
        f"Recognizer: `{found.backbone.name}`, {count_parameters(found.network):,} parameters, embeddings of "
        f"{found.backbone.embedding_size} numbers{', mean with the mirror image' if wishes.flip_average else ''}, "
        f"exported by `attendance-train export-pack` from `{source.name}`. {_agreement(parity)}.\n\n"
        f"Detector: that of `{_name_of(wishes.detector)}`.\n\n"
        f"## Data\n\n{wishes.data or 'On which photographs it was trained is not stated.'}\n\n"
        f"## Licence\n\n{licence.name}.{more} {_ALLOWED[licence.use]}\n\n"
        "## Thresholds\n\nNone were measured when this was written; the manifest has those that were since.\n"
    )


def _name_of(detector: Path) -> str:
    return read_manifest(detector).pack_id if (detector / MANIFEST_NAME).is_file() else detector.name


def _agreement(parity: Parity) -> str:
    return (
        f"Agreement of file and network: largest output difference {parity.max_abs_difference:.1e}, "
        f"smallest cosine {parity.min_cosine:.7f}, largest change of a cosine {parity.max_cosine_error:.1e}"
    )
