"""Every change is an entry of the audit log."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from attendance.core.audit import row_digest
from attendance.core.corrections import CorrectionState
from attendance.core.types import Direction
from attendance.core.who import Who
from attendance.data.audit.entries import digest_of_step
from attendance.data.settings_repository import SqlSettings
from attendance.errors.storage import StorageError
from tests.unit.data.audit.site import EVER, Site, bodies
from tests.unit.data.conftest import check_in

# --- what is written ---------------------------------------------------------------------------------


def test_that_every_change_is_an_entry_by_whom_it_was(folder: Path) -> None:
    with Site(folder) as site:
        site.roster.update("k1", name="Ann Other", may_train=True)
        SqlSettings(site.database).set("active_pack", "new")
        SqlSettings(site.database).set("mail_password", "secret")
        site.roster.erase("k2")
        found = [(e.actor, e.action, e.subject) for e in site.audit.entries(*EVER)]
        assert site.finding() is None
        told = {e.subject: e.data for e in site.audit.entries(*EVER)}
    assert found == [
        ("import", "audit.started", "audit"),
        *[("desk", "person.enrolled", "person")] * 2,
        *[("kiosk", "check_in", f"e{number}") for number in range(6)],
        ("desk", "correction.requested", "c1"),
        ("desk", "correction.requested", "c2"),
        ("anna", "correction.approved", "c1"),
        ("desk", "person.updated", "person"),
        ("desk", "setting.changed", "active_pack"),
        ("desk", "setting.changed", "mail_password"),
        ("desk", "person.erased", "person"),
    ]
    assert told["active_pack"] == {"before": None, "after": "new"}
    assert told["mail_password"] == {}
    assert told["person"] | {"person": ""} == {"person": "", "templates": 1, "crops": 0, "check_ins": 3}


def test_that_a_step_from_before_accounts_keeps_its_fingerprint() -> None:
    step = ("approved", "boss", "2026-03-04 00:00:00.000000")
    assert digest_of_step(*step, "") == row_digest(step)
    assert digest_of_step(*step, "anna") not in {digest_of_step(*step, ""), digest_of_step(*step, "bert")}


def test_that_no_entry_holds_a_name_a_code_or_a_reason(folder: Path) -> None:
    with Site(folder) as site:
        site.roster.update("k1", name="Ann Other", department="Lab")
    everything = "\n".join(bodies(folder))
    for word in ("Ann", "Bob", "Example", "Other", "Lab", "k1", "k2", "asked", "sick"):
        assert word not in everything


def test_that_a_correction_tells_what_the_event_was_and_is(folder: Path) -> None:
    with Site(folder) as site:
        entry = next(e for e in site.audit.entries(*EVER) if e.action == "correction.approved")
        assert entry.data["before"]["counts"] is True
        assert entry.data["after"] == {**entry.data["before"], "counts": False}
        site.corrections.decide("c1", CorrectionState.REJECTED, who=Who("anna", "boss"), at_utc=EVER[0])
        entry = next(e for e in site.audit.entries(*EVER) if e.action == "correction.rejected")
        assert entry.data["before"] == entry.data["after"]
        assert entry.data["after"]["counts"] is True


def test_that_what_changes_nothing_is_no_entry(folder: Path) -> None:
    before = len(bodies(folder))
    with Site(folder) as site:
        site.log.append(check_in("e0")).result()  # a repeated append
        site.roster.update("k1", name="Ann Example")
        settings = SqlSettings(site.database)
        settings.set("kiosk_language", "en")
        settings.set("keep_crops", "1")
        settings.set("keep_crops", "1")
        with pytest.raises(StorageError):
            site.log.append(replace(check_in("bad"), similarity=7.0)).result()
    assert len(bodies(folder)) == before + 1


def test_that_entries_of_a_time_and_of_a_person_are_found(folder: Path) -> None:
    with Site(folder) as site:
        person = site.roster.get_by_code("k1")
        own = list(site.audit.entries(*EVER, person_id=person.id))
        assert [e.subject for e in own] == ["person", "e0", "e2", "e4", "c1", "c1"]
        assert list(site.audit.entries(EVER[0], own[0].at_utc)) == list(site.audit.entries(*EVER))[: own[0].seq - 1]
        site.roster.erase("k1")
        assert {e.person_id for e in site.audit.entries(*EVER)} == {None, site.roster.get_by_code("k2").id}


# --- the head ----------------------------------------------------------------------------------------


def test_that_directions_of_breaks_are_stored(folder: Path) -> None:
    with Site(folder) as site:
        event = replace(check_in("pause"), direction=Direction.BREAK_START)
        assert site.log.append(event).result() == event == site.log.get("pause")
        assert site.log.get("nothing") is None
