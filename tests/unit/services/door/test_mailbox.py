from __future__ import annotations

import threading

from attendance.services.door.mailbox import LatestFrame
from tests.fakes import WAIT_S


def test_that_the_newest_item_wins_and_drops_are_counted() -> None:
    box: LatestFrame[int] = LatestFrame()

    assert [box.put(i) for i in range(5)] == [True, False, False, False, False]

    assert box.take(0) == 4
    assert box.take(0) is None
    assert box.dropped == 4


def test_that_put_asks_for_a_wake_up_again_after_the_item_was_taken() -> None:
    box: LatestFrame[str] = LatestFrame()
    assert box.put("a")
    assert box.take(0) == "a"

    assert box.put("b")


def test_that_a_false_looking_item_is_delivered() -> None:
    box: LatestFrame[int] = LatestFrame()
    box.put(0)

    assert box.take(0) == 0


def test_that_a_waiting_reader_is_woken_by_an_item() -> None:
    box: LatestFrame[int] = LatestFrame()
    taken: list[int | None] = []
    reader = threading.Thread(target=lambda: taken.append(box.take(WAIT_S)))
    reader.start()

    box.put(7)
    reader.join(WAIT_S)

    assert taken == [7]


def test_that_close_wakes_a_waiting_reader() -> None:
    box: LatestFrame[int] = LatestFrame()
    reader = threading.Thread(target=box.take, daemon=True)
    reader.start()

    box.close()
    reader.join(WAIT_S)

    assert not reader.is_alive()


def test_that_close_wakes_a_blocked_writer_whose_item_is_refused() -> None:
    box: LatestFrame[int] = LatestFrame()
    box.put(1)
    answers: list[bool] = []
    writer = threading.Thread(target=lambda: answers.append(box.put(2, block=True)), daemon=True)
    writer.start()

    box.close()
    writer.join(WAIT_S)

    assert answers == [False]
    assert box.take(0) == 1
    assert box.take(0) is None


def test_that_a_closed_mailbox_still_hands_out_what_waits_and_takes_nothing_new() -> None:
    box: LatestFrame[int] = LatestFrame()
    box.put(1)
    box.close()

    assert not box.put(2)
    assert box.take(None) == 1
    assert box.take(None) is None


def test_that_lossless_mode_hands_over_every_item_in_order() -> None:
    box: LatestFrame[int] = LatestFrame()

    def write() -> None:
        for number in range(200):
            box.put(number, block=True)
        box.close()

    writer = threading.Thread(target=write)
    writer.start()
    taken = []
    while (item := box.take(WAIT_S)) is not None:
        taken.append(item)
    writer.join(WAIT_S)

    assert taken == list(range(200))
    assert box.dropped == 0
