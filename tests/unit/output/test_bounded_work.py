from __future__ import annotations

import os
import time

import pytest

from attendance.bounded_work import run_bounded
from attendance.errors import Reason, Refusal
from attendance.errors.models import ModelMissing

LONG_S = 60.0


def test_that_the_result_comes_back() -> None:
    assert run_bounded(divmod, 17, 5, limit_s=LONG_S) == (3, 2)


def test_that_a_bug_stays_one() -> None:
    with pytest.raises(ZeroDivisionError):
        run_bounded(divmod, 1, 0, limit_s=LONG_S)


def refuse() -> None:
    raise ModelMissing(pack="x", reason=Reason("{path} does not exist", path="/x"))


def test_that_an_error_keeps_its_words_and_facts() -> None:
    with pytest.raises(ModelMissing, match="/x does not exist") as caught:
        run_bounded(refuse, limit_s=LONG_S)
    assert caught.value.facts["reason"] == Reason("{path} does not exist", path="/x")


def test_that_work_without_an_end_is_ended() -> None:
    began_s = time.monotonic()
    with pytest.raises(Refusal, match=r"it was not done after 0\.5 s"):
        run_bounded(time.sleep, LONG_S, limit_s=0.5)
    assert time.monotonic() - began_s < LONG_S / 2


def test_that_a_process_that_dies_is_told() -> None:
    with pytest.raises(Refusal, match=r"its process ended \(exit code 7\)"):
        run_bounded(os._exit, 7, limit_s=LONG_S)
