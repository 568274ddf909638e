"""What the training process said, read back."""

from __future__ import annotations

import pytest

from attendance.core.training_gate import Outcome, Verdict
from attendance.errors import Reason
from attendance.services.training.events import (
    CheckRow,
    Phase,
    PhaseBegan,
    StepDone,
    TrainingResult,
    Validated,
    read_event,
    read_row,
    row_data,
)

ABOUT = Reason("Whether more photographs of your people are recognised.")


@pytest.mark.parametrize("verdict", list(Verdict))
@pytest.mark.parametrize(("why", "about"), [(None, ABOUT), (Reason("it fell by {points} points", points="0.1"), None)])
def test_that_a_row_is_read_as_it_was_written(verdict: Verdict, why: Reason | None, about: Reason | None) -> None:
    row = CheckRow(Reason("gain: {name}", name="TAR"), "0.90", "0.91", verdict, why, about)
    assert read_row(row_data(row)) == row


@pytest.mark.parametrize(("text", "why"), [("", None), ("no gain {at all}", Reason.quoted("no gain {at all}"))])
@pytest.mark.parametrize(("passed", "verdict"), [(True, Verdict.HOLDS), (False, Verdict.HARM)])
def test_that_the_results_of_earlier_versions_are_still_read(
    text: str, why: Reason | None, passed: bool, verdict: Verdict
) -> None:
    old = {"check": "gain: TAR", "before": "0.90", "after": "0.91", "passed": passed, "why": text}
    assert read_row(old) == CheckRow(Reason.quoted("gain: TAR"), "0.90", "0.91", verdict, why)


@pytest.mark.parametrize("outcome", list(Outcome))
def test_that_only_a_promoted_candidate_has_a_folder(outcome: Outcome) -> None:
    result = read_event(f'{{"event": "done", "outcome": "{outcome.value}", "folder": "tuned", "table": []}}')
    assert isinstance(result, TrainingResult)
    assert result.outcome is outcome
    assert result.is_promoted == (outcome is Outcome.PROMOTED) == (result.folder is not None)


@pytest.mark.parametrize("outcome", ['"outcome": "passed"', '"promoted": true'])
def test_that_an_outcome_that_nobody_knows_is_an_error(outcome: str) -> None:
    with pytest.raises(ValueError, match=r"passed|outcome"):
        read_event(f'{{"event": "done", {outcome}, "folder": null, "table": []}}')


def test_that_events_are_read_and_unknown_ones_passed_over() -> None:
    assert read_event('{"event": "phase", "name": "train"}') == PhaseBegan(Phase.TRAIN)
    assert read_event('{"event": "step", "step": 3, "steps": 9, "loss": 1.5}') == StepDone(3, 9, 1.5)
    assert read_event('{"event": "validation", "step": 3, "validation": 0.5}') == Validated(3, 0.5)
    assert read_event('{"event": "validation", "step": 3, "validation": null}') is None
    assert read_event('{"event": "weather"}') is None


@pytest.mark.parametrize(
    "line",
    [
        "",
        "[]",
        "{}",
        "12",
        '{"event": "step", "step": 3}',
        '{"event": "step", "step": "x", "steps": 1, "loss": 1}',
        '{"event": "validation", "step": 1, "validation": NaN}',
        '{"event": "done", "outcome": "held", "table": [1]}',
        "[" * 100_000,
    ],
)
def test_that_garbage_is_no_event(line: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        read_event(line)
