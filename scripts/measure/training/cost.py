"""What a training costs: by network, by number of people, by number of pictures; see docs/results/training_cost.md.

Run from the checkout: ``python scripts/measure/training/cost.py networks|classes|pictures|batches|validation``.

Every measurement is a process of its own, so that its memory is its own. Times are processor time of the measured
thread where the text says so, so that other programs on the machine hardly count; nothing is learned from real faces.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import time
import tracemalloc
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from attendance_training.backbones import BACKBONES, INPUT_SIZE_PX
from attendance_training.backbones.cost import count_macs, count_parameters
from attendance_training.data.augmentation import degrade_batch
from attendance_training.data.batches import make_batch
from attendance_training.data.face_source import Crop, LeftOut
from attendance_training.data.samplers import PeopleSampler
from attendance_training.loop.processes import Processes
from attendance_training.loop.sharded_head import ShardedHead
from attendance_training.loop.validation import HeldOutPeople

BATCH = 32
PHOTOS_OF_A_PERSON = 20
CLASSES = (1_000, 10_000, 100_000)
PICTURES = (10_000, 100_000, 1_000_000, 10_000_000)
VALIDATED = (4_000, 16_000)
EMBEDDING = 512
"""As the large networks of the field have it."""
_MB = 1e6


class GreyFaces:
    """As many made-up people as wanted, all of one picture; a ``FaceSource``."""

    def __init__(self, pictures: int) -> None:
        count = pictures // PHOTOS_OF_A_PERSON
        self.people: Sequence[str] = [str(person) for person in range(count)]
        self.labels: NDArray[np.int64] = np.repeat(np.arange(count), PHOTOS_OF_A_PERSON)
        self.names: Sequence[str] = ()
        self.left_out: Sequence[LeftOut] = ()
        self._crop: Crop = np.random.default_rng(1).integers(0, 256, (112, 112, 3), dtype=np.uint8)

    def crop_bgr(self, _index: int) -> Crop:
        """Return the one picture."""
        return self._crop


class RandomEmbeddings(nn.Module):
    """Embeds every picture at random, as bad as a network at the beginning, at no cost."""

    def __init__(self) -> None:
        super().__init__()
        self.unused = nn.Parameter(torch.zeros(1))
        self._generator = torch.Generator().manual_seed(1)

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        """Return (B, 512) random numbers."""
        return torch.randn(len(images), EMBEDDING, generator=self._generator)


def network(name: str, repeats: int) -> dict[str, Any]:
    """Measure forward and backward pass of one network, in the memory layout of a training."""
    torch.manual_seed(1)
    model = BACKBONES[name].build().to(memory_format=torch.channels_last).train()  # type: ignore[call-overload]
    images = torch.rand(BATCH, 3, 112, 112).to(memory_format=torch.channels_last)
    before = peak_mb()

    def step() -> None:
        model.zero_grad(set_to_none=True)
        model(images).square().sum().backward()

    seconds = fastest(step, repeats)
    memory = peak_mb() - before
    with torch.device("meta"):  # shapes only
        shapes = BACKBONES[name].build()
    return {
        "network": name,
        "parameters": count_parameters(model),
        "macs": count_macs(shapes, INPUT_SIZE_PX),
        "ms_a_picture": round(1000 * seconds / BATCH, 2),
        "memory_mb": round(memory),
    }


def classes(count: int, sampled: float, repeats: int) -> dict[str, Any]:
    """Measure a step of the class centres: loss, gradient and AdamW."""
    torch.manual_seed(1)
    before = peak_mb()
    head = ShardedHead("arcface", embedding_size=EMBEDDING, num_classes=count, processes=Processes(), sampled=sampled)
    optimizer = torch.optim.AdamW(head.parameters(), weight_decay=0.0)
    embeddings = torch.randn(BATCH, EMBEDDING, requires_grad=True)
    labels = torch.randint(count, (BATCH,))

    def step() -> None:
        optimizer.zero_grad(set_to_none=True)
        head(embeddings, labels).backward()
        optimizer.step()

    seconds = fastest(step, repeats)
    return {
        "classes": count,
        "sampled": sampled,
        "ms_a_step": round(1000 * seconds, 2),
        "memory_mb": round(peak_mb() - before),
    }


def pictures(count: int, *, is_mixed: bool) -> dict[str, Any]:
    """Measure how long a sampler takes to begin, what it allocates, and how long it draws."""
    labels = np.repeat(np.arange(count // PHOTOS_OF_A_PERSON), PHOTOS_OF_A_PERSON)
    if is_mixed:
        np.random.default_rng(1).shuffle(labels)

    def begin() -> PeopleSampler:
        return PeopleSampler(labels, people_per_batch=BATCH // 2, photos_per_person=2)

    start = time.process_time()
    sampler = begin()
    begun = time.process_time() - start
    start = time.process_time()
    places = np.random.default_rng(1).integers(len(sampler), size=200).tolist()
    for place in sorted(places):
        sampler.batch(0, place)
    drawn = time.process_time() - start
    tracemalloc.start()
    begin().batch(0, 0)
    peak = tracemalloc.get_traced_memory()[1]
    return {
        "pictures": count,
        "mixed": is_mixed,
        "begin_s": round(begun, 3),
        "peak_mb": round(peak / _MB, 1),
        "ms_a_batch": round(1000 * drawn / len(places), 2),
    }


def batches(repeats: int) -> dict[str, Any]:
    """Measure the degradation of one picture, which one worker does beside decoding."""
    faces = GreyFaces(10_000)
    rows = list(range(BATCH))
    seconds = fastest(lambda: make_batch(faces, rows, draw=(1,), degrade=degrade_batch), repeats)
    return {"ms_a_picture": round(1000 * seconds / BATCH, 2)}


def validation(count: int) -> dict[str, Any]:
    """Measure a look at so many pictures of an untrained network, without the network's own time."""
    faces = GreyFaces(count)
    before = peak_mb()
    start = time.process_time()
    HeldOutPeople(faces, np.arange(count))(RandomEmbeddings())
    return {
        "pictures": count,
        "seconds": round(time.process_time() - start, 1),
        "memory_mb": round(peak_mb() - before),
    }


