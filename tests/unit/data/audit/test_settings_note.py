"""Changes of the settings file become entries of the audit log."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime
from pathlib import Path

from attendance.composition.application import Application
from attendance.composition.settings_note import HIDDEN, LEFT_OUT, TOLD
from attendance.config import Settings
from attendance.core.audit import AuditEntry

EVER = (datetime(1971, 1, 1, tzinfo=UTC), datetime(2999, 1, 1, tzinfo=UTC))


def entries_with(folder: Path, text: str) -> list[AuditEntry]:
    """Open the folder with this settings file and return the entries about settings files."""
    (folder / "config.toml").write_text(text, encoding="utf-8")
    with Application(folder) as application:
        log = application.storage.audit_log
        assert log.verify(deep=True).finding is None
        return [entry for entry in log.entries(*EVER) if entry.action == "config.changed"]


def test_that_a_change_of_the_settings_file_is_an_entry_and_no_change_none(tmp_path: Path) -> None:
    first = '[storage]\nkey_store = "file"\n[kiosk]\ncompany = "ACME"\n'
    assert entries_with(tmp_path, first) == []
    assert entries_with(tmp_path, first.replace("ACME", "Other")) == []  # only looks
    second = first + "[attendance]\ntwo_person_rule = true\n[recognition]\nthreshold = 0.25\n"
    (entry,) = entries_with(tmp_path, second)
    assert entry.data == {
        "changed": {"attendance.two_person_rule": [None, True], "recognition.threshold": [None, 0.25]},
        "hidden": [],
    }
    assert len(entries_with(tmp_path, second)) == 1
    third = first + '[camera]\nsource = "rtsp://user:secret@camera/1"\n'
    entry = entries_with(tmp_path, third)[-1]
    assert entry.data["changed"] == {"attendance.two_person_rule": [True, None], "recognition.threshold": [0.25, None]}
    assert entry.data["hidden"] == ["camera.source"]
    assert b"secret" not in (tmp_path / "attendance.db").read_bytes()
    assert [e.data["hidden"] for e in entries_with(tmp_path, third.replace("/1", "/2"))][-1] == ["camera.source"]


def test_that_every_key_of_the_settings_file_is_told_or_says_why_not() -> None:
    keys = {
        f"{section.name}.{one.name}"
        for section in dataclasses.fields(Settings)
        for one in dataclasses.fields(getattr(Settings(), section.name))
    }
    assert {*TOLD, *HIDDEN, *LEFT_OUT} == keys
    assert len(TOLD) + len(HIDDEN) + len(LEFT_OUT) == len(keys)
