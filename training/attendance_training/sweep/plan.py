"""What a sweep tries: read from one TOML file, checked whole before anything runs."""

from __future__ import annotations

import itertools
import json
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from attendance.errors import Reason
from attendance.errors.settings import ConfigError
from attendance.text_file import read_text
from attendance_training.data.splits import TEST, TRAIN, VALIDATION
from attendance_training.loop.config import Option, TrainConfig
from attendance_training.losses import LOSSES
from attendance_training.runs.recipe import WrongValue

_OWN_KEYS = ("loss", "loss_options", "seed")
"""Keys of a training recipe that the sweep sets itself."""
_TOP_KEYS = ("seeds", "tuning_seeds", "far", "choose_by", "copies", "people", "training", "tune", "points")
_PEOPLE_KEYS = (TRAIN, VALIDATION, TEST, "salt", "fewest_photos", "most_photos")
CHOOSE_BY = ("tar", "eer", "accuracy")
_MOST_COPIES = 64
_LEAST_SEEDS = 3

Options = tuple[tuple[str, Option], ...]
"""Names and values, in the order of the file."""


@dataclass(frozen=True, slots=True)
class Point:
    """One place of the grid.

    Attributes:
        loss: name in ``attendance_training.losses.LOSSES``.
        options: keyword arguments of the loss.
    """

    loss: str
    options: Options

    @property
    def label(self) -> str:
        """For people: "arcface scale=32 margin_rad=0.3"."""
        return " ".join([self.loss, *(f"{key}={value}" for key, value in self.options)])


@dataclass(frozen=True, slots=True)
class Run:
    """One training.

    Attributes:
        point: what is trained.
        tuned: keys of the recipe that are tried for every loss alike, with the values of this run.
        seed: of the training.
    """

    point: Point
    tuned: Options
    seed: int

    @property
    def label(self) -> str:
        """For people, and the same for no two runs of a sweep."""
        return " ".join([self.point.label, *(f"{key}={value}" for key, value in self.tuned), f"seed={self.seed}"])


@dataclass(frozen=True, slots=True)
class SweepPlan:
    """Everything that decides how a sweep goes.

    Attributes:
        seeds: of the trainings; three or more.
        tuning_seeds: how many of the seeds, from the first, are trained with every tuned value.
        far: false accept rate at which the true accept rate is measured.
        choose_by: rate of the validation people that decides: ``tar``, ``eer`` or ``accuracy``.
        copies: degraded copies of each trained photograph, made once for all runs; 0: the recipe degrades.
        shares: share of the people in each part.
        salt: another one gives another split.
        fewest_photos: people with fewer are left out.
        most_photos: of one person; the first by name are used.
        training: the recipe that all runs share.
        tuned: the combinations of tuned keys, one of them empty when nothing is tuned.
        points: the grid.
    """

    seeds: tuple[int, ...]
    tuning_seeds: int
    far: float
    choose_by: str
    copies: int
    shares: Mapping[str, float]
    salt: str
    fewest_photos: int
    most_photos: int
    training: Options
    tuned: tuple[Options, ...]
    points: tuple[Point, ...]

    @property
    def losses(self) -> tuple[str, ...]:
        """Names of the losses in the order of the grid."""
        return tuple(dict.fromkeys(point.loss for point in self.points))

    def points_of(self, loss: str) -> tuple[Point, ...]:
        """Return the places of the grid with one loss."""
        return tuple(point for point in self.points if point.loss == loss)

    def varied(self, loss: str) -> tuple[str, ...]:
        """Return the options that are not the same in all places of a loss."""
        values: dict[str, set[str]] = {}
        places = self.points_of(loss)
        for place in places:
            for key, value in place.options:
                values.setdefault(key, set()).add(json.dumps(value))
        given = {key: sum(key in dict(place.options) for place in places) for key in values}
        return tuple(key for key, found in values.items() if len(found) > 1 or given[key] < len(places))

    def short_label(self, point: Point) -> str:
        """For people: the loss and its varied options, "arcface margin_rad=0.3"."""
        varied = self.varied(point.loss)
        return " ".join([point.loss, *(f"{key}={value}" for key, value in point.options if key in varied)])

    def config(self, run: Run) -> TrainConfig:
        """Return the recipe of one run.

        Raises:
            WrongValue: a value is out of its range.
        """
        values: dict[str, Any] = dict(self.training) | dict(run.tuned)
        return TrainConfig(**values, loss=run.point.loss, loss_options=dict(run.point.options), seed=run.seed)

    def tuning_runs(self) -> list[Run]:
        """Return the runs that decide the tuned values; all runs of these seeds when nothing is tuned."""
        seeds = self.seeds[: self.tuning_seeds]
        return [Run(point, tuned, seed) for seed in seeds for tuned in self.tuned for point in self.points]

    def remaining_runs(self, tuned: Mapping[str, Options]) -> list[Run]:
        """Return the runs of the other seeds, with the tuned values of each loss."""
        seeds = self.seeds[self.tuning_seeds :]
        return [Run(point, tuned[point.loss], seed) for seed in seeds for point in self.points]

    @property
    def run_count(self) -> int:
        """Number of runs of the whole sweep."""
        tuning = self.tuning_seeds * len(self.tuned)
        return (tuning + len(self.seeds) - self.tuning_seeds) * len(self.points)

    def as_json(self) -> dict[str, Any]:
        """Return the plan as plain values; equal plans give equal ones."""
        return {
            "seeds": list(self.seeds),
            "tuning_seeds": self.tuning_seeds,
            "far": self.far,
            "choose_by": self.choose_by,
            "copies": self.copies,
            "people": {**self.shares, "salt": self.salt}
            | {"fewest_photos": self.fewest_photos, "most_photos": self.most_photos},
            "training": dict(self.training),
            "tune": [dict(tuned) for tuned in self.tuned],
            "points": [{"loss": point.loss, **dict(point.options)} for point in self.points],
        }


