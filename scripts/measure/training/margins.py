"""The sweep behind margins.md and losses.md: only the last layers are trained, on what a frozen network sees.

Takes the place of the training in ``sweep``, and nothing else: grid, division of the people, choice, intervals
and report are those of ``attendance-train sweep``. The stages of a DenseNet112 are run once over three degraded copies
of each photograph; the layers behind them begin with random weights in every run.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import signal
import threading
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from attendance_training.backbones import BACKBONES, DENSE_112, Backbone
from attendance_training.backbones.dense_cnn import DenseNet112
from attendance_training.data.augmentation import degrade_batch
from attendance_training.data.check_command import open_faces
from attendance_training.data.face_shards import to_tensor
from attendance_training.data.face_source import FaceSource
from attendance_training.data.samplers import PeopleSampler
from attendance_training.data.splits import TEST, VALIDATION
from attendance_training.evaluation.intervals import from_draws
from attendance_training.files.atomic_file import replace_file
from attendance_training.files.checkpoint import load_arrays, load_weights
from attendance_training.loop.config import TrainConfig
from attendance_training.loop.learner import Learner
from attendance_training.loop.processes import Processes
from attendance_training.loop.session import TrainOutcome
from attendance_training.reports.text import percent
from attendance_training.runs.optimisation import falling_cosine, warmed_up
from attendance_training.sweep.copies import make_copies
from attendance_training.sweep.measure import TarDraws, embed_rows, labelled, measure
from attendance_training.sweep.plan import read_plan
from attendance_training.sweep.report import write_report
from attendance_training.sweep.run import Sweep
from attendance_training.sweep.stopping import Stopped

NAME = "dense112_last_layers"
COPIES = 3
AT_ONCE = 32


class LastLayers(nn.Module):
    """What a DenseNet112 does after its stages: (B, 192, 7, 7) in, (B, D) out."""

    def __init__(self, embedding_size: int) -> None:
        super().__init__()
        whole = DENSE_112.with_embedding_size(embedding_size).build()
        assert isinstance(whole, DenseNet112)
        self.dw, self.bn, self.fc, self.bn2 = whole.dw, whole.bn, whole.fc, whole.bn2

    def forward(self, x: Tensor) -> Tensor:
        """Return (B, D) embeddings of any length."""
        out: Tensor = self.bn2(self.fc(self.bn(self.dw(x)).flatten(1)))
        return out


class Stages(nn.Module):
    """The frozen stages; the same batch is not calculated twice."""

    def __init__(self, whole: DenseNet112) -> None:
        super().__init__()
        self.stages = whole.f.eval()
        self._known: dict[bytes, Tensor] = {}

    def forward(self, x: Tensor) -> Tensor:
        """Return (B, 192, 7, 7) of (B, 3, 112, 112)."""
        key = hashlib.blake2b(x.contiguous().numpy().tobytes()).digest()
        if key not in self._known:
            with torch.inference_mode():
                self._known[key] = self.stages(x)
        return self._known[key]


class LastLayerTrainer:
    """Trains as ``attendance_training.loop.session`` does, with its learner, on the stages' output."""

    def __init__(self, whole: DenseNet112, stop: threading.Event) -> None:
        self.stages = Stages(whole)
        self._stop = stop
        self._features: NDArray[np.float32] | None = None

    def __call__(
        self,
        faces: FaceSource,
        rows: NDArray[np.int64],
        config: TrainConfig,
        *,
        start: Mapping[str, Tensor] | None,
        should_stop: Callable[[], bool],
    ) -> TrainOutcome:
        """Train one network; see ``attendance_training.sweep.run.Trainer``."""
        features = self._of(faces, rows)
        labels = faces.labels[rows]
        people, classes = np.unique(labels, return_inverse=True)
        sampler = PeopleSampler(
            labels,
            people_per_batch=config.people_per_batch,
            photos_per_person=config.photos_per_person,
            seed=config.seed,
        )
        torch.manual_seed(config.seed)
        learner = Learner(config, classes=len(people), processes=Processes(), device=torch.device("cpu"), start=start)
        steps = config.epochs * len(sampler)
        turns = np.full(len(rows), config.seed)
        losses: list[float] = []
        for step in range(steps):
            if should_stop():
                break
            chosen = np.array(sampler.batch(*divmod(step, len(sampler))))
            images = features[turns[chosen] % COPIES, chosen]
            turns[chosen] += 1
            rate = config.peak_lr * warmed_up(step, config.warm_up_steps) * falling_cosine(step / steps)
            generator = torch.Generator().manual_seed(step)  # of attacks, of which there are none
            loss, _ = learner.step(
                torch.from_numpy(images), torch.from_numpy(classes[chosen]), rate=rate, generator=generator
            )
            losses.append(loss)
        network = nn.Sequential(self.stages, learner.average.module).eval()
        return TrainOutcome(network, learner.head, len(losses), len(losses) == steps, losses, [])

    def _of(self, faces: FaceSource, rows: NDArray[np.int64]) -> NDArray[np.float32]:
        """Return (COPIES, n, 192, 7, 7) float32, made at the first call."""
        if self._features is None:
            copies = make_copies(faces, rows, COPIES, degrade=degrade_batch, check=self._check)
            made = []
            for start in range(0, COPIES * len(rows), AT_ONCE):
                self._check()
                crops = copies.reshape(-1, *copies.shape[2:])[start : start + AT_ONCE]
                with torch.inference_mode():
                    made.append(self.stages.stages(torch.from_numpy(to_tensor(crops))).numpy())
            whole = np.concatenate(made)
            self._features = whole.reshape(COPIES, len(rows), *whole.shape[1:])
        return self._features

    def _check(self) -> None:
        if self._stop.is_set():
            raise Stopped


