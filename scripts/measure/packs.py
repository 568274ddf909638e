"""Writes the table of docs/results/packs.md: size, milliseconds, TAR and FNIR of model packs on the same photographs.

    python scripts/measure/packs.py FACES PACK [PACK ...] [--pictures N] [--work FOLDER]

FACES holds one folder of photographs a person; a PACK is a folder with models. Each pack finds and embeds every
photograph with its own detector. Times are medians of one thread on the CPU, and of the GPU where onnxruntime has one:
the detector on pictures of 640x480, the recognizer on one face. Embeddings are kept in FOLDER and used again.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from attendance.core.types import ImageBgr
from attendance.errors.models import ModelError
from attendance.services.people.bulk_embedding import embed_files, save_embeddings
from attendance.vision.images import ImageReader
from attendance.vision.packs.loading import LoadedPack, load_pack
from attendance_training.evaluation.calibration import calibrate
from attendance_training.evaluation.embeddings import LabelledEmbeddings, load_embeddings
from attendance_training.evaluation.open_set import fnir_at_fpir, look_at_all
from attendance_training.evaluation.verification import far_points

SIZE_WH = (640, 480)
PICTURES = 60
WARM_UP = 5
MAX_PER_PERSON = 20
FAR = (1e-3, 1e-4)
FPIR = (1e-2, 3e-3)


@dataclass(frozen=True, slots=True)
class Times:
    """Medians in milliseconds; None where that provider is not to be had."""

    detect_ms: float | None
    embed_ms: float | None

    def __str__(self) -> str:
        return "–" if self.detect_ms is None else f"{self.detect_ms:.1f} + {self.embed_ms:.1f}"


def median_ms(work: Callable[[ImageBgr], object], pictures: list[ImageBgr]) -> float:
    """Return the median time of one call, the first calls left out."""
    taken = []
    for picture in pictures:
        begun_s = time.perf_counter()
        work(picture)
        taken.append((time.perf_counter() - begun_s) * 1e3)
    return statistics.median(taken[WARM_UP:])


def measure_times(folder: Path, provider: str, pictures: list[ImageBgr], crops: list[ImageBgr]) -> Times:
    """Load a pack on a provider and time it."""
    try:
        pack = load_pack(folder, provider=provider, threads=1)
    except ModelError as err:
        print(f"{folder}: {err}", file=sys.stderr)
        return Times(None, None)
    return Times(median_ms(pack.detector.detect, pictures), median_ms(lambda crop: pack.embedder.embed([crop]), crops))


def doors(files: list[Path], images: ImageReader) -> Iterator[ImageBgr]:
    """Show each photograph in the middle of a grey picture of 640x480."""
    for path in files:
        photograph = images.read(path)
        canvas = np.full((SIZE_WH[1], SIZE_WH[0], 3), 128, np.uint8)
        scale = min(1.0, SIZE_WH[1] / photograph.shape[0], SIZE_WH[0] / photograph.shape[1])
        shown = cv2.resize(photograph, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
        top, left = (SIZE_WH[1] - shown.shape[0]) // 2, (SIZE_WH[0] - shown.shape[1]) // 2
        canvas[top : top + shown.shape[0], left : left + shown.shape[1]] = shown
        yield canvas


def embedded(pack: LoadedPack, faces: Path, files: list[Path], images: ImageReader, work: Path) -> LabelledEmbeddings:
    """Return the embeddings of all photographs, from an earlier run where there is one."""
    target = work / f"{pack.info.model_id.replace(':', '-')}.npz"
    if not target.exists():
        save_embeddings(target, list(embed_files(pack, images, faces, files)), pack.info)
    return load_embeddings(target, max_per_person=MAX_PER_PERSON)


def rates(data: LabelledEmbeddings) -> list[str]:
    """Return photographs without a face, TAR at each FAR, FNIR at each FPIR as cells."""
    tars = [point.tar for point in far_points(calibrate(data, targets=FAR), FAR)]
    probes = look_at_all(data)
    fnirs = [] if probes is None else [point.fnir for point in fnir_at_fpir(probes, targets=FPIR)]
    shown = (
        "–" if one is None else f"{one.value * 100:.1f} ({one.low * 100:.1f}–{one.high * 100:.1f})"
        for one in (*tars, *fnirs)
    )
    return [str(data.failed), *shown]


def main() -> None:
    """Print one row for each pack."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("faces", type=Path)
    parser.add_argument("packs", type=Path, nargs="+")
    parser.add_argument("--pictures", type=int, default=PICTURES, help="how many are timed")
    parser.add_argument("--work", type=Path, help="folder that keeps the embeddings")
    given = parser.parse_args()
    images = ImageReader()
    files = images.list_images(given.faces)
    timed = [files[place] for place in np.linspace(0, len(files) - 1, given.pictures + WARM_UP).astype(int)]
    pictures = list(doors(timed, images))
    crops = [np.asarray(cv2.resize(picture[120:360, 200:440], (112, 112)), np.uint8) for picture in pictures]
    print(
        "| pack | MB | CPU, ms | GPU, ms | no face | TAR at FAR 1e-3 | 1e-4 | FNIR at FPIR 1 % | 0.3 % |\n|"
        + "---|" * 9
    )
    with tempfile.TemporaryDirectory() as temporary:
        work = given.work or Path(temporary)
        work.mkdir(parents=True, exist_ok=True)
        for folder in given.packs:
            pack = load_pack(folder, provider="auto")
            megabytes = sum(path.stat().st_size for path in folder.glob("*.onnx")) / 1e6
            cpu, gpu = (measure_times(folder, provider, pictures, crops) for provider in ("cpu", "cuda"))
            cells = rates(embedded(pack, given.faces, files, images, work))
            print(f"| {pack.info.model_id} | {megabytes:.1f} | {cpu} | {gpu} | {' | '.join(cells)} |", flush=True)


if __name__ == "__main__":
    main()
