"""A run of the training process: what it gets, how it ends, and that nothing private stays behind."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from attendance.core.corrections import DisputedCrop
from attendance.core.training_gate import Outcome, Verdict
from attendance.errors import Reason
from attendance.errors.models import TrainingFailed
from attendance.errors.storage import StorageError
from attendance.services.training.events import Phase
from attendance.services.training.files import TrainingFiles
from attendance.services.training.process import StopTimes
from attendance.services.training.status import RunState
from tests.fakes import MODEL_ID
from tests.patience import wait_until
from tests.training_parts import FAKE, NOW, POSIX_ONLY, TrainingParts, is_alive
from tests.unit.services.training.steps import CROP, OpenTraining, finish, private_leftovers

pytestmark = POSIX_ONLY


# --- a run -------------------------------------------------------------------------------------------


def test_that_a_promoted_pack_is_kept_and_the_faces_are_not(world: TrainingParts, open_training: OpenTraining) -> None:
    training = open_training(world)
    finish(training)

    status = training.status
    assert (status.state, status.error) == (RunState.FINISHED, None)
    assert status.result is not None
    assert status.result.is_promoted
    assert status.result.folder == world.root / "candidate" / "tuned-20260302-080000"
    assert (status.result.folder / "manifest.json").exists()
    assert [row.after for row in status.result.rows][:2] == ["120", "0.41 %"]
    assert len(status.losses) == 100
    assert status.losses[-1][0] == 397
    assert len(status.validations) == 20
    assert private_leftovers(world) == []


def test_that_a_promoted_pack_is_still_there_after_a_restart(world: TrainingParts, open_training: OpenTraining) -> None:
    finish(open_training(world))

    status = open_training(world).status
    assert status.state is RunState.FINISHED
    assert status.result is not None
    assert status.result.outcome is Outcome.PROMOTED
    assert [(row.before, row.verdict) for row in status.result.rows][1:3] == [
        ("0.41 %", Verdict.HOLDS),
        ("95.80 %", Verdict.HOLDS),
    ]
    assert all(row.about for row in status.result.rows)


def test_that_the_process_gets_the_pack_the_private_crops_and_the_level(
    world: TrainingParts, open_training: OpenTraining
) -> None:
    world.mode = "wait"
    training = open_training(world)
    training.start()
    wait_until(lambda: len(training.status.validations) == 20)

    told = world.told()
    options = dict(zip(told["options"][::2], told["options"][1::2], strict=False))
    assert options["--pack"] == str(world.folder / "pack")
    assert options["--general"] == str(world.folder / "others.npz")
    assert options["--security"] == "strict"
    assert options["--margin"] == "0.08"
    assert told["options"][-1] == "--progress-json"
    assert told["pid"] == told["group"] != os.getpgid(0)
    assert told["nice"] >= os.nice(0)
    faces = Path(options["--faces"])
    assert stat.S_IMODE(faces.stat().st_mode) == 0o600
    assert stat.S_IMODE(faces.parent.stat().st_mode) == 0o700
    with np.load(faces, allow_pickle=False) as archive:
        assert len({path.split("/")[0] for path in archive["path"].tolist()}) == 10
        assert archive["path"][0].startswith("c1 Name 1/")
        np.testing.assert_array_equal(archive["crop"][0], CROP)
    assert training.status.phase is Phase.TRAIN


def test_that_disputed_faces_go_along_under_whom_they_were_taken_for(
    world: TrainingParts, open_training: OpenTraining
) -> None:
    world.add_people(1, CROP, may_train=False)
    known, unasked = world.roster.get_by_code("c3").id, world.roster.get_by_code("c11").id
    world.disputed.rows = [DisputedCrop(person_id, CROP, 0.6, NOW, MODEL_ID) for person_id in (known, unasked, 999)]
    world.mode = "wait"
    training = open_training(world)
    training.start()
    wait_until(lambda: len(training.status.validations) == 20)

    options = world.told()["options"]
    disputed = Path(options[options.index("--disputed") + 1])
    assert stat.S_IMODE(disputed.stat().st_mode) == 0o600
    with np.load(disputed, allow_pickle=False) as archive:
        assert archive["path"].tolist() == ["c3 Name 3/000000.png"]
        np.testing.assert_array_equal(archive["crop"][0], CROP)


def test_that_without_disputed_faces_the_process_is_told_of_none(
    world: TrainingParts, open_training: OpenTraining
) -> None:
    finish(open_training(world))

    assert "--disputed" not in world.told()["options"]


def test_that_nobody_without_consent_is_written(world: TrainingParts, open_training: OpenTraining) -> None:
    world.add_people(1, CROP, may_train=False)
    world.mode = "wait"
    training = open_training(world)
    training.start()
    wait_until(lambda: len(training.status.validations) == 20)

    options = world.told()["options"]
    with np.load(options[options.index("--faces") + 1], allow_pickle=False) as archive:
        assert len(archive["path"]) == 20
        assert not any(path.startswith("c11 ") for path in archive["path"].tolist())


@pytest.mark.parametrize(("outcome", "verdict"), [(Outcome.REFUSED, Verdict.HARM), (Outcome.HELD, Verdict.UNKNOWN)])
def test_that_a_candidate_that_is_not_promoted_leaves_its_table_only(
    world: TrainingParts, open_training: OpenTraining, outcome: Outcome, verdict: Verdict
) -> None:
    world.mode = outcome.value
    training = open_training(world)
    finish(training)

    result = training.status.result
    assert result is not None
    assert (result.outcome, result.folder) == (outcome, None)
    assert [row.verdict for row in result.rows if row.verdict is not Verdict.HOLDS] == [verdict]
    assert not (world.root / "candidate").exists()


def test_that_what_the_process_cannot_use_is_told_without_temporary_paths(
    world: TrainingParts, open_training: OpenTraining
) -> None:
    world.mode = "error"
    training = open_training(world)
    finish(training)

    refused = training.status.refused
    assert refused is not None
    assert str(refused.sentence) == "The enrolled photographs cannot be used for training: too blurred"
    assert str(refused.hint) == "Take sharper ones."
    assert training.status.state is RunState.FAILED


@pytest.mark.parametrize(
    ("mode", "reason", "logged"),
    [
        ("crash", "its process ended with code 11", "Segmentation fault, as it were"),
        ("killed", "its process was ended by signal 9", None),
        ("garbage", "its process said something that is not understood", "Traceback: this is not JSON"),
        ("liar", "its process ended with code 0", None),
        ("muddled", "its process ended with code 0", None),
    ],
)
def test_that_a_process_gone_wrong_is_one_sentence_and_its_log(
    world: TrainingParts, open_training: OpenTraining, mode: str, reason: str, logged: str | None
) -> None:
    world.mode = mode
    training = open_training(world)
    finish(training)

    status = training.status
    assert status.state is RunState.FAILED
    assert isinstance(status.error, TrainingFailed)
    assert str(status.error.facts["reason"]) == reason
    assert logged is None or logged in status.log
    assert private_leftovers(world) == []


def test_that_a_program_that_cannot_be_started_is_one_sentence(
    world: TrainingParts, open_training: OpenTraining
) -> None:
    training = open_training(world)
    training._command = (str(world.folder / "no-such-program"),)
    finish(training)

    assert isinstance(training.status.error, TrainingFailed)
    assert "cannot be started" in training.status.error.user_text


def test_that_an_unreadable_roster_ends_the_run_with_its_own_error(
    world: TrainingParts, open_training: OpenTraining
) -> None:
    training = open_training(world)
    world.roster.failure = StorageError(path="attendance.db", reason=Reason("gone"))
    finish(training)
    world.roster.failure = None

    assert isinstance(training.status.error, StorageError)


# --- cancelling --------------------------------------------------------------------------------------


def test_that_a_cancelled_run_ends_its_process_and_keeps_nothing(
    world: TrainingParts, open_training: OpenTraining
) -> None:
    world.mode = "wait"
    training = open_training(world)
    training.start()
    wait_until(lambda: len(training.status.validations) == 20)
    training.cancel()
    wait_until(lambda: not training.is_running)

    assert training.status.state is RunState.CANCELLED
    assert not is_alive(world.told()["pid"])
    assert private_leftovers(world) == []
    assert len(training.status.losses) == 100, "the curves stay to be looked at"


def test_that_a_process_that_does_not_listen_is_killed(world: TrainingParts, open_training: OpenTraining) -> None:
    world.mode = "stubborn"
    world.stop_times = StopTimes(ask_s=0.1, terminate_s=0.1)
    training = open_training(world)
    training.start()
    wait_until(lambda: training.status.phase is Phase.TRAIN)
    training.cancel()
    wait_until(lambda: not training.is_running)

    assert training.status.state is RunState.CANCELLED
    assert not is_alive(world.told()["pid"])


def test_that_closing_leaves_no_process(world: TrainingParts, open_training: OpenTraining) -> None:
    world.mode = "wait"
    training = open_training(world)
    training.start()
    wait_until(lambda: len(training.status.validations) == 20)

    assert training.close()
    assert not is_alive(world.told()["pid"])


def test_that_a_second_start_while_running_changes_nothing(world: TrainingParts, open_training: OpenTraining) -> None:
    world.mode = "wait"
    training = open_training(world)
    training.start()
    wait_until(world.notes.exists)
    first = world.told()["pid"]
    training.start()
    wait_until(lambda: len(training.status.validations) == 20)

    assert world.told()["pid"] == first
    assert len(private_leftovers(world)) == 1


def test_that_the_process_ends_when_this_program_is_killed(tmp_path: Path) -> None:
    notes = tmp_path / "notes.json"
    code = (
        "import sys\nfrom pathlib import Path\n"
        "from attendance.services.training.process import TrainingProcess\n"
        f"command = [sys.executable, {str(FAKE)!r}, 'wait', {str(notes)!r}]\n"
        "for line in TrainingProcess(command, cwd=Path.cwd()).lines():\n    print(line, flush=True)\n"
    )
    parent = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE)
    assert parent.stdout is not None
    # The last line of its curves; then it waits.
    assert any(b'"validation": null' in line for line in parent.stdout)
    parent.kill()
    parent.stdout.close()
    parent.wait()

    wait_until(notes.with_name("notes.json.ended").exists)


# --- the private folder ------------------------------------------------------------------------------


def test_that_what_a_crash_left_is_removed_at_the_next_start(world: TrainingParts, open_training: OpenTraining) -> None:
    left = world.root / "run-crashed"
    left.mkdir(parents=True)
    (left / "faces.npz").write_bytes(b"faces")

    open_training(world)

    assert private_leftovers(world) == []


def test_that_another_windows_run_is_left_alone_and_refuses_a_second(
    world: TrainingParts, open_training: OpenTraining
) -> None:
    other = TrainingFiles(world.root)
    folder = other.begin()

    training = open_training(world)
    finish(training)

    assert folder.is_dir()
    assert isinstance(training.status.error, TrainingFailed)
    assert "another window" in training.status.error.user_text
    other.end()
    assert not folder.exists()


def test_that_codes_that_look_like_paths_stay_one_folder_a_person(
    world: TrainingParts, open_training: OpenTraining
) -> None:
    rows = [(np.zeros(4, np.float32), CROP)] * 2
    for code in ("a/b", "a_b"):
        world.roster.enrol(code=code, name="Same", templates=rows, model_id="m")
        world.roster.update(code, may_train=True)
    world.mode = "wait"
    training = open_training(world)
    training.start()
    wait_until(lambda: len(training.status.validations) == 20)

    options = world.told()["options"]
    with np.load(options[options.index("--faces") + 1], allow_pickle=False) as archive:
        paths = archive["path"].tolist()
    assert all(path.count("/") == 1 for path in paths)
    assert len({path.split("/")[0] for path in paths}) == 12
