"""Fine-tuning from the admin window: what there is to train on, and what becomes of the result."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from attendance.errors import Reason
from attendance.errors.models import ModelMissing
from attendance.errors.storage import StorageError
from attendance.services.training.service import OTHERS_FACES_KEY, missing_packages
from attendance.services.training.status import Obstacle, RunState, TrainingSummary
from tests.fakes import ScriptedFace, picture
from tests.patience import wait_until
from tests.training_parts import POSIX_ONLY, TrainingParts
from tests.unit.services.training.steps import CROP, OpenTraining, finish, private_leftovers

pytestmark = POSIX_ONLY


# --- what there is -----------------------------------------------------------------------------------


def test_that_only_consented_active_people_with_two_photos_count(tmp_path: Path, open_training: OpenTraining) -> None:
    world = TrainingParts(tmp_path)
    world.add_people(3, CROP, photos=3)
    world.add_people(2, CROP, photos=1)
    world.add_people(4, CROP, may_train=False)
    world.roster.update("c1", is_active=False)

    assert open_training(world).summary() == TrainingSummary(people=8, consented=4, usable=2, photos=8)


def test_that_each_obstacle_is_named_in_turn(world: TrainingParts, open_training: OpenTraining, tmp_path: Path) -> None:
    training = open_training(world)
    summary = training.summary()

    assert training.obstacle(summary, training.others_faces()) is None
    assert training.obstacle(summary, str(tmp_path / "gone.npz")) is Obstacle.OTHERS_FACES_MISSING
    assert training.obstacle(summary, "") is Obstacle.NO_OTHERS_FACES
    assert training.obstacle(TrainingSummary(30, 9, 9, 18), training.others_faces()) is Obstacle.TOO_FEW_PEOPLE
    world.missing = ("torch",)
    assert training.obstacle(summary, training.others_faces()) is Obstacle.NO_TORCH


def test_that_missing_packages_are_found_without_importing_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None if name == "torch" else object())
    assert missing_packages() == ("torch",)


def test_that_the_faces_of_others_are_remembered(world: TrainingParts, open_training: OpenTraining) -> None:
    open_training(world).set_others_faces("  /somewhere/others.npz ")
    assert world.settings.values[OTHERS_FACES_KEY] == "/somewhere/others.npz"
    assert open_training(world).others_faces() == "/somewhere/others.npz"


# --- faces of other people ---------------------------------------------------------------------------


def test_that_photographs_of_others_are_embedded_first(world: TrainingParts, open_training: OpenTraining) -> None:
    folder = world.folder / "photographs"
    (folder / "Ann").mkdir(parents=True)
    photo = folder / "Ann" / "1.jpg"
    photo.write_bytes(b"a photograph")
    world.images.pictures[photo] = picture(ScriptedFace(7))
    world.settings.set(OTHERS_FACES_KEY, str(folder))
    world.mode = "wait"
    training = open_training(world)
    training.start()
    wait_until(lambda: len(training.status.validations) == 20)

    options = world.told()["options"]
    others = Path(options[options.index("--general") + 1])
    assert others.parent == private_leftovers(world)[0]
    with np.load(others, allow_pickle=False) as archive:
        assert archive["path"].tolist() == ["Ann/1.jpg"]
        assert archive["status"].tolist() == ["ok"]
        assert archive["embedding"][0].any()


def test_that_a_folder_of_aligned_faces_is_given_as_it_is(world: TrainingParts, open_training: OpenTraining) -> None:
    folder = world.folder / "aligned"
    (folder / "Ann").mkdir(parents=True)
    photo = folder / "Ann" / "1.png"
    photo.write_bytes(b"a crop")
    world.images.pictures[photo] = CROP
    world.settings.set(OTHERS_FACES_KEY, str(folder))
    training = open_training(world)
    finish(training)

    options = world.told()["options"]
    assert options[options.index("--general") + 1] == str(folder)


# --- afterwards --------------------------------------------------------------------------------------


def test_that_installing_imports_and_prepares_the_candidate(world: TrainingParts, open_training: OpenTraining) -> None:
    training = open_training(world)
    finish(training)
    seen: list[tuple[int, int]] = []

    info = training.install(lambda done, total: seen.append((done, total)))

    assert info.pack_id == "tuned-20260302-080000"
    assert world.go_live.calls == ["prepare tuned-20260302-080000"]
    assert seen == [(10, 20)]
    assert training.status.state is RunState.IDLE
    assert not (world.root / "candidate").exists()


def test_that_a_failed_preparation_keeps_the_candidate_for_another_try(
    world: TrainingParts, open_training: OpenTraining
) -> None:
    training = open_training(world)
    finish(training)
    world.go_live.error = StorageError(path="attendance.db", reason=Reason("locked"))
    with pytest.raises(StorageError):
        training.install()
    world.go_live.error = None

    assert training.install().pack_id == "tuned-20260302-080000"


def test_that_a_discarded_candidate_cannot_be_installed(world: TrainingParts, open_training: OpenTraining) -> None:
    training = open_training(world)
    finish(training)
    training.put_away()

    assert training.status.state is RunState.IDLE
    with pytest.raises(ModelMissing):
        training.install()
