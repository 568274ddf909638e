"""The recipe of a training on named faces: a TOML table, checked key by key before anything runs."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path

import torch

from attendance.errors import Reason, Refusal
from attendance_training.backbones import BACKBONES
from attendance_training.losses import LOSSES, build_loss
from attendance_training.runs.recipe import WrongValue, in_range, out_of_range, read_recipe

Option = float | int | str | bool
_CHOICES: dict[str, tuple[str, ...]] = {
    "loss": tuple(LOSSES),
    "optimizer": ("adamw", "sgd"),
    "precision": ("auto", "float32", "bfloat16", "float16"),
    "adversarial": ("none", "fgsm", "pgd"),
}


@dataclass(frozen=True, slots=True)
class TrainConfig:
    """Everything that decides how a run goes; saved inside its checkpoints and beside them.

    Attributes:
        backbone: name in ``attendance_training.backbones.BACKBONES``.
        embedding_size: D.
        loss: name in ``attendance_training.losses.LOSSES``.
        loss_options: keyword arguments of the loss.
        epochs: an epoch has as many batches as show every trained picture about once.
        people_per_batch: different people in a batch, of all processes together.
        photos_per_person: pictures of each of them.
        accumulate: parts that a batch is learned in, one after the other, before the weights change: less memory. The
            loss is the mean of those of the parts.
        optimizer: ``adamw`` or ``sgd``.
        peak_lr: highest learning rate; linear warm-up, then one cosine to 0.
        weight_decay: of matrices and kernels of the network; class centres have none.
        momentum: of SGD.
        warm_up_steps: steps of linear warm-up.
        clip_norm: longest gradient of the network; 0: not clipped. Class centres are not clipped.
        ema: decay of the running mean of the weights, which is what is validated and given back.
        precision: ``auto`` is float32 on a processor and bfloat16 (or else float16) on a GPU. The loss is float32.
        degrade: mirror half of the pictures and degrade all as ``attendance_training.data.augmentation`` does.
        validate_altered: validate with masks drawn and with faces 28 pixels wide as well (``loop.altered_pictures``).
        adversarial: ``fgsm`` or ``pgd`` attacks every second picture of a batch before it is learned.
        adversarial_epsilon: largest change of a pixel in units of the network's input; a grey level is 2/255.
        adversarial_steps: of PGD.
        sharded_head: every process keeps a part of the class centres (PartialFC).
        sampled_classes: share of the class centres that a step looks at, with a sharded head; those of the batch's
            own people always are.
        seed: of weights, order, degradation and attacks.

    Raises:
        WrongValue: a value is out of its range.
    """

    backbone: str = "dense112"
    embedding_size: int = field(default=192, metadata=in_range(1, 4096))
    loss: str = "arcface"
    loss_options: Mapping[str, Option] = field(default_factory=dict)
    epochs: int = field(default=10, metadata=in_range(1, 100_000))
    people_per_batch: int = field(default=32, metadata=in_range(2, 65_536))
    photos_per_person: int = field(default=2, metadata=in_range(2, 1024))
    accumulate: int = field(default=1, metadata=in_range(1, 1024))
    optimizer: str = "adamw"
    peak_lr: float = field(default=1e-3, metadata=in_range(1e-8, 10.0))
    weight_decay: float = field(default=0.02, metadata=in_range(0.0, 1.0))
    momentum: float = field(default=0.9, metadata=in_range(0.0, 0.9999))
    warm_up_steps: int = field(default=100, metadata=in_range(0, 1_000_000))
    clip_norm: float = field(default=5.0, metadata=in_range(0.0, 1e6))
    ema: float = field(default=0.999, metadata=in_range(0.0, 0.99999))
    precision: str = "auto"
    degrade: bool = True
    validate_altered: bool = False
    adversarial: str = "none"
    adversarial_epsilon: float = field(default=4 / 255, metadata=in_range(0.0, 1.0))
    adversarial_steps: int = field(default=3, metadata=in_range(1, 100))
    sharded_head: bool = False
    sampled_classes: float = field(default=1.0, metadata=in_range(1e-6, 1.0))
    seed: int = field(default=1, metadata=in_range(0, 2**32 - 1))

    def __post_init__(self) -> None:
        if self.backbone not in BACKBONES:
            raise WrongValue("backbone", Reason("must be one of {names}", names=[*BACKBONES]))
        own = BACKBONES[self.backbone]
        if own.build_sized is None and own.embedding_size != self.embedding_size:
            raise WrongValue(
                "embedding_size",
                Reason("must be {size}, the only one that {backbone} has", size=own.embedding_size, backbone=own.name),
            )
        for key, choices in _CHOICES.items():
            if getattr(self, key) not in choices:
                raise WrongValue(key, Reason("must be one of {names}", names=[*choices]))
        for spec in fields(self):
            if problem := out_of_range(spec, getattr(self, spec.name)):
                raise WrongValue(spec.name, problem)
        if self.sharded_head and not LOSSES[self.loss].has_class_weights:
            raise WrongValue("sharded_head", Reason("needs a loss with class centres; {loss} has none", loss=self.loss))
        try:
            with torch.random.fork_rng(devices=[]):  # a head draws its centres
                build_loss(self.loss, embedding_size=2, num_classes=2, **self.loss_options)
        except (ValueError, TypeError) as err:
            cause = err.reason if isinstance(err, Refusal) else Reason.quoted(str(err))
            raise WrongValue("loss_options", Reason("of {loss}: {cause}", loss=self.loss, cause=cause)) from err


def read_config(path: Path) -> TrainConfig:
    """Read a recipe.

    Args:
        path: TOML file; its keys are the attributes of ``TrainConfig``, ``loss_options`` is a table.

    Raises:
        ConfigError: not readable, not TOML, an unknown key, a wrong type, a value out of range.
    """
    return read_recipe(path, TrainConfig)


def config_text(config: TrainConfig) -> str:
    """Return the recipe as TOML; ``read_config`` reads the same configuration from it."""
    values = {spec.name: getattr(config, spec.name) for spec in fields(config)}
    options = values.pop("loss_options")
    lines = [f"{key} = {_toml(value)}" for key, value in values.items()]
    if options:
        lines += ["", "[loss_options]", *(f"{key} = {_toml(value)}" for key, value in options.items())]
    return "\n".join(lines) + "\n"


def _toml(value: Option) -> str:
    """A number, true, false or a text without control characters is the same in JSON and in TOML."""
    return json.dumps(value)
