"""Trains the detector: network, running mean, optimizer, schedule, checkpoint."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import torch
from numpy.typing import NDArray

from attendance.core.recognition.boxes import distance_to_box, distance_to_landmarks, nms
from attendance.errors import Reason
from attendance_training.detector.anchors import anchor_grid
from attendance_training.detector.labels import Faces
from attendance_training.detector.losses import BatchTargets, collect_targets, detection_loss
from attendance_training.detector.matching import Tally
from attendance_training.detector.network import FaceNet
from attendance_training.detector.pictures import PictureSet
from attendance_training.detector.recipe import DetectorConfig
from attendance_training.detector.scenes import SceneMaker, SceneStyle
from attendance_training.distillation.trainer import Progress
from attendance_training.errors import CheckpointUnusable
from attendance_training.runs.optimisation import decay_groups, falling_cosine, running_mean, warmed_up
from attendance_training.runs.prefetch import made_ahead
from attendance_training.runs.run_state import State, restore_run, write_run

LARGE_SIZES_WH = ((640, 480), (480, 640), (640, 640))
VALIDATION_SIZE_WH = (640, 480)
SCORE_THRESHOLD = 0.5
_NMS_IOU = 0.4
_CLIP_NORM = 10.0
_VALIDATION_SEED = 20260102

Batch = tuple[NDArray[np.uint8], BatchTargets]
"""(B, H, W, 3) RGB scenes and their targets."""
Losses = tuple[float, float, float]
"""Of scores, boxes and landmarks, before weighting."""


class DetectorTraining:
    """One run: network, running mean, optimizer, and the steps already made.

    Args:
        training: pictures to train on.
        held_back: pictures of the scenes of validation.
        config: the recipe.
        validation_scenes: how many held-back scenes each validation looks at.
        clock: monotonic seconds, for the progress only.

    Attributes:
        skipped_steps: steps of this process whose gradient was not a number; they changed nothing.
    """

    def __init__(
        self,
        training: PictureSet,
        held_back: PictureSet,
        config: DetectorConfig,
        *,
        validation_scenes: int = 100,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        torch.manual_seed(config.seed)
        self.model = FaceNet().to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.config = config
        self.progress = Progress()
        self.skipped_steps = 0
        self._clock = clock
        style = SceneStyle(
            empty=config.empty,
            largest_share=config.largest_share,
            occluded=config.occluded,
            crops=config.aligned,
            single=config.single,
            most_faces=config.most_faces,
            covered=config.covered,
        )
        self._scenes = SceneMaker(training, style)
        self._large_scenes = SceneMaker(training, replace(style, single=config.large_single))
        self._held_back = SceneMaker(held_back, SceneStyle())
        self._validation_scenes = validation_scenes
        self.average = running_mean(self.model, config.ema)
        self.optimizer = torch.optim.AdamW(decay_groups(self.model, config.weight_decay), lr=config.peak_lr)

    # --- batches -------------------------------------------------------------------------------------

    def batch(self, step: int) -> Batch:
        """Make the batch of one step; depends on seed and step only, so that a resumed run sees the same."""
        rng = np.random.default_rng((self.config.seed, step))
        if rng.random() < self.config.large_share:
            size_wh, count = LARGE_SIZES_WH[int(rng.integers(len(LARGE_SIZES_WH)))], self.config.large_batch
        else:
            size_wh, count = (self.config.small_side, self.config.small_side), self.config.small_batch
        maker = self._scenes if max(size_wh) <= self.config.small_side else self._large_scenes
        scenes = [maker.make(rng, size_wh) for _ in range(count)]
        pictures = np.stack([cv2.cvtColor(picture, cv2.COLOR_BGR2RGB) for picture, _ in scenes])
        return pictures.astype(np.uint8, copy=False), collect_targets([labels for _, labels in scenes], size_wh)

    # --- schedule ------------------------------------------------------------------------------------

    def learning_rate(self) -> float:
        """Return the rate of the coming step: linear warm-up, then one cosine over the steps."""
        step = self.progress.step
        warm = warmed_up(step, self.config.warm_up_steps)
        return self.config.peak_lr * warm * falling_cosine(step / self.config.steps)

    @property
    def is_finished(self) -> bool:
        """Whether the schedule's steps are made."""
        return self.progress.step >= self.config.steps

    def run(self, *, stop: threading.Event, report: Callable[[Progress, Losses, int], None]) -> None:
        """Train until the schedule ends or ``stop`` is set.

        Args:
            stop: checked before every step; a step that has begun is finished.
            report: called after every step with the progress, the losses and the number of scenes.
        """
        with closing(made_ahead(self.batch, self.progress.step, stop)) as batches:
            while not self.is_finished and (batch := next(batches, None)) is not None and not stop.is_set():
                begun = self._clock()
                losses = self._step(*batch)
                self.progress.step += 1
                self.progress.seconds += self._clock() - begun
                report(self.progress, losses, len(batch[0]))

    def _step(self, pictures: NDArray[np.uint8], targets: BatchTargets) -> Losses:
        self.model.train()
        for group in self.optimizer.param_groups:
            group["lr"] = self.learning_rate()
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=self.config.is_bfloat16):
            towers = self.model.towers(normalised(pictures))
        score, box, points = detection_loss(self.model.predict(towers), targets)
        loss = score + self.config.box_weight * box + self.config.landmark_weight * points
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        norm = torch.nn.utils.clip_grad_norm_(self.model.parameters(), _CLIP_NORM)
        if bool(torch.isfinite(norm)):
            self.optimizer.step()
        else:
            # Seen with bfloat16 and torch 2.13, see docs/detector.md: a finite loss and a gradient of nan.
            self.skipped_steps += 1
        self.average.update_parameters(self.model)
        return float(score.detach()), float(box.detach()), float(points.detach())

    def validate(self, stop: threading.Event | None = None) -> Tally:
        """Return what the running mean finds in held-back scenes; those seen so far when ``stop`` is set."""
        self.average.eval()
        tally = Tally()
        for index in range(self._validation_scenes):
            if stop is not None and stop.is_set():
                break
            picture, labels = self._held_back.make(np.random.default_rng((_VALIDATION_SEED, index)), VALIDATION_SIZE_WH)
            faces = find_faces(self.average.module, picture)
            tally.add(faces.boxes, faces.landmarks, labels)
        return tally

    # --- checkpoint ----------------------------------------------------------------------------------

    def save(self, path: Path) -> None:
        """Write weights, running mean, optimizer and progress; beside it the recipe as JSON, for people.

        Raises:
            StorageError: DiskFull, ReadOnlyStorage or itself; the file that was there before is unchanged.
        """
        write_run(
            path,
            model=self.model,
            average=self.average,
            optimizer=self.optimizer,
            progress=self.progress,
            config=self.config,
        )

    def restore(self, state: State, path: Path) -> None:
        """Go on from a state of ``attendance_training.runs.run_state.read_state``.

        Raises:
            CheckpointUnusable: of another network.
        """
        self.progress = restore_run(
            state, path, model=self.model, average=self.average, optimizer=self.optimizer, progress=Progress
        )

    def begin_with(self, state: State, path: Path) -> int:
        """Begin a new schedule with the weights of another run; what its network lacks begins at random.

        Returns:
            How many arrays begin at random.

        Raises:
            CheckpointUnusable: of another network.
        """
        try:
            lacking = self.model.load_state_dict(state["model"], strict=False)
        except RuntimeError as err:
            raise CheckpointUnusable(path=path, reason=Reason("it is of another network (other sizes)")) from err
        if lacking.unexpected_keys or len(lacking.missing_keys) > len(self.model.state_dict()) // 2:
            raise CheckpointUnusable(path=path, reason=Reason("it is of another network (other layers)"))
        self.average.module.load_state_dict(self.model.state_dict())
        return len(lacking.missing_keys)


