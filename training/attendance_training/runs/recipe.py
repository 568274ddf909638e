"""The recipe of a distillation: one flat TOML table, checked key by key before anything runs."""

from __future__ import annotations

import tomllib
import typing
from collections.abc import Mapping, Sequence
from dataclasses import Field, dataclass, field, fields
from pathlib import Path
from typing import Any, ClassVar, Protocol, TypeVar

from attendance.errors import Reason, Refusal
from attendance.errors.settings import ConfigError
from attendance.file_kinds import FileKind, other_kind
from attendance.text_file import read_text


class ConfigClass(Protocol):
    """Any dataclass."""

    __dataclass_fields__: ClassVar[dict[str, Field[Any]]]


Config = TypeVar("Config", bound=ConfigClass)


class WrongValue(Refusal):
    """A value of a recipe that cannot be taken.

    Args:
        key: of the value.
        reason: why.
    """

    def __init__(self, key: str, reason: Reason) -> None:
        super().__init__(reason)
        self.key = key

    def __str__(self) -> str:
        return f"{self.key} {self.reason}"


def in_range(low: float, high: float) -> dict[str, float]:
    """Return the metadata of a field whose value must be from ``low`` to ``high``."""
    return {"low": low, "high": high}


@dataclass(frozen=True, slots=True)
class DistilConfig:
    """Everything that decides how a distillation run goes; saved inside its checkpoints.

    Attributes:
        backbone: name in ``attendance_training.backbones.BACKBONES``.
        minutes: length of the whole schedule; the cosine ends there.
        batch: crops per step; at least 2, for batch normalisation.
        blended: share of the batch that are blends of two faces, labelled by the teacher on the fly; without views.
        views: made faces that the teacher labels before training (``distillation.views``); 0 trains on the shards' own
            crops and labels instead.
        spoiled: share of the views that the student sees with worse light, sharpness or cover than the teacher.
        hints: names of values inside the teacher, separated by commas, for the student's last stages to match;
            needs views.
        hint_weight: weight of each hint in the loss at the first step; falls to 0 along the same cosine as the rate.
        peak_lr: highest learning rate of AdamW.
        warm_up_steps: steps of linear warm-up.
        weight_decay: AdamW's decoupled decay.
        relation_weight: w in the loss.
        ema: decay of the running mean of the weights, which is what is evaluated and exported.
        seed: of augmentation, order and initial weights.
        is_bfloat16: run the convolutions in bfloat16 (CPU autocast); weights, loss and optimizer stay float32.

    Raises:
        WrongValue: a value is out of its range.
    """

    backbone: str
    minutes: float = field(metadata=in_range(0.01, 100_000))
    batch: int = field(default=128, metadata=in_range(2, 4096))
    blended: float = field(default=0.2, metadata=in_range(0.0, 1.0))
    views: int = field(default=0, metadata=in_range(0, 10_000_000))
    spoiled: float = field(default=0.5, metadata=in_range(0.0, 1.0))
    hints: str = ""
    hint_weight: float = field(default=1.0, metadata=in_range(0.0, 1000.0))
    peak_lr: float = field(default=1.5e-3, metadata=in_range(1e-7, 1.0))
    warm_up_steps: int = field(default=200, metadata=in_range(1, 100_000))
    weight_decay: float = field(default=0.02, metadata=in_range(0.0, 1.0))
    relation_weight: float = field(default=4.0, metadata=in_range(0.0, 1000.0))
    ema: float = field(default=0.999, metadata=in_range(0.0, 0.99999))
    seed: int = field(default=1, metadata=in_range(0, 2**32 - 1))
    is_bfloat16: bool = False

    def __post_init__(self) -> None:
        for spec in fields(self):
            if problem := out_of_range(spec, getattr(self, spec.name)):
                raise WrongValue(spec.name, problem)

    @property
    def hint_names(self) -> tuple[str, ...]:
        """The names in ``hints``, one by one."""
        return tuple(name.strip() for name in self.hints.split(",") if name.strip())


