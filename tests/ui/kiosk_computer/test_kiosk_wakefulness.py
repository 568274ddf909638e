"""The screen stays on: through the session's bus, through Windows, or it is only logged that it may sleep."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from types import SimpleNamespace

import pytest
from PySide6.QtCore import ClassInfo, QObject, Slot
from PySide6.QtDBus import QDBusConnection
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from attendance.ui.kiosk.computer import wakefulness
from attendance.ui.kiosk.computer.wakefulness import Wakefulness


@pytest.fixture
def bus() -> Iterator[QDBusConnection]:
    """A message bus of the test's own."""
    daemon = shutil.which("dbus-daemon")
    if daemon is None:
        pytest.skip("no dbus-daemon on this computer")
    command = [daemon, "--session", "--nofork", "--print-address"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        address = process.stdout.readline().strip()
        yield QDBusConnection.connectToBus(address, "test")
        QDBusConnection.disconnectFromBus("test")
        process.terminate()


@ClassInfo({"D-Bus Interface": "org.freedesktop.ScreenSaver"})
class ScreenSaver(QObject):
    """What a desktop offers."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[tuple[str, str]] = []

    @Slot(str, str, result=int)
    def Inhibit(self, program: str, reason: str) -> int:
        self.asked.append((program, reason))
        return 7


def test_that_the_desktop_is_asked_to_keep_the_screen_on(
    qtbot: QtBot, bus: QDBusConnection, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    desktop = ScreenSaver()
    assert bus.registerService("org.freedesktop.ScreenSaver")
    assert bus.registerObject("/org/freedesktop/ScreenSaver", desktop, QDBusConnection.RegisterOption.ExportAllSlots)
    made = Wakefulness()
    made._inhibit(bus)

    qtbot.waitUntil(lambda: made._waiting is None)
    assert desktop.asked == [("Face Attendance", "the kiosk waits for people")]
    assert "the screen stays on" in caplog.text


def test_that_a_desktop_without_such_a_service_is_only_logged(
    qtbot: QtBot, bus: QDBusConnection, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    made = Wakefulness()
    made._inhibit(bus)

    qtbot.waitUntil(lambda: made._waiting is None)
    assert "left to the session's settings" in caplog.text


def test_that_a_system_without_a_bus_is_only_logged(qapp: QApplication, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")
    Wakefulness()._inhibit(QDBusConnection("no such connection"))

    assert "no session bus" in caplog.text


@pytest.mark.parametrize(("answer", "logged"), [(1, ""), (0, "Windows does not keep the screen on")])
def test_that_windows_is_told(
    qapp: QApplication, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, answer: int, logged: str
) -> None:
    told: list[int] = []

    def set_state(flags: int) -> int:
        told.append(flags)
        return answer

    kernel32 = SimpleNamespace(SetThreadExecutionState=set_state)
    monkeypatch.setattr(wakefulness.sys, "platform", "win32")
    monkeypatch.setattr(wakefulness.ctypes, "windll", SimpleNamespace(kernel32=kernel32), raising=False)
    Wakefulness().begin()

    assert told == [0x80000003]
    assert caplog.text.strip().endswith(logged)
