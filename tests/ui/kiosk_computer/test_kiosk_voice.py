"""The kiosk's voice: a fake speech program, none at all, and one that does not start."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from attendance.core.types import DecisionKind
from attendance.ui.kiosk.computer import voice
from attendance.ui.kiosk.computer.voice import SpeechProgram, Voice, system_speech
from tests.ui.kiosk_scenes import Scene, face, notice

MakeScene = Callable[..., Scene]
MakeVoice = Callable[[SpeechProgram | None], Voice]

# Writes what it is told, by argument and by standard input, then waits as long as it is told to.
_FAKE = """
import pathlib, sys, time
out, wait_s, *told = sys.argv[1:]
with open(out, "a", encoding="utf-8") as file:
    file.write(" ".join([*told, sys.stdin.buffer.read().decode()]).strip() + "\\n")
time.sleep(float(wait_s))
"""


@pytest.fixture
def spoken(tmp_path: Path) -> Path:
    return tmp_path / "spoken.txt"


@pytest.fixture
def make_voice(qapp: QApplication) -> Iterator[MakeVoice]:
    made: list[Voice] = []

    def make(speech: SpeechProgram | None) -> Voice:
        made.append(Voice(speech))
        return made[-1]

    yield make
    for each in made:
        each.end()


def program(spoken: Path, *, wait_s: float = 0.0, reads_words: bool = False) -> SpeechProgram:
    def arguments(language: str, words: str) -> list[str]:
        return ["-c", _FAKE, str(spoken), str(wait_s), language, *([] if reads_words else [words])]

    return SpeechProgram(sys.executable, arguments, reads_words=reads_words)


def lines(spoken: Path) -> list[str]:
    return spoken.read_text(encoding="utf-8").splitlines() if spoken.exists() else []


@pytest.mark.parametrize("reads_words", [False, True])
def test_that_words_are_spoken_in_their_language(
    qtbot: QtBot, make_voice: MakeVoice, spoken: Path, reads_words: bool
) -> None:
    made = make_voice(program(spoken, reads_words=reads_words))
    made.say("请再靠近一点", "zh_CN")

    qtbot.waitUntil(lambda: lines(spoken) == ["zh_CN 请再靠近一点"], timeout=30_000)


def test_that_the_same_sentence_is_not_repeated_at_once(
    qtbot: QtBot, make_voice: MakeVoice, spoken: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = make_voice(program(spoken))
    made.say("Look here", "en")
    qtbot.waitUntil(lambda: len(lines(spoken)) == 1, timeout=30_000)
    made.say("Look here", "en")
    monkeypatch.setattr(voice, "SAID_AGAIN_AFTER_S", 0.0)
    made.say("Look here", "en")

    qtbot.waitUntil(lambda: len(lines(spoken)) == 2, timeout=30_000)


def test_that_a_newer_sentence_ends_the_older_one(qtbot: QtBot, make_voice: MakeVoice, spoken: Path) -> None:
    made = make_voice(program(spoken, wait_s=3600.0))
    made.say("one", "en")
    qtbot.waitUntil(lambda: len(lines(spoken)) == 1, timeout=30_000)
    first = made._process
    made.say("two", "en")
    qtbot.waitUntil(lambda: lines(spoken) == ["en one", "en two"], timeout=30_000)

    assert made._process is not first
    made.end()
    assert made._process is None


def test_that_nothing_breaks_without_a_program(
    qtbot: QtBot, make_voice: MakeVoice, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    silent = make_voice(None)
    silent.say("Look here", "en")
    assert silent._process is None
    assert "no speech program" in caplog.text

    broken = make_voice(SpeechProgram(str(tmp_path / "not-there"), lambda _language, words: [words]))
    broken.say("Look here", "en")
    qtbot.waitUntil(lambda: broken._program is None)
    broken.say("Come closer", "en")
    assert "does not start" in caplog.text


@pytest.mark.parametrize(
    ("platform", "name", "reads_words"),
    [("linux", "spd-say", False), ("darwin", "say", False), ("win32", "powershell", True)],
)
def test_that_each_system_has_its_program(
    monkeypatch: pytest.MonkeyPatch, platform: str, name: str, reads_words: bool
) -> None:
    monkeypatch.setattr(voice.sys, "platform", platform)
    monkeypatch.setattr(voice.shutil, "which", lambda wanted: f"/bin/{wanted}")
    found = system_speech()

    assert found is not None
    assert (found.path, found.reads_words) == (f"/bin/{name}", reads_words)
    assert ("Look here" in found.arguments("zh_CN", "Look here")) is not reads_words
    monkeypatch.setattr(voice.shutil, "which", lambda _wanted: None)
    assert system_speech() is None


def test_that_the_kiosk_speaks_what_somebody_is_asked_to_do(make_scene: MakeScene, spoken: Path) -> None:
    scene = make_scene(voice=Voice(program(spoken))).run()
    scene.see(face(None))
    QApplication.processEvents()
    scene.see(face(DecisionKind.TOO_FAR), guidance=DecisionKind.TOO_FAR)
    scene.wait(lambda: lines(spoken) == ["en Come a little closer"])

    scene.engine.decide(notice(DecisionKind.UNKNOWN, person_id=9))
    scene.wait(lambda: lines(spoken)[1:] == ["en Please see reception"])
