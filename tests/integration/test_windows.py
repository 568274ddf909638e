"""The real windows on the real pack: they start from the command line's entry, and say what is wrong."""

from __future__ import annotations

import gc
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import cv2
import numpy as np
import pytest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot
from shiboken6 import isValid

from attendance.composition.application import Application
from attendance.errors.storage import StorageError
from attendance.resource_files import resource_path
from attendance.services.recognizers.switch import switch_pack
from attendance.ui.kiosk.window import KioskWindow
from attendance.ui.window_end import end_window
from attendance.windows.admin import build_admin_window, load_admin_services
from attendance.windows.kiosk import STARTED_VARIABLE, build_kiosk_window, restart_after_switch
from attendance.windows.qt import close_on_signals, run_until_closed
from tests.fake_door import FakeSource


def test_that_the_kiosk_starts_reports_and_closes_as_its_own_process(tmp_path: Path) -> None:
    video = tmp_path / "empty.avi"
    writer = cv2.VideoWriter(str(video), cv2.VideoWriter.fourcc(*"MJPG"), 15, (320, 240))
    rng = np.random.default_rng(1)
    for _ in range(30):
        writer.write(rng.integers(90, 140, (240, 320, 3), dtype=np.uint8))
    writer.release()
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen", STARTED_VARIABLE: str(time.time())}
    command = [sys.executable, "-m", "attendance", "--data", str(tmp_path / "data"), "kiosk", "--windowed"]
    done = subprocess.run(
        [*command, "--report-startup", "--source", str(video)],
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    seconds = json.loads(done.stdout.splitlines()[-1])
    assert 0 < seconds["window_shown_s"] <= seconds["ready_s"]
    assert done.stderr == ""


def test_that_the_kiosk_process_never_loads_torch_or_insightface(tmp_path: Path) -> None:
    script = (
        "import sys\n"
        "from pathlib import Path\n"
        "from attendance.composition.application import Application\n"
        "from attendance.windows.qt import qt_application\n"
        "qt_application()\n"
        f"with Application(Path({str(tmp_path)!r})) as application:\n"
        "    application.recognizer.gallery\n"
        "    application.door.build_source('0')\n"
        "print([name for name in ('torch', 'insightface', 'training', 'skimage', 'scipy') if name in sys.modules])\n"
    )
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    done = subprocess.run(
        [sys.executable, "-c", script], env=environment, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_that_a_signal_closes_the_window_as_its_button_does(qtbot: QtBot, number: signal.Signals) -> None:
    before = {wanted: signal.getsignal(wanted) for wanted in (signal.SIGINT, signal.SIGTERM)}
    window = QWidget()
    qtbot.addWidget(window)
    window.show()
    try:
        close_on_signals(window)
        os.kill(os.getpid(), number)
        qtbot.waitUntil(window.isHidden)
        assert signal.getsignal(number) is signal.SIG_DFL  # the next one ends a program that hangs
    finally:
        for wanted, handler in before.items():
            signal.signal(wanted, handler)


@pytest.mark.parametrize("how", ["closed", "failed"])
def test_that_a_main_window_ends_with_its_program(
    qapp: QApplication, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    window = QWidget()
    window.show()

    def run() -> int:
        if how == "failed":
            raise RuntimeError("the program fails")
        window.close()
        return 7

    monkeypatch.setattr(qapp, "exec", run)
    if how == "failed":
        with pytest.raises(RuntimeError):
            run_until_closed(qapp, window)
    else:
        assert run_until_closed(qapp, window) == 7
    assert not isValid(window)


@pytest.mark.parametrize("damage", ["database", "key"])
def test_that_the_admin_services_refuse_a_damaged_folder_with_a_sentence(tmp_path: Path, damage: str) -> None:
    with Application(tmp_path) as application:
        assert load_admin_services(application).storage is not None
    if damage == "database":
        (tmp_path / "attendance.db").write_bytes(b"no database" * 500)
    else:
        (tmp_path / "attendance.key").unlink()
    with Application(tmp_path) as application, pytest.raises(StorageError):
        load_admin_services(application)


@pytest.mark.qt_log_ignore("This plugin does not support propagateSizeHints", extend=True)
def test_that_both_windows_settle_the_garbage_once_they_are_ready(qtbot: QtBot, tmp_path: Path) -> None:
    with Application(tmp_path) as application:
        for build in (_build_kiosk, build_admin_window):
            gc.unfreeze()
            window = build(application)
            window.show()
            qtbot.waitUntil(lambda: gc.get_freeze_count() > 10_000)
            end_window(window)
    gc.unfreeze()


def _build_kiosk(application: Application) -> KioskWindow:
    frames = [np.full((240, 320, 3), 127, np.uint8)]
    return build_kiosk_window(
        application,
        lambda listener: application.door.build_engine(
            application.recognizer, listener, source_factory=lambda: FakeSource(frames)
        ),
    )


class OneNotice:
    """Stands in for the kiosk window."""

    def __init__(self) -> None:
        self.restarts = 0

    def restart(self) -> None:
        self.restarts += 1


def test_that_a_running_kiosk_follows_a_switch_of_the_pack(tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(resource_path("models", "bundled"), copy)
    manifest = copy / "manifest.json"
    manifest.write_text(manifest.read_text().replace('"id": "bundled"', '"id": "mypack"'))
    window = OneNotice()
    with Application(tmp_path / "data") as application:
        assert application.recognizer.gallery.current.model_id.startswith("bundled:")
        restart_after_switch(application, window)  # type: ignore[arg-type]
        assert window.restarts == 0
        with Application(tmp_path / "data") as other:
            other.packs.store.import_pack(copy)
            switch_pack(
                recognizers=other.storage.recognizers,
                roster=other.storage.roster,
                new_pack=other.packs.load("mypack"),
                check=lambda _pack: (),
            )
        restart_after_switch(application, window)  # type: ignore[arg-type]
        assert window.restarts == 1
        application.forget_recognizer()
        assert application.recognizer.gallery.current.model_id.startswith("mypack:")
        restart_after_switch(application, window)  # type: ignore[arg-type]
        assert window.restarts == 1