def normalised(pictures_rgb: NDArray[np.uint8]) -> torch.Tensor:
    """Return (B, 3, H, W) float32 (x - 127.5) / 128, channels last in memory, of (B, H, W, 3) uint8."""
    return (torch.from_numpy(pictures_rgb).permute(0, 3, 1, 2).float() - 127.5) / 128.0


def find_faces(network: torch.nn.Module, picture_bgr: NDArray[np.uint8]) -> Faces:
    """Return the faces a network finds in one picture with sides that are multiples of 32, best first."""
    height, width = picture_bgr.shape[:2]
    with torch.inference_mode():
        answers = network(normalised(np.ascontiguousarray(picture_bgr[None, :, :, ::-1])))
        scores = torch.sigmoid(answers[0][0, :, 0]).numpy()
    box, points = (answer[0].numpy() for answer in answers[1:])
    hits = np.flatnonzero(scores >= SCORE_THRESHOLD)
    grid = anchor_grid((width, height))
    strides = grid.strides[hits, None]
    boxes = distance_to_box(grid.centres[hits], box[hits] * strides)
    landmarks = distance_to_landmarks(grid.centres[hits], points[hits] * strides)
    return Faces(boxes, landmarks, scores[hits]).pick(nms(boxes, scores[hits], _NMS_IOU))
