"""The composition when the recognizer in use lacks somebody, and the work beside the door."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from attendance.composition.application import Application
from attendance.core.types import FmrPoint, ImageBgr
from attendance.diagnostics.checks import _people
from attendance.diagnostics.finding import Level
from attendance.errors.models import RatesUnknown
from attendance.errors.storage import TemplatesDamaged
from tests.fake_door import FakeSource, RecordingListener
from tests.fakes import EMBEDDING_SIZE, FakePack, ScriptedFace, identity_vector, picture
from tests.unit.files.test_in_use import dead_pid

PACK = "bundled:ffffffffffff"


@pytest.fixture
def application(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Application]:
    with Application(tmp_path) as application:
        monkeypatch.setattr(application.packs, "load", lambda _pack_id, **_threads: FakePack(PACK, pack_id="bundled"))
        yield application


def enrol(application: Application, code: str, identity: int, model_id: str) -> None:
    face = ScriptedFace(identity, similarity=0.9)
    crop: ImageBgr = FakePack().embedder.align(picture(face), face.landmarks_px)
    application.storage.roster.enrol(
        code=code, name=code, templates=[(identity_vector(identity), crop)], model_id=model_id
    )


def test_that_everybody_is_embedded_first_when_the_recognizer_knows_nobody(application: Application) -> None:
    enrol(application, "ann", 1, "bundled:000000000000")  # before an update of the program
    assert application.recognizer.gallery.current.size.people == 1


def test_that_a_door_opens_at_once_when_somebody_is_known_and_enrolment_waits_for_all(
    application: Application,
) -> None:
    enrol(application, "ann", 1, PACK)
    enrol(application, "bob", 2, "other:000000000000")  # by a window that still had another pack
    assert application.recognizer.gallery.current.size.people == 1
    assert application.recognizer.pack.embedder.embedding_size == EMBEDDING_SIZE
    _ = application.recognizer.enrolment
    application.recognizer.gallery.reload_if_changed()
    assert application.recognizer.gallery.current.size.people == 2


@pytest.mark.parametrize("end", ["forget_recognizer", "close", "another engine"])
def test_that_the_work_beside_the_door_ends_with_it(application: Application, end: str) -> None:
    def beside() -> set[threading.Thread]:
        return {thread for thread in threading.enumerate() if thread.name == "shadow"}

    before = beside()
    application.door.build_engine(application.recognizer, RecordingListener(), source_factory=FakeSource)
    (first,) = beside() - before
    if end == "another engine":
        application.door.build_engine(application.recognizer, RecordingListener(), source_factory=FakeSource)
    else:
        getattr(application, end)()
    assert first not in beside()


def test_that_an_import_that_was_killed_is_removed_at_the_next_start(application: Application) -> None:
    left = application.paths.models / f".incoming-{dead_pid()}-x7"
    (left / "pack").mkdir(parents=True)
    (left / "pack" / "rec.onnx").write_bytes(b"half")
    assert application.recognizer
    assert not left.exists()


def test_that_nothing_built_on_a_pack_outlives_it(application: Application) -> None:
    first = application.recognizer
    built = {name: getattr(first, name) for name in ("pack", "gallery", "enrolment", "importer", "training_service")}
    assert not application.is_outdated
    application.storage.settings.set("active_pack", "another")
    assert application.is_outdated
    application.forget_recognizer()
    assert not application.is_outdated
    second = application.recognizer
    assert second is not first
    assert [name for name, part in built.items() if getattr(second, name) is part] == []


def test_that_a_closed_application_ends_a_training_of_the_pack(
    application: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed: list[bool] = []
    monkeypatch.setattr(application.recognizer.training_service, "close", lambda: closed.append(True))
    application.forget_recognizer()
    assert closed == [True]


def test_that_a_roster_beyond_the_calibration_is_told(application: Application) -> None:
    enrol(application, "ann", 1, PACK)
    packs = application.packs
    measured = tuple(FmrPoint(10.0**-n, 0.1 * n, 0.1 * n, 0.1 * n) for n in range(1, 5))
    enough = FakePack(PACK, pack_id="bundled", calibration=measured).info  # 100 people at 1 % need 1e-4
    assert packs.troubles(enough) == ()
    for info in (replace(enough, calibration=measured[:3]), replace(enough, calibration=())):
        (trouble,) = packs.troubles(info)
        assert isinstance(trouble, RatesUnknown)
        assert "bundled was not measured for a roster of 1." in str(trouble)


def test_that_a_damaged_template_shuts_the_door_for_nobody_else_and_is_told(application: Application) -> None:
    for identity, code in enumerate(("ann", "bob"), 1):
        enrol(application, code, identity, application.recognizer.pack.info.model_id)
    with closing(sqlite3.connect(application.paths.database)) as connection:
        connection.execute("UPDATE template SET sealed = x'00' WHERE id = 1")
        connection.commit()
    application.recognizer.gallery.reload()
    assert application.recognizer.gallery.current.size.people == 1
    (trouble,) = application.recognizer.troubles()
    assert isinstance(trouble, TemplatesDamaged)
    assert "ann (ann)" in str(trouble)
    info = application.recognizer.pack.info
    application.packs.inspect = lambda _pack_id: info  # type: ignore[method-assign]
    first, *_ = _people(application)
    assert (first.level, first.text) == (Level.ERROR, trouble.user_text)


def test_that_the_doctor_tells_of_a_recognizer_that_recognises_few_of_its_own_people(application: Application) -> None:
    for code in ("ann", "bob"):
        for identity in (1, 2) if code == "ann" else (3, 4):  # no two photographs of one person are alike
            enrol(application, code, identity, PACK)
    info = FakePack(PACK, pack_id="bundled").info
    application.packs.inspect = lambda _pack_id: info  # type: ignore[method-assign]
    (finding,) = _people(application)
    assert finding.level is Level.WARNING
    assert finding.text.startswith("Of 4 photographs of your own people, the recognizer in use recognises 0.")


def test_that_the_doctor_is_content_with_one_that_does(application: Application) -> None:
    for _ in range(2):
        enrol(application, "ann", 1, PACK)
    enrol(application, "bob", 2, PACK)
    info = FakePack(PACK, pack_id="bundled").info
    application.packs.inspect = lambda _pack_id: info  # type: ignore[method-assign]
    (finding,) = _people(application)
    assert finding.level is Level.OK


def test_that_the_doctor_is_content_while_most_photographs_are_recognised(application: Application) -> None:
    for code, identities in {"ann": (1, 1), "bob": (2, 2), "cem": (3, 4)}.items():
        for identity in identities:
            enrol(application, code, identity, PACK)
    info = FakePack(PACK, pack_id="bundled").info
    application.packs.inspect = lambda _pack_id: info  # type: ignore[method-assign]
    own = application.packs.known_people(info)
    assert own is not None
    assert (own.asked, own.recognised) == (6, 4)
    (finding,) = _people(application)
    assert finding.level is Level.OK
