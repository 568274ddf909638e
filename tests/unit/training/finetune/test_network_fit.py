"""Training the network: what is frozen stays, what holds it holds, and a killed run goes on as if it had not been."""

from __future__ import annotations

import errno
import itertools
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from attendance_training.errors import CheckpointUnusable
from attendance_training.finetune.feedback import Feedback
from attendance_training.finetune.network import fit as network_fit
from attendance_training.finetune.network.fit import FittedNetwork, embed, fit_network
from attendance_training.finetune.network.options import NetworkData, NetworkOptions
from attendance_training.finetune.network.pack_network import PackNetwork
from attendance_training.finetune.network.state import STATE_NAME, CheckpointFile, RunConfig, fingerprint
from tests.unit.training.finetune.tiny_network import NAME, blob, data, flat, network, pictures

OPTIONS = NetworkOptions(steps=6, check_every=3, save_every=2, batch=8, learning_rate=3e-3, warm_up=1, patience=9)


@pytest.fixture
def model() -> PackNetwork:
    return PackNetwork(network(), flip_average=False).eval()


@pytest.fixture
def keeps_last(monkeypatch: pytest.MonkeyPatch) -> None:
    rising = itertools.count()
    monkeypatch.setattr(network_fit, "distance_to_threshold", lambda *_given: float(next(rising)))


def run(model: PackNetwork, options: NetworkOptions = OPTIONS, **given: object) -> FittedNetwork:
    return fit_network(model, data(model), options, blob=blob, **given)  # type: ignore[arg-type]


def changed(before: PackNetwork, after: PackNetwork) -> set[str]:
    old = before.state_dict()
    return {name for name, value in after.state_dict().items() if not torch.equal(value, old[name])}


@pytest.mark.usefixtures("keeps_last")
def test_that_only_the_last_stage_moves_and_no_statistic(model: PackNetwork) -> None:
    moved = changed(model, run(model).network)
    assert moved
    assert not any("running" in name for name in moved)
    assert not any(f".f.{index}." in name for name in moved for index in range(5))
    moved = changed(model, run(model, replace(OPTIONS, part="all")).network)
    assert any(".f.0." in name for name in moved)


def test_that_training_teaches_its_people(model: PackNetwork) -> None:
    losses: list[float] = []

    class Listening(Feedback):
        def step(self, step: int, steps: int, loss: float) -> None:
            losses.append(loss)

    run(model, replace(OPTIONS, steps=20, margin_rad=0.0, batch=18), feedback=Listening())
    assert np.mean(losses[-3:]) < 0.9 * np.mean(losses[:3])


def test_that_the_packs_own_network_is_kept_when_nothing_is_better(
    model: PackNetwork, monkeypatch: pytest.MonkeyPatch
) -> None:
    falling = itertools.count(0, -1)
    monkeypatch.setattr(network_fit, "distance_to_threshold", lambda *_given: float(next(falling)))
    fitted = run(model, replace(OPTIONS, patience=1))
    assert (fitted.step, fitted.steps) == (0, 3)
    assert not changed(model, fitted.network)


@pytest.mark.usefixtures("keeps_last")
@pytest.mark.parametrize("held", ["l2_start", "replay"])
def test_that_each_hold_keeps_other_faces_nearer_to_where_they_were(model: PackNetwork, held: str) -> None:
    given = data(model)
    crops = flat(pictures(10, 1, seed=3)) if held == "replay" else flat(pictures(10, 1, seed=8))
    loose = replace(OPTIONS, steps=12, l2_start=0.0, replay=0.0)
    moved = []
    firm: dict[str, Any] = {held: 100.0}
    for options in (loose, replace(loose, **firm)):
        fitted = fit_network(model, given, options, blob=blob)
        old, new = (embed(one, crops, blob, Feedback()) for one in (model, fitted.network))
        moved.append(float(1 - (old * new).sum(axis=1).mean()))
    assert moved[1] < 0.7 * moved[0]


@pytest.mark.usefixtures("keeps_last")
def test_that_a_disputed_face_moves_away_from_whom_it_was_taken_for(model: PackNetwork) -> None:
    given = data(model, disputed=2)
    without = replace(OPTIONS, steps=12, dispute=0.0, l2_start=0.0)

    def nearest(options: NetworkOptions) -> float:
        fitted = fit_network(model, given, options, blob=blob).network
        disputed = embed(fitted, given.disputed, blob, Feedback())
        victim = embed(fitted, given.staff[given.fit.labels == 0], blob, Feedback())
        return float((disputed @ victim.T).max(axis=1).mean())

    assert nearest(replace(without, dispute=50.0)) < nearest(without) - 0.02