def read_plan(path: Path) -> SweepPlan:
    """Read a sweep.

    Args:
        path: TOML; see docs/sweep.md.

    Raises:
        ConfigError: not readable, an unknown key, a value out of its range, the same point twice; names the key.
    """
    try:
        table = tomllib.loads(read_text(path, lambda reason: ConfigError(path=path, key="-", reason=reason)))
    except tomllib.TOMLDecodeError as err:
        raise ConfigError(
            path=path, key="-", reason=Reason("not valid TOML ({cause})", cause=Reason.quoted(str(err)))
        ) from err
    plan = _Reader(path).plan(table)
    for run in (*plan.tuning_runs(), *plan.remaining_runs(dict.fromkeys(plan.losses, plan.tuned[0]))):
        try:
            plan.config(run)
        except WrongValue as err:
            cause = Reason("{key} {reason}", key=err.key, reason=err.reason)
            raise _unusable_run(path, run, cause) from err
        except TypeError as err:
            raise _unusable_run(path, run, Reason.quoted(str(err))) from err
    return plan


def _unusable_run(path: Path, run: Run, cause: Reason) -> ConfigError:
    return ConfigError(path=path, key="training", reason=Reason("{label}: {cause}", label=run.label, cause=cause))


class _Reader:
    """Checks one file key by key."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def plan(self, table: dict[str, Any]) -> SweepPlan:
        self._refuse_unknown(table, _TOP_KEYS, "")
        people = self._table(table, "people")
        self._refuse_unknown(people, _PEOPLE_KEYS, "people.")
        seeds = self._seeds(table)
        copies = self._number(table, "copies", int, 0, (0, _MOST_COPIES))
        training = self._training(table, copies)
        shares = {
            part: self._number(people, part, float, default, (0.01, 0.98))
            for part, default in ((TRAIN, 0.6), (VALIDATION, 0.2), (TEST, 0.2))
        }
        if not abs(sum(shares.values()) - 1.0) <= 1e-9:
            self._refuse(
                "people",
                Reason("train, validation and test must be together 1, not {total}", total=sum(shares.values())),
            )
        salt, choose_by = people.get("salt", ""), table.get("choose_by", "tar")
        if not isinstance(salt, str):
            self._refuse("people.salt", Reason("must be a text"))
        if choose_by not in CHOOSE_BY:
            self._refuse("choose_by", Reason("must be one of {names}", names=[*CHOOSE_BY]))
        fewest = self._number(people, "fewest_photos", int, 2, (2, 1_000_000))
        return SweepPlan(
            seeds=seeds,
            tuning_seeds=self._number(table, "tuning_seeds", int, 1, (1, len(seeds))),
            far=self._number(table, "far", float, 0.01, (1e-6, 0.5)),
            choose_by=choose_by,
            copies=copies,
            shares=shares,
            salt=salt,
            fewest_photos=fewest,
            most_photos=self._number(people, "most_photos", int, 1_000_000, (fewest, 1_000_000)),
            training=training,
            tuned=self._tuned(table, training),
            points=self._points(table),
        )

    def _seeds(self, table: dict[str, Any]) -> tuple[int, ...]:
        seeds = table.get("seeds", [1, 2, 3])
        if not isinstance(seeds, list) or not all(type(seed) is int and 0 <= seed < 2**32 for seed in seeds):
            self._refuse("seeds", Reason("must be a list of whole numbers from 0"))
        if len(set(seeds)) != len(seeds) or len(seeds) < _LEAST_SEEDS:
            self._refuse(
                "seeds",
                Reason("{count} different ones are needed, or nothing is known of their spread", count=_LEAST_SEEDS),
            )
        return tuple(seeds)

    def _training(self, table: dict[str, Any], copies: int) -> Options:
        training = self._table(table, "training")
        self._refuse_unknown(training, _training_keys(), "training.")
        if copies and training.get("degrade", True):
            self._refuse("training.degrade", Reason("must be false with copies, which are degraded already"))
        return tuple(training.items())

    def _tuned(self, table: dict[str, Any], training: Options) -> tuple[Options, ...]:
        tune = self._table(table, "tune")
        self._refuse_unknown(tune, _training_keys(), "tune.")
        for key, values in tune.items():
            if key in dict(training):
                self._refuse(f"tune.{key}", Reason("stands in [training] as well"))
            if not isinstance(values, list) or not values or len({json.dumps(value) for value in values}) < len(values):
                self._refuse(f"tune.{key}", Reason("must be a list of different values"))
        return _crossed(tune)

    def _points(self, table: dict[str, Any]) -> tuple[Point, ...]:
        blocks: Any = table.get("points")
        if not isinstance(blocks, list) or not blocks or not all(isinstance(block, dict) for block in blocks):
            self._refuse("points", Reason("at least one [[points]] with a loss is needed"))
        points: list[Point] = []
        for block in blocks:
            loss = block.get("loss")
            if loss not in LOSSES:
                self._refuse("points.loss", Reason("{value} is not one of {names}", value=repr(loss), names=[*LOSSES]))
            options = {key: value for key, value in block.items() if key != "loss"}
            self._refuse_unknown(options, LOSSES[loss].options, "points.")
            if any(value == [] for value in options.values()):
                self._refuse("points", Reason("{loss}: a list is empty", loss=loss))
            points += [Point(loss, chosen) for chosen in _crossed(options)]
        for point in points:
            if points.count(point) > 1:
                self._refuse("points", Reason("{label} stands there twice", label=point.label))
        return tuple(points)

    def _table(self, table: dict[str, Any], key: str) -> dict[str, Any]:
        value = table.get(key, {})
        if not isinstance(value, dict):
            self._refuse(key, Reason("must be a table"))
        found: dict[str, Any] = value
        return found

    def _number(self, table: dict[str, Any], key: str, kind: type, default: Any, limits: tuple[float, float]) -> Any:
        value: Any = table.get(key, default)
        if kind is float and type(value) is int:
            value = float(value)
        if type(value) not in (kind,) or not limits[0] <= value <= limits[1]:
            what = Reason("a whole number") if kind is int else Reason("a number")
            low, high = (f"{limit:g}" for limit in limits)
            self._refuse(
                key,
                Reason(
                    "must be {what} from {low} to {high}, not {value}", what=what, low=low, high=high, value=repr(value)
                ),
            )
        return value

    def _refuse_unknown(self, table: dict[str, Any], known: Sequence[str], prefix: str) -> None:
        for key in table:
            if key not in known:
                reason = Reason("unknown key; known: {names}", names=[*known]) if known else Reason("unknown key")
                self._refuse(f"{prefix}{key}", reason)

    def _refuse(self, key: str, reason: Reason) -> None:
        raise ConfigError(path=self._path, key=key, reason=reason)


def _training_keys() -> tuple[str, ...]:
    return tuple(spec.name for spec in fields(TrainConfig) if spec.name not in _OWN_KEYS)


def _crossed(options: Mapping[str, Any]) -> tuple[Options, ...]:
    """Return every combination of the lists' values; a single value is a list of one."""
    lists = [value if isinstance(value, list) else [value] for value in options.values()]
    return tuple(tuple(zip(options, values, strict=True)) for values in itertools.product(*lists))
