"""Switches a door relay: a program, bytes on a serial line, or a web request."""

from __future__ import annotations

import http.client
import ssl
import subprocess
from collections.abc import Sequence
from typing import Protocol

from attendance.core.types import Direction
from attendance.errors import RelayFailed
from attendance.integrations.web_address import WebAddress


class Relay(Protocol):
    """Something that opens a door. Blocks until it is done or its time is over."""

    def switch(self, direction: Direction) -> None:
        """Switch once.

        Args:
            direction: of the check-in.

        Raises:
            RelayFailed: it did not work.
        """


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
            raise RelayFailed(reason=f"no answer within {self._timeout_s:g} s") from err
        except (OSError, ValueError) as err:
            cause = getattr(err, "strerror", None) or type(err).__name__
            raise RelayFailed(reason=f"the program cannot be started ({cause})") from err
        if ended.returncode:
            raise RelayFailed(reason=f"the program ended with code {ended.returncode}")


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
            raise RelayFailed(reason='pyserial is not installed; install the extra "relay"') from err
        try:
            with serial.serial_for_url(
                self._device, baudrate=self._baud, timeout=self._timeout_s, write_timeout=self._timeout_s
            ) as port:
                port.write(self._data)
                port.flush()
        except (serial.SerialException, OSError, ValueError) as err:
            cause = getattr(err, "strerror", None) or type(err).__name__
            raise RelayFailed(reason=f"the serial port cannot be used ({cause})") from err


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
            raise RelayFailed(reason=f"no answer within {self._timeout_s:g} s") from err
        except (OSError, http.client.HTTPException) as err:
            cause = getattr(err, "strerror", None) or type(err).__name__
            raise RelayFailed(reason=f"it cannot be reached ({cause})") from err
        finally:
            connection.close()
        if not 200 <= status < 300:
            raise RelayFailed(reason=f"it answered {status}")
