"""Preparing a candidate, comparing it, putting it in use, discarding it."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import UTC, datetime

import pytest

from attendance.core.recognition.shadow import ShadowProbe
from attendance.core.types import FmrPoint
from attendance.errors import Reason
from attendance.errors.models import ModelChecksumMismatch, ModelError, ModelMissing, SwitchRefused
from attendance.errors.storage import DiskFull
from attendance.services.recognizers import background, go_live
from attendance.services.recognizers.background import lower_own_priority
from attendance.services.recognizers.embedding import EmbedOutcome
from tests.fakes import MODEL_ID, FakePack
from tests.unit.services.recognizers.go_live_world import NEW_ID, World

# --- prepare -----------------------------------------------------------------------------------------


def test_that_preparing_embeds_every_kept_crop_and_changes_nothing_in_use(world: World) -> None:
    ids = [world.enrol(f"p{number}", number, number + 1) for number in range(1, 41, 2)]
    seen: list[tuple[int, int]] = []
    outcome = world.go_live.prepare("new", lambda done, total: seen.append((done, total)))
    assert (outcome.embedded, outcome.is_finished) == (40, True)
    assert seen == [(32, 40), (40, 40)]
    state = world.go_live.state()
    assert (state.active, state.candidate, state.previous, state.prepared) == ("fake", "new", None, True)
    assert world.who(3) == ids[1]
    assert len(world.roster.load_templates(NEW_ID)[1]) == 40


def test_that_it_works_in_another_thread_of_low_priority(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.enrol("ann", 1)
    threads: list[str] = []
    monkeypatch.setattr(
        "attendance.services.recognizers.background.lower_own_priority",
        lambda: threads.append(threading.current_thread().name),
    )
    world.go_live.prepare("new")
    assert threads == ["go-live-prepare"]


@pytest.mark.skipif(sys.platform != "linux", reason="threads have a niceness of their own on Linux only")
def test_that_only_the_own_thread_gets_out_of_the_way() -> None:
    before = os.getpriority(os.PRIO_PROCESS, threading.get_native_id())

    def lowered() -> int:
        lower_own_priority()
        lower_own_priority()
        return os.getpriority(os.PRIO_PROCESS, threading.get_native_id())

    with ThreadPoolExecutor(1) as pool:
        assert pool.submit(lowered).result() == max(10, before)
    assert os.getpriority(os.PRIO_PROCESS, threading.get_native_id()) == before


def test_that_a_second_run_embeds_only_what_is_new(world: World) -> None:
    world.enrol("ann", 1, 2)
    world.go_live.prepare("new")
    world.enrol("bob", 3)
    assert world.go_live.prepare("new").embedded == 1
    assert world.packs.fake("new").fake_embedder.batches == [2, 1]


def test_that_a_cancelled_run_is_gone_on_with(world: World) -> None:
    for number in range(1, 41):
        world.enrol(f"p{number}", number)
    outcome = world.go_live.prepare("new", lambda _done, _total: world.go_live.cancel())
    assert (outcome.embedded, outcome.is_finished) == (32, False)
    state = world.go_live.state()
    assert (state.candidate, state.prepared, state.shadow) == ("new", False, None)
    assert world.go_live.prepare("new").embedded == 8
    assert world.go_live.state().prepared


def test_that_discarding_ends_a_running_preparation_in_another_program(world: World) -> None:
    for number in range(1, 41):
        world.enrol(f"p{number}", number)
    outcome = world.go_live.prepare("new", lambda _done, _total: world.recognizers.discard())
    assert not outcome.is_finished
    assert world.go_live.state().candidate is None
    assert world.roster.load_templates(NEW_ID)[1] == []


class Interrupted(Future[EmbedOutcome]):
    """Work in the background; whoever waits for it is met by Ctrl+C."""

    def result(self, timeout: float | None = None) -> EmbedOutcome:
        raise KeyboardInterrupt


def test_that_ctrl_c_ends_the_work_in_the_background(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.enrol("ann", 1)
    works: list[Callable[[], EmbedOutcome]] = []
    futures: list[Interrupted] = []

    def start(work: Callable[[], EmbedOutcome], _name: str) -> Interrupted:
        works.append(work)
        futures.append(Interrupted())
        return futures[0]

    monkeypatch.setattr(background, "start_in_background", start)
    monkeypatch.setattr(go_live, "_BATCH_WAIT_S", 0.0)
    with pytest.raises(KeyboardInterrupt):
        world.go_live.prepare("new")
    assert works[0]() == EmbedOutcome(0, is_finished=False)  # what the thread does from then on
    futures[0].set_result(EmbedOutcome(0, is_finished=False))
    assert not world.go_live.state().prepared


@pytest.mark.parametrize(
    ("pack_id", "error", "text"),
    [
        ("fake", SwitchRefused, "fake is in use already"),
        ("nowhere", ModelMissing, "nowhere"),
        ("damaged", ModelChecksumMismatch, "rec.onnx is damaged"),
        ("renamed", ModelError, "its manifest names the pack new"),
    ],
)
def test_that_an_unusable_candidate_is_refused_in_a_sentence(
    world: World, pack_id: str, error: type[ModelError], text: str
) -> None:
    world.enrol("ann", 1)
    world.packs.installed["damaged"] = ModelChecksumMismatch(pack="damaged", path="rec.onnx")
    world.packs.installed["renamed"] = FakePack(NEW_ID, pack_id="new")
    with pytest.raises(error, match=text):
        world.go_live.prepare(pack_id)
    assert world.go_live.state().candidate is None


def test_that_a_full_disk_keeps_what_was_saved_and_says_so(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(1, 41):
        world.enrol(f"p{number}", number)
    add = world.recognizers.add_templates
    calls = iter([add])

    def fill(rows: object, *, candidate: str | None = None) -> bool:
        following = next(calls, None)
        if following is None:
            raise DiskFull(path="attendance.db")
        return following(rows, candidate=candidate)  # type: ignore[arg-type]

    monkeypatch.setattr(world.recognizers, "add_templates", fill)
    with pytest.raises(DiskFull):
        world.go_live.prepare("new")
    monkeypatch.undo()
    assert world.who(1) is not None
    assert world.go_live.prepare("new").embedded == 8


# --- shadow ------------------------------------------------------------------------------------------


def test_that_the_state_shows_the_comparison_and_whom_the_candidate_lacks(world: World) -> None:
    ann = world.enrol("ann", 1)
    world.enrol("bare", 2, crops=False)
    world.go_live.prepare("new")
    at_utc = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
    world.shadow_log.append(ShadowProbe(at_utc, MODEL_ID, NEW_ID, ann, None, 0.6, 0.2))
    state = world.go_live.state()
    assert state.shadow is not None
    assert (state.shadow.probes, state.shadow.only_old) == (1, 1)
    assert [person.name for person in state.shadow.people] == ["Ann"]
    assert [person.code for person in state.would_be_unknown] == ["bare"]
    assert state.unknown == ()


def test_that_a_candidate_whose_thresholds_nobody_measured_is_told(world: World) -> None:
    assert world.go_live.state().candidate_is_calibrated  # without a candidate nothing is missing
    world.packs.installed["new"] = FakePack(NEW_ID, pack_id="new", calibration=())
    world.enrol("ann", 1)
    world.recognizers.set_candidate("new")
    assert not world.go_live.state().candidate_is_calibrated
    world.go_live.prepare("new")
    assert not world.go_live.state().candidate_is_calibrated
    world.packs.installed["new"] = FakePack(NEW_ID, pack_id="new", calibration=(FmrPoint(0.01, 0.4, 0.4, 0.4),))
    assert world.go_live.state().candidate_is_calibrated
    del world.packs.installed["new"]
    assert world.go_live.state().candidate_is_calibrated


# --- promote -----------------------------------------------------------------------------------------


def test_that_a_promotion_takes_along_who_was_enrolled_since(world: World) -> None:
    world.enrol("ann", 1)
    world.go_live.prepare("new")
    bob = world.enrol("bob", 2)
    outcome = world.go_live.promote()
    assert (outcome.re_embedded, outcome.must_enrol_again) == (1, [])
    state = world.go_live.state()
    assert (state.active, state.candidate, state.previous, state.shadow) == ("new", None, "fake", None)
    assert world.who(2) == bob


def test_that_a_promotion_without_somebody_needs_force(world: World) -> None:
    world.enrol("ann", 1)
    world.enrol("bare", 2, crops=False)
    world.go_live.prepare("new")
    with pytest.raises(SwitchRefused, match=r"Bare \(bare\)"):
        world.go_live.promote()
    assert world.go_live.state().active == "fake"
    outcome = world.go_live.promote(force=True)
    assert [person.code for person in outcome.must_enrol_again] == ["bare"]


def test_that_there_is_nothing_to_promote_without_a_candidate(world: World) -> None:
    with pytest.raises(SwitchRefused, match="there is no candidate"):
        world.go_live.promote()


@pytest.mark.parametrize("error", [ModelMissing, ModelChecksumMismatch])
def test_that_a_candidate_that_was_removed_or_damaged_since_is_not_promoted(
    world: World, error: type[ModelError]
) -> None:
    world.enrol("ann", 1)
    world.go_live.prepare("new")
    world.packs.installed["new"] = error(pack="new", path="rec.onnx", reason="gone")
    with pytest.raises(error):
        world.go_live.promote()
    assert world.go_live.state().active == "fake"
    assert world.who(1) is not None


def test_that_a_candidate_that_was_replaced_since_is_embedded_anew(world: World) -> None:
    ann = world.enrol("ann", 1)
    world.go_live.prepare("new")
    world.packs.installed["new"] = FakePack("new:cccccccccccc", pack_id="new")
    assert world.go_live.promote().re_embedded == 1
    assert world.who(1) == ann
    assert world.roster.load_templates(NEW_ID)[1] == []


# --- discard -----------------------------------------------------------------------------------------


def test_that_a_discarded_candidate_leaves_nothing_behind(world: World) -> None:
    ann = world.enrol("ann", 1)
    world.go_live.prepare("new")
    world.go_live.discard()
    state = world.go_live.state()
    assert (state.active, state.candidate, state.prepared, state.shadow) == ("fake", None, False, None)
    assert world.roster.load_templates(NEW_ID)[1] == []
    assert world.who(1) == ann
    world.go_live.discard()


# --- killed in the middle ----------------------------------------------------------------------------


def test_that_a_candidate_that_would_harm_the_door_is_refused_unless_forced(world: World) -> None:
    world.enrol("a", 1, 2)
    world.go_live.prepare("new")
    assert world.go_live.objections() == ()
    world.problems = [Reason("it gives nearly the same answer for everybody")]
    assert world.go_live.objections() == tuple(world.problems)
    with pytest.raises(SwitchRefused, match="new would harm the door: it gives nearly the same answer"):
        world.go_live.promote()
    assert world.recognizers.choice().active == "fake"
    assert world.go_live.promote(force=True).overruled == tuple(world.problems)
    with pytest.raises(SwitchRefused, match="there is no candidate"):
        world.go_live.objections()
    assert world.recognizers.choice().active == "new"


def test_that_everything_that_speaks_against_a_candidate_is_told_at_once(world: World) -> None:
    world.enrol("a", 1)
    world.enrol("b", 2, crops=False)
    world.go_live.prepare("new")
    world.enrol("c", 3, crops=False, model_id="former:0123456789ab")  # not known to the one in use either
    world.problems = [Reason("its thresholds were never measured; calibrate it first")]
    with pytest.raises(SwitchRefused, match=r"never measured.*would not know B \(b\), of whom no photograph"):
        world.go_live.promote()


def test_that_a_pack_in_use_that_is_gone_does_not_bar_the_way_to_another(world: World) -> None:
    world.enrol("a", 1)
    world.go_live.prepare("new")
    del world.packs.installed["fake"]
    assert world.go_live.objections() == ()
    world.go_live.promote()
    assert world.recognizers.choice().active == "new"