def load_recipe(path: Path, *, minutes: float | None = None) -> DistilConfig:
    """Read a recipe.

    Args:
        path: TOML file; its keys are the attributes of ``DistilConfig``. ``backbone`` and ``minutes`` must be there.
        minutes: takes the place of the recipe's.

    Raises:
        ConfigError: not readable, not TOML, an unknown or missing key, a wrong type, a value out of range.
    """
    return read_recipe(path, DistilConfig, required=("backbone", "minutes"), minutes=minutes)


def read_recipe(path: Path, config_class: type[Config], *, required: Sequence[str] = (), **changes: object) -> Config:
    """Read a recipe of any kind.

    Args:
        path: TOML file, one table; its keys are the attributes of ``config_class``.
        config_class: dataclass of plain values, raises WrongValue; ``in_range`` gives the allowed values of a number.
        required: keys that must be there.
        changes: values that take the place of the recipe's; None changes nothing.

    Raises:
        ConfigError: not readable, not TOML, an unknown or missing key, a wrong type, a value out of range.
    """
    other = other_kind(path, FileKind.TOML)
    if other is not None:
        raise ConfigError(path=path, key="-", reason=other)
    try:
        table = tomllib.loads(read_text(path, lambda reason: ConfigError(path=path, key="-", reason=reason)))
    except tomllib.TOMLDecodeError as err:
        raise ConfigError(
            path=path, key="-", reason=Reason("not valid TOML ({cause})", cause=Reason.quoted(str(err)))
        ) from err
    table |= {key: value for key, value in changes.items() if value is not None}
    known = {spec.name: spec for spec in fields(config_class)}
    for key in table:
        if key not in known:
            raise ConfigError(path=path, key=key, reason=Reason("unknown key; known: {names}", names=[*known]))
    for key in required:
        if key not in table:
            raise ConfigError(path=path, key=key, reason=Reason("is missing and has no default"))
    types = typing.get_type_hints(config_class)
    values = {key: _value(path, known[key], types[key], value) for key, value in table.items()}
    try:
        return config_class(**values)
    except WrongValue as err:
        raise ConfigError(path=path, key=err.key, reason=err.reason) from err


def refuse_other_config(recipe: Path, config: Mapping[str, Any], begun: Mapping[str, Any], run: Path) -> None:
    """Compare a recipe with the one that a run was begun with.

    Args:
        recipe: file of ``config``, for the message.
        config: what is asked for now.
        begun: what the run's checkpoint holds.
        run: folder of the run, for the message.

    Raises:
        ConfigError: a key differs; names the first.
    """
    for key, value in config.items():
        if begun.get(key) != value:
            raise ConfigError(
                path=recipe,
                key=key,
                reason=Reason(
                    "is {value}, but the run in {run} was begun with {begun}; use the same recipe and options, "
                    "or another --out",
                    value=value,
                    run=run,
                    begun=begun.get(key),
                ),
            )


def _value(path: Path, spec: Field[Any], wanted: type, value: Any) -> Any:
    if wanted is float and type(value) is int:
        value = float(value)
    if typing.get_origin(wanted) is Mapping:  # a table; who reads it checks what is in it
        wanted = dict
    if type(value) is not wanted:
        raise ConfigError(
            path=path,
            key=spec.name,
            reason=Reason("must be {wanted}, not {actual}", wanted=wanted.__name__, actual=type(value).__name__),
        )
    if problem := out_of_range(spec, value):
        raise ConfigError(path=path, key=spec.name, reason=problem)
    return value


def out_of_range(spec: Field[Any], value: Any) -> Reason | None:
    """Return what is wrong with the value of a field, None when nothing is."""
    if "low" not in spec.metadata:
        return None
    low, high = spec.metadata["low"], spec.metadata["high"]
    # A comparison with nan, which TOML can write, is false: it is refused as well.
    return None if low <= value <= high else Reason("must be from {low} to {high}", low=low, high=high)
