"""A camera's password appears nowhere: not in what commands print, not in the log."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from attendance.composition.application import Application
from attendance.diagnostics.checks import examine
from attendance.errors.cameras import CameraNotFound

SECRET = "geheim"
ADDRESSES = (
    f"rtsp://admin:{SECRET}@127.0.0.1:9/s?pw={SECRET}",
    f"http://127.0.0.1:9/user=admin_password={SECRET}/video",
)


@pytest.fixture(params=ADDRESSES)
def application(request: pytest.FixtureRequest, tmp_path: Path) -> Application:
    (tmp_path / "config.toml").write_text(
        f'[camera]\nsource = "{request.param}"\n[storage]\nkey_store = "file"\n', encoding="utf-8"
    )
    return Application(tmp_path)


def test_that_the_doctor_shows_the_camera_without_its_password(application: Application, qapp: QApplication) -> None:
    with application:
        findings = list(examine(application))
    assert any("127.0.0.1:9/" in finding.text for finding in findings if finding.check == "cameras")
    assert SECRET not in repr(findings)


def test_that_a_camera_that_cannot_be_opened_is_named_without_its_password(
    application: Application, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    with application:
        source = application.door.build_source()
        assert SECRET not in source.describe()
        with pytest.raises(CameraNotFound) as caught:
            source.open()
        source.close()
    printed = capfd.readouterr()
    for text in (str(caught.value), caught.value.hint, caplog.text, printed.out, printed.err):
        assert SECRET not in text