def say(line: str) -> None:
    """Print a line at once."""
    print(line, flush=True)


def main() -> None:
    """Run the sweep; the same command goes on."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("faces", type=Path, help="What 'attendance embed --crops' wrote.")
    parser.add_argument("--checkpoint", type=Path, required=True, help="Weights of a dense112.")
    parser.add_argument("--plan", type=Path, default=Path(__file__).with_name("margins.toml"))
    parser.add_argument("-o", "--output", type=Path, required=True)
    options = parser.parse_args()
    torch.set_num_threads(1)
    BACKBONES[NAME] = Backbone(NAME, 192, lambda: LastLayers(192), LastLayers)
    stop = threading.Event()
    signal.signal(signal.SIGINT, lambda *_: stop.set())
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    whole = DENSE_112.build()
    load_weights(whole, load_arrays(options.checkpoint), options.checkpoint)
    assert isinstance(whole, DenseNet112)
    whole.eval()
    try:
        sweep = Sweep(
            read_plan(options.plan),
            open_faces(options.faces),
            options.output,
            trainer=LastLayerTrainer(whole, stop),
            start=None,
            stop=stop,
            say=say,
        )
        sweep.train()
        write_report(sweep, say=say)
    except Stopped:
        raise SystemExit(130) from None
    before = {}
    for part in (VALIDATION, TEST):
        rows = sweep.rows_of(part)
        data = labelled(embed_rows(whole, sweep.faces, rows), sweep.faces.labels[rows])
        draws = TarDraws.of(data, sweep.plan.far)
        tar, rates = from_draws(draws.value, draws.draws, draws.pairs), measure(data, sweep.plan.far)
        say(f"The whole checkpoint on {part}: TAR {percent(tar)}, EER {rates.eer:.2%}, {rates.accuracy:.2%}")
        before[part] = {"tar": [tar.value, tar.low, tar.high], "eer": rates.eer, "accuracy": rates.accuracy}
    replace_file(options.output / "checkpoint.json", (json.dumps(before, indent=2) + "\n").encode())


if __name__ == "__main__":
    main()
