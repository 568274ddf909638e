"""Going back to the recognizer that was in use before, and a program that is killed on the way."""

from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from attendance.core.types import FloatArray, ImageBgr
from attendance.data import recognizer_repository
from attendance.errors import Reason
from attendance.errors.models import ModelChecksumMismatch, ModelError, ModelMissing, SwitchRefused
from attendance.errors.storage import DiskFull, StorageError
from tests.fakes import WAIT_S, FakePack
from tests.unit.services.recognizers.go_live_world import NEW_ID, World, promoted

REPOSITORY = Path(__file__).parents[4]


# --- rollback ----------------------------------------------------------------------------------------


def test_that_a_rollback_loads_no_model_and_finds_everybody_again(world: World) -> None:
    ann = world.enrol("ann", 1)
    promoted(world)
    world.packs.loads.clear()
    assert world.go_live.rollback() == "fake"
    assert world.packs.loads == []
    assert world.who(1) == ann
    assert world.go_live.wait() is None
    assert world.go_live.state().previous is None


def test_that_who_was_enrolled_since_is_named_and_embedded_after_the_switch(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.enrol("ann", 1)
    promoted(world)
    bob = world.enrol("bob", 2, model_id=NEW_ID)
    world.enrol("bare", 3, crops=False, model_id=NEW_ID)
    may_embed = threading.Event()
    embed = world.packs.fake("fake").fake_embedder.embed

    def wait(crops: list[ImageBgr]) -> FloatArray:
        assert may_embed.wait(WAIT_S)
        return embed(crops)

    monkeypatch.setattr(world.packs.fake("fake").fake_embedder, "embed", wait)
    assert world.go_live.rollback() == "fake"
    assert [person.code for person in world.go_live.state().unknown] == ["bare", "bob"]
    assert world.who(2) is None
    with pytest.raises(TimeoutError):
        world.go_live.wait(0.0)
    may_embed.set()
    outcome = world.go_live.wait(WAIT_S)
    assert outcome is not None
    assert outcome.embedded == 1
    assert world.who(2) == bob
    assert [person.code for person in world.go_live.state().unknown] == ["bare"]


def test_that_there_must_be_something_to_go_back_to(world: World) -> None:
    with pytest.raises(SwitchRefused, match="no recognizer to go back to"):
        world.go_live.rollback()
    world.enrol("ann", 1)
    promoted(world)
    world.go_live.rollback()
    with pytest.raises(SwitchRefused, match="no recognizer to go back to"):
        world.go_live.rollback()


@pytest.mark.parametrize("error", [ModelMissing, ModelChecksumMismatch])
def test_that_a_previous_pack_that_is_gone_or_damaged_is_refused(world: World, error: type[ModelError]) -> None:
    world.enrol("ann", 1)
    promoted(world)
    world.packs.installed["fake"] = error(pack="fake", path="rec.onnx", reason="gone")
    with pytest.raises(error):
        world.go_live.rollback()
    assert world.recognizers.choice().active == "new"


def test_that_a_previous_pack_that_knows_nobody_is_refused(world: World) -> None:
    world.enrol("ann", 1)
    promoted(world)
    world.packs.installed["fake"] = FakePack("fake:dddddddddddd", pack_id="fake")  # replaced by an update
    with pytest.raises(SwitchRefused, match="fake knows nobody"):
        world.go_live.rollback()
    assert world.recognizers.choice().active == "new"


def test_that_the_pack_that_was_left_can_be_promoted_again_without_embedding(world: World) -> None:
    ann = world.enrol("ann", 1)
    promoted(world)
    world.go_live.rollback()
    assert world.go_live.prepare("new").embedded == 0
    world.go_live.promote()
    assert world.who(1) == ann


def test_that_a_failure_after_a_rollback_reaches_who_waits(
    world: World, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.enrol("ann", 1)
    promoted(world)
    world.enrol("bob", 2, model_id=NEW_ID)

    def fail(_crops: object) -> FloatArray:
        raise ModelError(pack="fake", reason=Reason("out of memory"))

    monkeypatch.setattr(world.packs.fake("fake").fake_embedder, "embed", fail)
    world.go_live.rollback()
    with pytest.raises(ModelError, match="out of memory"):
        world.go_live.wait(WAIT_S)
    assert world.recognizers.choice().active == "fake"
    assert "could not be embedded" in caplog.text


# --- killed in the middle ----------------------------------------------------------------------------


KILLED = """
import os, sys
from pathlib import Path
from attendance.data import recognizer_repository
from tests.unit.services.recognizers.go_live_world import World
world = World(Path(sys.argv[1]))
step = sys.argv[2]
def die(*_args, **_kwargs):
    os._exit(9)
if step == "prepare":
    world.go_live.prepare("new", die)
world.go_live.prepare("new")
if step in ("previous_pack", "candidate_model"):  # between two writes of the transaction
    put = recognizer_repository.put_setting
    recognizer_repository.put_setting = lambda session, key, value: die() if key == step else put(session, key, value)
if step == "last write":
    recognizer_repository.count_change = die
if step == "after":
    world.recognizers.retire_older = die
world.go_live.promote()
"""


@pytest.mark.parametrize(
    ("step", "active"),
    [
        ("prepare", "fake"),
        ("previous_pack", "fake"),
        ("candidate_model", "fake"),
        ("last write", "fake"),
        ("after", "new"),
    ],
)
def test_that_a_process_that_is_killed_leaves_all_old_or_all_new(tmp_path: Path, step: str, active: str) -> None:
    path = tmp_path / "attendance.db"
    before = World(path)
    ids = [before.enrol(f"p{number}", number) for number in range(1, 41)]
    before.database.close()
    done = subprocess.run(
        [sys.executable, "-c", KILLED, str(path), step], cwd=REPOSITORY, check=False, capture_output=True, text=True
    )
    assert done.returncode == 9, done.stderr
    world = World(path)
    try:
        assert world.database.integrity_problems() == []
        state = world.go_live.state()
        assert state.active == active
        assert state.previous == ("fake" if active == "new" else None)
        assert [world.who(number) for number in range(1, 41)] == ids
        if active == "new":
            assert world.go_live.rollback() == "fake"
        else:
            assert state.prepared == (step != "prepare")
            assert world.go_live.prepare("new").embedded == (8 if step == "prepare" else 0)
            world.go_live.promote()
        assert [world.who(number) for number in range(1, 41)] == ids
    finally:
        world.database.close()


@pytest.mark.parametrize("key", ["active_pack", "previous_pack"])
def test_that_a_disk_that_is_full_in_a_rollback_changes_nothing(
    world: World, monkeypatch: pytest.MonkeyPatch, key: str
) -> None:
    ann = world.enrol("ann", 1)
    promoted(world)
    put = recognizer_repository.put_setting  # type: ignore[attr-defined]

    def fail(session: Session, name: str, value: str) -> None:
        if name == key:
            raise DiskFull(path="attendance.db")
        put(session, name, value)

    monkeypatch.setattr(recognizer_repository, "put_setting", fail)
    with pytest.raises(StorageError):
        world.go_live.rollback()
    assert world.recognizers.choice().active == "new"
    assert world.recognizers.choice().previous == "fake"
    assert world.who(1) == ann