def fastest(work: Callable[[], object], repeats: int) -> float:
    """Return the processor seconds of the fastest call after the first one; of that alone with no repeats."""
    found = []
    for _ in range(repeats + 1):
        start = time.process_time()
        work()
        found.append(time.process_time() - start)
    return min(found[1:] or found)


def peak_mb() -> float:
    """Return the highest resident memory of this process so far, in MiB; Linux counts in KiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    """Measure one kind, each size in a process of its own, and print a line of JSON for each."""
    parser = argparse.ArgumentParser()
    parser.add_argument("kind", choices=["networks", "classes", "pictures", "batches", "validation"])
    parser.add_argument("--only", help="one size or name, in this very process")
    parser.add_argument("--repeats", type=int, default=5)
    given = parser.parse_args()
    if given.only is None:
        sizes = {
            "networks": [*BACKBONES],
            "classes": [f"{count}:{share}" for count in CLASSES for share in (1.0, 0.1)],
            "pictures": [f"{count}:{is_mixed}" for count in PICTURES for is_mixed in (0, 1)],
            "batches": ["1"],
            "validation": [str(count) for count in VALIDATED],
        }[given.kind]
        for size in sizes:
            words = [sys.executable, __file__, given.kind, "--only", size, "--repeats", str(given.repeats)]
            subprocess.run(words, check=True)
        return
    torch.set_num_threads(1)
    size, _, more = given.only.partition(":")
    found = {
        "networks": lambda: network(size, given.repeats),
        "classes": lambda: classes(int(size), float(more), given.repeats),
        "pictures": lambda: pictures(int(size), is_mixed=more == "1"),
        "batches": lambda: batches(given.repeats),
        "validation": lambda: validation(int(size)),
    }[given.kind]()
    sys.stdout.write(json.dumps(found) + "\n")


if __name__ == "__main__":
    main()
