from __future__ import annotations

import sys
import threading
from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from attendance.config import RelaySettings
from attendance.core.check_in_method import CheckInMethod
from attendance.core.types import CheckIn, Direction
from attendance.errors import Reason, Refusal
from attendance.errors.exchange import RelayFailed
from attendance.integrations.relay import CommandRelay, HttpRelay, SerialRelay
from attendance.integrations.web_address import parse_address
from attendance.services.exchange.relay import DoorRelay, read_methods
from tests.unit.integrations.servers import receiver

NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)


class FixedClock:
    def now_utc(self) -> datetime:
        return NOW

    def mono_s(self) -> float:
        return 0.0


def event(
    direction: Direction = Direction.IN, at_utc: datetime = NOW, *, method: CheckInMethod | None = CheckInMethod.FACE
) -> CheckIn:
    return CheckIn("e", 1, at_utc, 0, direction, 0.5, 0.2, "door", "m", "kiosk", method)


def test_that_a_command_gets_its_arguments_without_a_shell(tmp_path: Path) -> None:
    out = tmp_path / "out"
    code = "import sys; open(sys.argv[1], 'w').write('|'.join(sys.argv[2:]))"
    CommandRelay([sys.executable, "-c", code, str(out), "{direction}", "$HOME; rm x"], timeout_s=60).switch(
        Direction.IN
    )
    assert out.read_text() == "in|$HOME; rm x"


@pytest.mark.parametrize(
    ("arguments", "timeout_s", "reason"),
    [
        (["/nowhere/relay"], 5.0, "cannot be started"),
        ([sys.executable, "-c", "raise SystemExit(3)"], 60.0, "code 3"),
        ([sys.executable, "-c", "import time; time.sleep(600)"], 0.2, "no answer within 0.2 s"),
    ],
)
def test_that_a_command_that_fails_is_told(arguments: list[str], timeout_s: float, reason: str) -> None:
    with pytest.raises(RelayFailed, match=reason):
        CommandRelay(arguments, timeout_s=timeout_s).switch(Direction.IN)


def test_that_the_bytes_reach_the_serial_line(monkeypatch: pytest.MonkeyPatch) -> None:
    serial = pytest.importorskip("serial")
    written: list[bytes] = []
    opened = serial.serial_for_url

    def spying(*args: object, **kwargs: object) -> object:
        port = opened(*args, **kwargs)
        write = port.write
        port.write = lambda data: (written.append(data), write(data))[1]
        return port

    monkeypatch.setattr(serial, "serial_for_url", spying)
    SerialRelay("loop://", baud=9600, data=b"\xa0\x01\x01\xa2", timeout_s=1.0).switch(Direction.IN)
    assert written == [b"\xa0\x01\x01\xa2"]


def test_that_a_missing_port_or_package_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(RelayFailed, match="serial port cannot be used"):
        SerialRelay("/dev/nowhere", baud=9600, data=b"x", timeout_s=1.0).switch(Direction.IN)
    monkeypatch.setitem(sys.modules, "serial", None)
    with pytest.raises(RelayFailed, match="pyserial is not installed"):
        SerialRelay("loop://", baud=9600, data=b"x", timeout_s=1.0).switch(Direction.IN)


@pytest.mark.parametrize(("method", "body"), [("GET", b""), ("POST", b"turn=on")])
def test_that_a_web_relay_is_called(method: str, body: bytes) -> None:
    with receiver() as server:
        server.status = 200
        address = parse_address(f"http://127.0.0.1:{server.port}/relay/0?turn=on")
        relay = HttpRelay(address, method=method, body="turn=on", timeout_s=5.0)
        relay.switch(Direction.IN)
        assert (server.got[0].method, server.got[0].path, server.got[0].body) == (method, "/relay/0?turn=on", body)
        server.status = 302
        with pytest.raises(RelayFailed, match="answered 302"):
            relay.switch(Direction.IN)
    with pytest.raises(RelayFailed, match="cannot be reached"):
        relay.switch(Direction.IN)


def opened_by(methods: Collection[CheckInMethod], *events: CheckIn) -> list[Direction]:
    switched: list[Direction] = []
    relay = DoorRelay(
        switched.append, directions={Direction.IN}, methods=methods, clock=FixedClock(), on_failed=lambda _: None
    )
    for one in events:
        relay.open_for(one)
    assert relay.close(30)
    return switched


def test_that_only_fresh_check_ins_of_the_right_direction_open() -> None:
    events = (event(Direction.OUT), event(at_utc=NOW - timedelta(minutes=1)), event())
    assert opened_by({CheckInMethod.FACE}, *events) == [Direction.IN]


def test_that_a_face_or_a_badge_with_a_second_factor_opens_and_a_pin_or_badge_alone_does_not() -> None:
    methods = read_methods(RelaySettings().methods)
    opening = [method for method in CheckInMethod if opened_by(methods, event(method=method))]
    assert set(CheckInMethod) - set(opening) == {CheckInMethod.PIN, CheckInMethod.BADGE}
    assert opened_by(methods, event(method=None)) == []  # entered by hand


def test_that_another_choice_of_methods_counts_and_a_wrong_one_is_refused() -> None:
    assert opened_by(read_methods(" PIN "), event(method=CheckInMethod.PIN)) == [Direction.IN]
    with pytest.raises(Refusal, match="badge"):
        read_methods("face,key")


def test_that_a_stuck_relay_holds_up_nobody_and_its_failure_is_told() -> None:
    go_on, failures = threading.Event(), []

    def switch(_: Direction) -> None:
        go_on.wait(60)
        raise RelayFailed(reason=Reason("it answered 500"))

    relay = DoorRelay(
        switch,
        directions={Direction.IN},
        methods={CheckInMethod.FACE},
        clock=FixedClock(),
        on_failed=failures.append,
    )
    for _ in range(20):
        relay.open_for(event())  # returns although the first one is still on its way
    assert failures == []
    go_on.set()
    assert relay.close(30)
    assert 1 <= len(failures) <= 6
    assert isinstance(failures[0], RelayFailed)
