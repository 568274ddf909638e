"""The folder of a sweep: what it was begun with, one row and one file of embeddings for each finished run."""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from attendance.errors import Reason
from attendance.errors.settings import ConfigError
from attendance.file_errors import storage_error
from attendance_training.errors import EvaluationDataUnusable
from attendance_training.files.array_file import read_npz
from attendance_training.files.atomic_file import replace_file
from attendance_training.sweep.measure import Rates, unit_rows
from attendance_training.sweep.plan import Run

RESULTS_NAME = "results.csv"
ABOUT_NAME = "sweep.json"
EMBEDDINGS_NAME = "embeddings"
FINISHED, DIVERGED = "finished", "diverged"
_NAN = Rates(math.nan, math.nan, math.nan)


@dataclass(frozen=True, slots=True)
class Row:
    """One finished run; the rates are those of the validation people.

    Attributes:
        number: of the run, from 1, and of its file of embeddings.
        run: ``Run.label``.
        loss: its name.
        options: of the loss, as JSON.
        tuned: tried keys of the recipe, as JSON.
        seed: of the training.
        status: ``finished``, or ``diverged``: the loss was not a number, and there are no rates.
        steps: made.
        last_loss: mean of the last tenth of the steps.
        cpu_seconds: of the training and the embedding, all threads.
        tar: as in ``Rates``.
        eer: likewise.
        accuracy: likewise.
    """

    number: int
    run: str
    loss: str
    options: str
    tuned: str
    seed: int
    status: str
    steps: int
    last_loss: float
    cpu_seconds: float
    tar: float
    eer: float
    accuracy: float

    @staticmethod
    def of(number: int, run: Run, rates: Rates | None, *, steps: int, last_loss: float, cpu_seconds: float) -> Row:
        """Return the row of a run; ``rates`` is None when it diverged."""
        status, found = (DIVERGED, _NAN) if rates is None else (FINISHED, rates)
        return Row(
            number=number,
            run=run.label,
            loss=run.point.loss,
            options=json.dumps(dict(run.point.options)),
            tuned=json.dumps(dict(run.tuned)),
            seed=run.seed,
            status=status,
            steps=steps,
            last_loss=round(last_loss, 6),
            cpu_seconds=round(cpu_seconds, 1),
            tar=round(found.tar, 6),
            eer=round(found.eer, 6),
            accuracy=round(found.accuracy, 6),
        )

    @property
    def rates(self) -> Rates:
        """Return the rates of the validation people; nan when it diverged."""
        return Rates(self.tar, self.eer, self.accuracy)


_COLUMNS = tuple(spec.name for spec in fields(Row))
_KINDS: Mapping[str, type] = {"int": int, "float": float, "str": str}


class SweepFolder:
    """Reads and writes the folder; every file is replaced whole.

    Args:
        path: the folder; made when absent.
        about: plain values that decide the outcome: the plan and what identifies faces and first weights.

    Attributes:
        rows: of the finished runs, by ``Row.run``, in their order.

    Raises:
        ConfigError: it holds another sweep; names what differs.
        EvaluationDataUnusable: its files are damaged.
        StorageError: it cannot be written.
    """

    def __init__(self, path: Path, about: Mapping[str, Any]) -> None:
        self.path = path
        self._about = dict(about)
        try:
            (path / EMBEDDINGS_NAME).mkdir(parents=True, exist_ok=True)
        except OSError as err:
            raise storage_error(err, path) from err
        if (path / ABOUT_NAME).exists():
            _refuse_other(path, self._about, _read_about(path / ABOUT_NAME))
        else:
            self.finish({})
        self.rows: dict[str, Row] = {row.run: row for row in _read_rows(path / RESULTS_NAME)}

    def add(self, row: Row, embeddings: Mapping[str, NDArray[np.float32]]) -> None:
        """Keep a finished run.

        Args:
            row: its rates.
            embeddings: (n, D) float32 of each part of the people that is measured; none when it diverged.

        Raises:
            StorageError: it cannot be written; the files are as before.
        """
        if embeddings:
            buffer = io.BytesIO()
            halves: dict[str, Any] = {part: vectors.astype(np.float16) for part, vectors in embeddings.items()}
            np.savez(buffer, **halves)
            replace_file(self.path / EMBEDDINGS_NAME / f"{row.number:04}.npz", buffer.getvalue())
        rows = [*self.rows.values(), row]
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(_COLUMNS)
        writer.writerows([getattr(each, name) for name in _COLUMNS] for each in rows)
        replace_file(self.path / RESULTS_NAME, text.getvalue().encode())
        self.rows[row.run] = row

    def embeddings(self, run: Run, part: str) -> NDArray[np.float32]:
        """Return the kept embeddings of a run, (n, D) float32 of about unit length.

        Raises:
            EvaluationDataUnusable: the file is absent or damaged.
        """
        path = self.path / EMBEDDINGS_NAME / f"{self.rows[run.label].number:04}.npz"
        arrays = read_npz(path, EvaluationDataUnusable)
        if part not in arrays:
            raise EvaluationDataUnusable(path=path, reason=Reason("it has no array {names}", names=part))
        return unit_rows(arrays[part])

    def finish(self, outcome: Mapping[str, Any]) -> None:
        """Write what the sweep was begun with and what came out; {} while it runs."""
        whole = {**self._about, "outcome": outcome}
        replace_file(self.path / ABOUT_NAME, (json.dumps(whole, indent=2) + "\n").encode())


def _read_about(path: Path) -> dict[str, Any]:
    try:
        about = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as err:
        raise EvaluationDataUnusable(path=path, reason=Reason("it is damaged; take another folder")) from err
    if not isinstance(about, dict):
        raise EvaluationDataUnusable(path=path, reason=Reason("it is not the description of a sweep"))
    return about


def _refuse_other(folder: Path, wanted: Mapping[str, Any], begun: Mapping[str, Any]) -> None:
    """Compare key by key, one level into the plan, so that the message names what differs."""
    for key, value in wanted.items():
        known = begun.get(key)
        if known == value:
            continue
        inner = [k for k in value if not isinstance(known, dict) or known.get(k) != value[k]] if key == "plan" else []
        name = inner[0] if inner else key
        raise ConfigError(
            path=folder,
            key=name,
            reason=Reason("is another than this folder's sweep was begun with; take the same, or another --out"),
        )


def _read_rows(path: Path) -> list[Row]:
    if not path.exists():
        return []
    try:
        with path.open(newline="", encoding="utf-8") as file:
            table = list(csv.DictReader(file))
        return [Row(**{spec.name: _KINDS[str(spec.type)](line[spec.name]) for spec in fields(Row)}) for line in table]
    except (OSError, ValueError, KeyError, TypeError, csv.Error) as err:
        raise EvaluationDataUnusable(path=path, reason=Reason("it is damaged; take another folder")) from err
