"""What another program reads: one JSON object a line, no more steps than it can show, no number that JSON lacks."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from pathlib import Path

import pytest

from attendance.core.training_gate import Outcome
from attendance.errors import Reason
from attendance_training.finetune.feedback import Cancelled, JsonFeedback


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def heard(lines: list[str]) -> list[dict[str, object]]:
    return [json.loads(line) for line in lines]


def feedback(lines: list[str], people: list[str], clock: Clock) -> JsonFeedback:
    return JsonFeedback(out=lines.append, err=people.append, check=lambda: None, commit=lambda: None, clock=clock)


def test_that_each_event_is_an_object_with_the_agreed_keys() -> None:
    lines: list[str] = []
    people: list[str] = []
    told = feedback(lines, people, Clock())
    told.phase("read")
    told.step(1, 20, 0.5)
    told.validated(20, math.nan)
    told.say("| a table |")
    told.progress("embedding ...")
    row = {"check": "c", "before": "1", "after": "2", "verdict": "holds", "why": None}
    told.done(outcome=Outcome.HELD, folder=None, table=[row])
    sentence, hint = Reason("It is wrong."), Reason("Put it right.")
    told.error(sentence, hint)
    assert heard(lines) == [
        {"event": "phase", "name": "read"},
        {"event": "step", "step": 1, "steps": 20, "loss": 0.5},
        {"event": "validation", "step": 20, "validation": None},
        {"event": "done", "outcome": "held", "folder": None, "table": [row]},
        {"event": "error", "sentence": sentence.as_data(), "hint": hint.as_data()},
    ]
    assert people == ["| a table |", "embedding ..."]


def test_that_the_new_folder_is_told() -> None:
    lines: list[str] = []
    feedback(lines, [], Clock()).done(outcome=Outcome.PROMOTED, folder=Path("packs") / "tuned", table=[])
    assert heard(lines)[0]["folder"] == str(Path("packs") / "tuned")


def test_that_fast_steps_are_thinned_out_but_never_the_last() -> None:
    lines: list[str] = []
    clock = Clock()
    told = feedback(lines, [], clock)
    for step in range(1, 101):
        clock.now += 0.01
        told.step(step, 100, 1.0)
    steps = [line["step"] for line in heard(lines)]
    assert steps[0] == 1
    assert steps[-1] == 100
    assert 9 <= len(steps) <= 12


def test_that_every_event_is_a_place_to_cancel_and_a_listener_who_left_cancels() -> None:
    def stop() -> None:
        raise Cancelled

    def gone(_line: str) -> None:
        raise BrokenPipeError

    lines: list[str] = []
    told = JsonFeedback(out=lines.append, err=lines.append, check=stop, commit=stop)
    calls: tuple[Callable[[], object], ...] = (
        lambda: told.phase("read"),
        lambda: told.step(1, 2, 0.0),
        lambda: told.validated(1, 0.5),
        lambda: told.say(""),
        lambda: told.progress(""),
        told.check,
        told.commit,
    )
    for call in calls:
        with pytest.raises(Cancelled):
            call()
    left = JsonFeedback(out=gone, err=lines.append, check=lambda: None, commit=lambda: None)
    with pytest.raises(Cancelled):
        left.phase("read")
