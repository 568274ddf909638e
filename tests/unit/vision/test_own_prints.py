from __future__ import annotations

import sys
import threading

import pytest
import typer

from attendance.vision.own_prints import own_prints
from tests.fakes import WAIT_S


def test_that_only_the_own_prints_are_caught(capsys: pytest.CaptureFixture[str]) -> None:
    before = sys.stdout
    with own_prints() as printed:
        print("mine")  # noqa: T201 - what a library does
        other = threading.Thread(target=lambda: typer.echo('{"event": "decision"}'))
        other.start()
        other.join(WAIT_S)
        sys.stdout.flush()
    assert printed.getvalue() == "mine\n"
    assert capsys.readouterr().out == '{"event": "decision"}\n'
    assert sys.stdout is before


def test_that_two_threads_leave_the_output_as_it_was() -> None:
    before = sys.stdout
    barrier = threading.Barrier(8)

    def load() -> None:
        barrier.wait(WAIT_S)
        for _ in range(50):
            with own_prints() as printed:
                print("x", end="")  # noqa: T201 - what a library does
                assert printed.getvalue() == "x"

    threads = [threading.Thread(target=load) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(WAIT_S)
    assert sys.stdout is before


def test_that_an_error_leaves_the_output_as_it_was() -> None:
    before = sys.stdout
    with pytest.raises(RuntimeError), own_prints():
        raise RuntimeError("no provider")
    assert sys.stdout is before
