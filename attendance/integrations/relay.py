"""Switches a door relay: a program, bytes on a serial line, or a web request."""

from __future__ import annotations

import http.client
import shlex
import ssl
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from attendance.core.types import Direction
from attendance.errors import Reason, Refusal
from attendance.errors.exchange import RelayFailed
from attendance.integrations.web_address import WebAddress, parse_address


class Relay(Protocol):
    """Something that opens a door. Blocks until it is done or its time is over."""

    def switch(self, direction: Direction) -> None:
        """Switch once.

        Args:
            direction: of the check-in.

        Raises:
            RelayFailed: it did not work.
        """


class RelayKeyWrong(Refusal):
    """A key of the description of a relay is missing or wrong.

    Attributes:
        key: its name.
    """

    def __init__(self, key: str, reason: Reason) -> None:
        super().__init__(reason)
        self.key = key


@dataclass(frozen=True, slots=True)
class RelayOptions:
    """A relay in words; keys of other kinds are not looked at.

    Attributes:
        kind: "none", "command", "serial" or "http".
        command: program and arguments, quoted as in a POSIX shell.
        device: serial port.
        baud: bits per second.
        send_hex: bytes to write, hexadecimal, blanks allowed.
        address: of a web request.
        method: "get" or "post".
        body: text of a POST.
        timeout_s: longest wait.
    """

    kind: str
    command: str
    device: str
    baud: int
    send_hex: str
    address: str
    method: str
    body: str
    timeout_s: float


def build_relay(given: RelayOptions) -> Relay | None:
    """Return the relay that is described, None for none.

    Raises:
        RelayKeyWrong: a key of its kind is missing or wrong.
    """
    needed = {"command": "command", "serial": "device", "http": "address"}.get(given.kind)
    if needed is None:
        return None
    if not getattr(given, needed):
        raise RelayKeyWrong(needed, Reason("it is empty"))
    try:
        if given.kind == "command":
            return CommandRelay(shlex.split(given.command), timeout_s=given.timeout_s)
        if given.kind == "serial":
            data = bytes.fromhex(given.send_hex)
            return SerialRelay(given.device, baud=given.baud, data=data, timeout_s=given.timeout_s)
        address = parse_address(given.address, may_be_local_network=True)
        return HttpRelay(address, method=given.method.upper(), body=given.body, timeout_s=given.timeout_s)
    except Refusal as err:
        raise RelayKeyWrong(needed, err.reason) from err
    except ValueError as err:  # of shlex and bytes.fromhex
        raise RelayKeyWrong("send_hex" if given.kind == "serial" else needed, Reason.quoted(str(err))) from err


class CommandRelay:
    """Starts a program without a shell; "{direction}" in an argument becomes "in", "out" and so on.

    Args:
        arguments: the program and what it is given.
        timeout_s: a program that takes longer is ended.
    """

    def __init__(self, arguments: Sequence[str], *, timeout_s: float) -> None:
        self._arguments = tuple(arguments)
        self._timeout_s = timeout_s

    def switch(self, direction: Direction) -> None:
        """Run the program and wait for it.

        Raises:
            RelayFailed: it cannot be started, takes too long or ends with another code than 0.
        """
        arguments = [one.replace("{direction}", direction.value) for one in self._arguments]
        nothing = subprocess.DEVNULL
        try:
            ended = subprocess.run(
                arguments, stdin=nothing, stdout=nothing, stderr=nothing, timeout=self._timeout_s, check=False
            )
        except subprocess.TimeoutExpired as err:
            raise RelayFailed(reason=Reason("no answer within {seconds} s", seconds=f"{self._timeout_s:g}")) from err
        except (OSError, ValueError) as err:
            cause = Reason.quoted(getattr(err, "strerror", None) or type(err).__name__)
            raise RelayFailed(reason=Reason("the program cannot be started ({cause})", cause=cause)) from err
        if ended.returncode:
            raise RelayFailed(reason=Reason("the program ended with code {code}", code=ended.returncode))


class SerialRelay:
    """Writes bytes to a serial line.

    Args:
        device: name of the port, such as /dev/ttyUSB0, COM3, or an address pyserial knows.
        baud: bits per second.
        data: what is written.
        timeout_s: for writing.
    """

    def __init__(self, device: str, *, baud: int, data: bytes, timeout_s: float) -> None:
        self._device = device
        self._baud = baud
        self._data = data
        self._timeout_s = timeout_s

    def switch(self, direction: Direction) -> None:
        """Open the port, write, close it.

        Raises:
            RelayFailed: pyserial is not installed, or the port cannot be used.
        """
        try:
            import serial  # noqa: PLC0415 - an optional package
        except ImportError as err:
            raise RelayFailed(reason=Reason('pyserial is not installed; install the extra "relay"')) from err
        try:
            with serial.serial_for_url(
                self._device, baudrate=self._baud, timeout=self._timeout_s, write_timeout=self._timeout_s
            ) as port:
                port.write(self._data)
                port.flush()
        except (serial.SerialException, OSError, ValueError) as err:
            cause = Reason.quoted(getattr(err, "strerror", None) or type(err).__name__)
            raise RelayFailed(reason=Reason("the serial port cannot be used ({cause})", cause=cause)) from err


class HttpRelay:
    """Calls a web address; certificates are checked and redirects are not followed.

    Args:
        address: where.
        method: "GET" or "POST".
        body: sent with a POST.
        timeout_s: for connecting and for the answer.
    """

    def __init__(self, address: WebAddress, *, method: str, body: str = "", timeout_s: float) -> None:
        self._address = address
        self._method = method
        self._body = body.encode()
        self._timeout_s = timeout_s

    def switch(self, direction: Direction) -> None:
        """Send the request.

        Raises:
            RelayFailed: no answer, or one that is not 2xx.
        """
        host, port = self._address.host, self._address.port
        connection: http.client.HTTPConnection
        if self._address.scheme == "https":
            context = ssl.create_default_context()
            connection = http.client.HTTPSConnection(host, port, timeout=self._timeout_s, context=context)
        else:
            connection = http.client.HTTPConnection(host, port, timeout=self._timeout_s)
        try:
            connection.request(self._method, self._address.target, self._body if self._method == "POST" else None)
            status = connection.getresponse().status
        except TimeoutError as err:
            raise RelayFailed(reason=Reason("no answer within {seconds} s", seconds=f"{self._timeout_s:g}")) from err
        except (OSError, http.client.HTTPException) as err:
            cause = Reason.quoted(getattr(err, "strerror", None) or type(err).__name__)
            raise RelayFailed(reason=Reason("it cannot be reached ({cause})", cause=cause)) from err
        finally:
            connection.close()
        if not 200 <= status < 300:
            raise RelayFailed(reason=Reason("it answered {status}", status=status))