class Killed(BaseException):
    """Stands for the end of the process."""


class KilledAt(Feedback):
    """Ends the process in a step."""

    def __init__(self, step: int) -> None:
        super().__init__()
        self.at = step

    def step(self, step: int, steps: int, loss: float) -> None:
        if step == self.at:
            raise Killed


def checkpoint_in(path: Path, given: NetworkData, options: NetworkOptions = OPTIONS) -> CheckpointFile:
    return CheckpointFile(path, RunConfig(options, fingerprint(given), NAME))


def test_that_a_killed_run_goes_on_to_the_same_weights(model: PackNetwork, tmp_path: Path) -> None:
    given = data(model)
    whole = fit_network(model, given, OPTIONS, blob=blob)
    with pytest.raises(Killed):
        fit_network(model, given, OPTIONS, blob=blob, checkpoint=checkpoint_in(tmp_path, given), feedback=KilledAt(6))
    (tmp_path / f".{STATE_NAME}.1234.tmp").write_bytes(b"half a checkpoint")
    told: list[int] = []

    class Listening(Feedback):
        def step(self, step: int, steps: int, loss: float) -> None:
            told.append(step)

    again = fit_network(
        model, given, OPTIONS, blob=blob, checkpoint=checkpoint_in(tmp_path, given), feedback=Listening()
    )
    assert told == [5, 6]
    assert again.validation == whole.validation
    assert (again.step, again.steps) == (whole.step, whole.steps)
    assert not changed(whole.network, again.network)
    assert {path.name for path in tmp_path.iterdir()} == {STATE_NAME, "finetune.json"}


def test_that_a_full_disk_leaves_the_checkpoint_before_and_the_run_goes_on(
    model: PackNetwork, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = data(model)
    with pytest.raises(Killed):
        fit_network(model, given, OPTIONS, blob=blob, checkpoint=checkpoint_in(tmp_path, given), feedback=KilledAt(3))
    before = (tmp_path / STATE_NAME).read_bytes()

    def full(_descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    told: list[str] = []

    class Listening(Feedback):
        def progress(self, text: str) -> None:
            told.append(text)

    with monkeypatch.context() as patch:
        patch.setattr("attendance.whole_file.os.fsync", full)
        fitted = fit_network(
            model, given, OPTIONS, blob=blob, checkpoint=checkpoint_in(tmp_path, given), feedback=Listening()
        )
    assert fitted.steps == OPTIONS.steps
    assert len(told) == 2
    assert all("The checkpoint before stays" in text for text in told)
    assert (tmp_path / STATE_NAME).read_bytes() == before
    assert {path.name for path in tmp_path.iterdir()} == {STATE_NAME, "finetune.json"}


def break_half(path: Path) -> None:
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])


def flip_bit(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[-5] ^= 1
    path.write_bytes(bytes(content))


@pytest.mark.parametrize("damage", [break_half, flip_bit, lambda path: path.write_bytes(b"")])
def test_that_a_damaged_checkpoint_is_refused(
    model: PackNetwork, tmp_path: Path, damage: Callable[[Path], object]
) -> None:
    given = data(model)
    short = replace(OPTIONS, steps=2)
    fit_network(model, given, short, blob=blob, checkpoint=checkpoint_in(tmp_path, given, short))
    damage(tmp_path / STATE_NAME)
    with pytest.raises(CheckpointUnusable):
        fit_network(model, given, short, blob=blob, checkpoint=checkpoint_in(tmp_path, given, short))


def test_that_a_checkpoint_of_another_run_is_refused_by_name(model: PackNetwork, tmp_path: Path) -> None:
    given = data(model)
    short = replace(OPTIONS, steps=2)
    fit_network(model, given, short, blob=blob, checkpoint=checkpoint_in(tmp_path, given, short))
    other = replace(short, learning_rate=0.5)
    with pytest.raises(CheckpointUnusable, match=r"learning_rate was 0\.003 and is 0\.5 now"):
        fit_network(model, given, other, blob=blob, checkpoint=checkpoint_in(tmp_path, given, other))
    fewer = replace(given, fit=replace(given.fit, threshold=0.31))
    with pytest.raises(CheckpointUnusable, match="other photographs"):
        fit_network(model, fewer, short, blob=blob, checkpoint=checkpoint_in(tmp_path, fewer, short))
