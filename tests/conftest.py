"""Shared test set-up: no display, no telemetry, no network beyond loopback."""

from __future__ import annotations

import os
import socket
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QCoreApplication, QEventLoop, QTimer

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ["ORT_DISABLE_TELEMETRY"] = "1"
# A developer's own settings and keyring must not reach the tests.
os.environ["PYTHON_KEYRING_BACKEND"] = "keyring.backends.fail.Keyring"

# After the environment: importing it loads Qt.
from attendance.ui.qt_messages import is_thread_fault, messages
from tests.patience import PatientQtBot

SHARED = Path(__file__).resolve().parents[2] / "shared"

_real_connect = socket.socket.connect


@pytest.fixture(autouse=True)
def _loopback_only(monkeypatch: pytest.MonkeyPatch) -> None:
    def connect(self: socket.socket, address: object) -> None:
        if isinstance(address, tuple) and address[0] not in {"127.0.0.1", "::1", "localhost"}:
            raise AssertionError(f"a test tried to reach {address!r}")
        _real_connect(self, address)  # type: ignore[arg-type]

    monkeypatch.setattr(socket.socket, "connect", connect)


@pytest.fixture
def qtbot(qapp: object, request: pytest.FixtureRequest) -> PatientQtBot:
    """pytest-qt's bot, patient enough for a busy machine."""
    return PatientQtBot(request)


@pytest.fixture
def shared() -> Path:
    """The developers' shared/ folder; the test is skipped where it is not."""
    if not SHARED.is_dir():
        pytest.skip("needs shared/ beside the checkout")
    return SHARED


def pytest_configure() -> None:
    """Listen to Qt between tests too; pytest-qt listens during each."""
    messages.install()


@pytest.hookimpl(wrapper=True, trylast=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, Any, Any]:
    """Fail a test in which Qt says that an object was touched in a wrong thread, whatever it may ignore.

    Such a message announces a crash that comes now and then, in this test or in a later one.
    """
    report = yield
    during = getattr(item, "qt_log_capture", None)
    texts = [record.message for record in during.records] if during is not None else []
    faults = [text for text in texts if is_thread_fault(text)] + messages.take_thread_faults()
    if faults and report.outcome != "failed":
        report.outcome = "failed"
        report.longrepr = "Qt reports objects touched in a wrong thread:\n" + "\n".join(faults)
    if report.when == "teardown" and report.outcome == "passed" and "qapp" in item.fixturenames and not _loops_run():
        report.outcome = "failed"
        report.longrepr = "the test asked the application to quit outside its exec: every later event loop ends at once"
    return report


def _loops_run() -> bool:
    """Tell whether an event loop still runs, and make it so for the next test."""
    loop = QEventLoop()
    QTimer.singleShot(0, loop.quit)
    if loop.exec() == 0:
        return True
    application = QCoreApplication.instance()
    QTimer.singleShot(0, application.quit)
    application.exec()
    return False


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Fail the run for what Qt said after the last test."""
    if faults := messages.take_thread_faults():
        print("Qt reports objects touched in a wrong thread:", *faults, sep="\n")  # noqa: T201
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
