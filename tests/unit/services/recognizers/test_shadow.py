from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from attendance.core.ports.vision import VisionPack
from attendance.core.recognition.decision import DecisionRules
from attendance.core.recognition.shadow import ShadowProbe
from attendance.core.types import Decision, DecisionKind, ImageBgr
from attendance.errors.models import ModelChecksumMismatch
from attendance.errors.storage import DatabaseLocked
from attendance.services.door.listener import DecisionNotice
from attendance.services.recognizers.shadow import ShadowDoor
from tests.fakes import MODEL_ID, WAIT_S, FakePack, ScriptedFace, picture
from tests.patience import wait_until
from tests.unit.services.recognizers.go_live_world import NEW_ID, World

AT = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
THRESHOLD = 0.5


def crop_of(identity: int) -> ImageBgr:
    face = ScriptedFace(identity, similarity=0.9)
    return FakePack().embedder.align(picture(face), face.landmarks_px)


def decision(person_id: int | None, kind: DecisionKind = DecisionKind.WELCOME, similarity: float = 0.6) -> Decision:
    return Decision(kind, 1, AT, 1.0, person_id=person_id, similarity=similarity)


class Door(World):
    """A world with a ShadowDoor; ``settle`` waits until it has done everything."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.door = self.make_door()

    def make_door(self, *, poll_s: float = 0.01) -> ShadowDoor:
        return ShadowDoor(
            recognizers=self.recognizers,
            roster=self.roster,
            shadow_log=self.shadow_log,
            active_pack="fake",
            active_model=MODEL_ID,
            load=self.load,
            rules=lambda _info: lambda _templates: DecisionRules(threshold=THRESHOLD),
            poll_s=poll_s,
        )

    def load(self, pack_id: str) -> VisionPack:
        return self.packs.load(pack_id)

    def settle(self) -> None:
        """Close the door; what waits is compared first."""
        assert self.door.close(WAIT_S)

    def probes(self) -> int:
        return self.shadow_log.report(MODEL_ID, NEW_ID).probes


@pytest.fixture
def world(tmp_path: Path) -> Iterator[Door]:
    world = Door(tmp_path / "attendance.db")
    yield world
    world.door.close(WAIT_S)
    world.database.close()


def test_that_the_candidate_sees_check_ins_and_refused_faces(world: Door) -> None:
    ann, bob = world.enrol("ann", 1), world.enrol("bob", 2)
    world.go_live.prepare("new")
    for person, identity in ((ann, 1), (ann, 30), (bob, 1), (None, 2), (None, 5)):
        kind = DecisionKind.UNKNOWN if person is None else DecisionKind.WELCOME
        assert world.door.offer(decision(person, kind), crop_of(identity))
    world.door.start()
    world.settle()
    report = world.shadow_log.report(MODEL_ID, NEW_ID)
    assert (report.probes, report.same_person, report.only_old, report.other_person, report.only_new) == (5, 1, 1, 1, 1)
    assert report.mean_old == pytest.approx(0.6)


def test_that_two_who_look_alike_to_the_candidate_are_not_accepted(world: Door) -> None:
    ann = world.enrol("ann", 1)
    world.enrol("twin", 1)  # margin 0
    world.go_live.prepare("new")
    world.door.offer(decision(ann), crop_of(1))
    world.door.start()
    world.settle()
    assert world.shadow_log.report(MODEL_ID, NEW_ID).only_old == 1


def test_that_a_refused_face_that_was_never_compared_is_kept_as_no_similarity(
    world: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.enrol("ann", 1)
    world.go_live.prepare("new")
    probes: list[ShadowProbe] = []
    monkeypatch.setattr(world.shadow_log, "append", probes.append)
    world.door.offer(Decision(DecisionKind.UNKNOWN, 1, AT, 1.0), crop_of(5))
    world.door.start()
    world.settle()
    assert [probe.old_similarity for probe in probes] == [-1.0]


@pytest.mark.parametrize("is_prepared", [False, True])
def test_that_nothing_is_loaded_or_written_without_a_prepared_candidate(world: Door, is_prepared: bool) -> None:
    ann = world.enrol("ann", 1)
    if is_prepared:
        world.go_live.prepare("new")
        world.go_live.discard()
    else:
        world.recognizers.set_candidate("new")
    world.packs.loads.clear()
    world.door.offer(decision(ann), crop_of(1))
    world.door.start()
    world.settle()
    assert world.packs.loads == []
    assert world.probes() == 0


def test_that_a_running_door_follows_the_candidate_by_itself(world: Door) -> None:
    ann = world.enrol("ann", 1)
    world.door.start()
    world.go_live.prepare("new")

    def seen() -> bool:
        world.door.offer(decision(ann), crop_of(1))
        return world.probes() > 0

    wait_until(seen)
    world.go_live.discard()
    world.door.offer(decision(ann), crop_of(1))
    world.settle()
    assert world.probes() == 0


def test_that_somebody_enrolled_with_the_candidate_later_is_known_to_it(world: Door) -> None:
    world.enrol("ann", 1)
    world.go_live.prepare("new")
    world.door.start()
    bob = world.enrol("bob", 2)
    world.go_live.prepare("new")

    def seen() -> bool:
        world.door.offer(decision(bob), crop_of(2))
        return world.shadow_log.report(MODEL_ID, NEW_ID).same_person > 0

    wait_until(seen)


def test_that_a_door_of_another_pack_does_not_compare(world: Door) -> None:
    ann = world.enrol("ann", 1)
    world.go_live.prepare("new")
    world.go_live.promote()
    world.go_live.prepare("fake")
    world.packs.loads.clear()
    world.door.offer(decision(ann), crop_of(1))
    world.door.start()  # the kiosk has not followed the promotion yet
    world.settle()
    assert world.packs.loads == []


def test_that_too_many_faces_are_left_out_and_offering_never_waits(
    world: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    ann = world.enrol("ann", 1)
    world.go_live.prepare("new")
    is_looking, may_go_on = threading.Event(), threading.Event()
    embed = world.packs.fake("new").fake_embedder.embed

    def slow(crops: list[ImageBgr]) -> object:
        is_looking.set()
        assert may_go_on.wait(WAIT_S)
        return embed(crops)

    monkeypatch.setattr(world.packs.fake("new").fake_embedder, "embed", slow)
    world.door.start()
    world.door.offer(decision(ann), crop_of(1))
    assert is_looking.wait(WAIT_S)
    taken = [world.door.offer(decision(ann), crop_of(1)) for _ in range(20)]
    assert taken == [True] * 8 + [False] * 12
    may_go_on.set()
    world.settle()
    assert world.probes() == 9


@pytest.mark.parametrize("where", ["load", "embed", "append", "choice"])
def test_that_a_failure_is_logged_once_and_the_door_goes_on(
    world: Door, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, where: str
) -> None:
    ann = world.enrol("ann", 1)
    world.go_live.prepare("new")
    errors = {"load": ModelChecksumMismatch(pack="new", path="rec.onnx"), "append": DatabaseLocked(path="a.db")}
    calls = 0

    def fail(*_args: object, **_kwargs: object) -> object:
        nonlocal calls
        calls += 1
        raise errors.get(where, RuntimeError("broken"))

    owner: object = {
        "load": world.packs,
        "embed": world.packs.fake("new").fake_embedder,
        "append": world.shadow_log,
        "choice": world.recognizers,
    }[where]
    monkeypatch.setattr(owner, where, fail)
    world.door.start()
    for _ in range(5):
        world.door.observe(DecisionNotice(decision(ann), crop_bgr=crop_of(1)))
    wait_until(lambda: calls > (0 if where == "load" else 1))
    world.settle()
    assert caplog.text.count("shadow mode: the door goes on without it") == 1
    assert calls == 1 or where != "load"  # a pack that cannot be loaded is not read from the disk every three seconds


def test_that_a_candidate_that_was_replaced_is_not_compared(world: Door, caplog: pytest.LogCaptureFixture) -> None:
    ann = world.enrol("ann", 1)
    world.go_live.prepare("new")
    world.packs.installed["new"] = FakePack("new:cccccccccccc", pack_id="new")
    world.door.offer(decision(ann), crop_of(1))
    world.door.start()
    world.settle()
    assert world.probes() == 0
    assert "was replaced since it was prepared" in caplog.text


def test_that_photographs_kept_elsewhere_are_embedded_beside_the_door(world: Door) -> None:
    ann = world.enrol("ann", 1, model_id="other:111111111111")  # a window that still has another recognizer
    assert world.who(1) is None
    world.door.start()
    wait_until(lambda: world.who(1) == ann)
    bob = world.enrol("bob", 2, model_id="other:111111111111")
    wait_until(lambda: world.who(2) == bob)


def test_that_closing_a_door_that_was_never_opened_is_harmless(world: Door) -> None:
    assert world.door.close(0.0)


def test_that_the_candidate_sees_check_ins_and_refused_faces_only(world: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    offered: list[DecisionKind] = []

    def offer(found: Decision, _crop: ImageBgr) -> bool:
        offered.append(found.kind)
        return True

    monkeypatch.setattr(world.door, "offer", offer)
    for kind in DecisionKind:
        world.door.observe(DecisionNotice(decision(None, kind), crop_bgr=crop_of(1)))
    world.door.observe(DecisionNotice(decision(None)))  # the write was delayed: no crop any more
    assert offered == [DecisionKind.WELCOME, DecisionKind.UNKNOWN]
