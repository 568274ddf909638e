"""One sentence at a time, short, without technical words, readable for a moment."""

from __future__ import annotations

import re

import numpy as np
import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from attendance.core.types import DecisionKind, FaceView, FrameResult, StreamState
from attendance.errors import AttendanceError, Reason
from attendance.errors.cameras import (
    CameraBusy,
    CameraError,
    CameraLost,
    CameraNotFound,
    CameraRefused,
    CameraStopped,
    SourceNotFound,
)
from attendance.errors.pictures import ImageUnreadable
from attendance.resource_files import resource_path
from attendance.ui import theme
from attendance.ui.i18n import LanguageSwitch
from attendance.ui.kiosk import guidance
from attendance.ui.kiosk.guidance import GuidanceLine
from attendance.ui.kiosk.sentences import (
    CAMERA_BUSY,
    CAMERA_UNUSABLE,
    GUIDANCE,
    HOLD_STILL,
    LOOK_HERE,
    NO_CAMERA,
    NO_PICTURE,
    NOBODY_ENROLLED,
    OUT_OF_ORDER,
    STREAM,
    Sentence,
    sentence_for,
    stream_sentence,
    tone_colour,
)
from tests.ui.kiosk_scenes import NOW
from tests.ui.test_theme import contrast

ALL = [
    *GUIDANCE.values(),
    *STREAM.values(),
    LOOK_HERE,
    HOLD_STILL,
    NO_PICTURE,
    NO_CAMERA,
    CAMERA_BUSY,
    CAMERA_UNUSABLE,
    NOBODY_ENROLLED,
    OUT_OF_ORDER,
]
# A card or a panel answers these.
SILENT = {DecisionKind.WELCOME, DecisionKind.ALREADY_IN, DecisionKind.CHOOSE, DecisionKind.ASK_PIN}


def face(state: DecisionKind | None) -> FaceView:
    return FaceView(1, np.array([0, 0, 9, 9], np.float32), state, 0.5)


def result(*faces: FaceView, said: DecisionKind | None = None) -> FrameResult:
    return FrameResult(0, NOW, (640, 480), faces=faces, guidance=said)


def test_that_every_decision_has_a_sentence_or_a_card() -> None:
    assert set(GUIDANCE) | SILENT == set(DecisionKind)
    assert set(STREAM) == set(StreamState) - {StreamState.LIVE}


@pytest.mark.parametrize("sentence", ALL, ids=lambda s: s.source)
def test_that_a_sentence_is_short_and_plain(sentence: Sentence) -> None:
    words = re.findall(r"\w+", sentence.source)

    assert len(words) <= 5
    assert not re.search(r"spoof|fake|fail|error|score|quality|detect|invalid|\d", sentence.source.lower())
    assert resource_path("icons", f"{sentence.icon}.svg").is_file()
    assert tone_colour(theme.DARK, sentence.tone).startswith("#")


@pytest.mark.parametrize("sentence", ALL, ids=lambda s: s.source)
def test_that_a_sentence_is_translated_live(qapp: QApplication, sentence: Sentence) -> None:
    LanguageSwitch.instance().set_language("zh_CN")

    assert re.search(r"[\u4e00-\u9fff]", sentence.text())


def test_that_a_sick_camera_comes_before_everything_else() -> None:
    seen = result(face(None), said=DecisionKind.TOO_FAR)

    for stream, sentence in STREAM.items():
        assert sentence_for(stream, seen, has_notice=False) is sentence


@pytest.mark.parametrize("kind", sorted(set(GUIDANCE) - {DecisionKind.CAMERA_LOST}))
def test_that_the_engines_guidance_is_said(kind: DecisionKind) -> None:
    assert sentence_for(StreamState.LIVE, result(face(None), said=kind), has_notice=False) is GUIDANCE[kind]


def test_that_nobody_is_invited_and_somebody_new_holds_still() -> None:
    assert sentence_for(StreamState.LIVE, None, has_notice=False) is LOOK_HERE
    assert sentence_for(StreamState.LIVE, result(), has_notice=False) is LOOK_HERE
    assert sentence_for(StreamState.LIVE, result(face(None)), has_notice=False) is HOLD_STILL


def test_that_nothing_is_said_while_a_card_says_it() -> None:
    welcomed = result(face(DecisionKind.WELCOME))
    unknown = result(face(DecisionKind.UNKNOWN), said=DecisionKind.UNKNOWN)

    assert sentence_for(StreamState.LIVE, welcomed, has_notice=False) is None
    assert sentence_for(StreamState.LIVE, unknown, has_notice=True) is None
    assert sentence_for(StreamState.LIVE, unknown, has_notice=False) is GUIDANCE[DecisionKind.UNKNOWN]


@pytest.mark.parametrize(
    "seen",
    [
        None,
        result(),
        result(face(None)),
        result(face(DecisionKind.UNSURE)),
        result(face(None), said=DecisionKind.TOO_FAR),
    ],
)
def test_that_a_refusal_card_is_the_only_sentence(seen: FrameResult | None) -> None:
    assert sentence_for(StreamState.LIVE, seen, has_notice=False) is not None
    assert sentence_for(StreamState.LIVE, seen, has_notice=True) is None


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (ImageUnreadable(path="gate.mp4", reason=Reason("it is not a readable video")), NO_PICTURE),
        (SourceNotFound(source="gate.mp4"), NO_PICTURE),
        (CameraNotFound(source="0"), STREAM[StreamState.LOST]),
        (CameraLost(source="0"), STREAM[StreamState.LOST]),
    ],
)
def test_that_only_a_camera_is_said_to_reconnect(error: AttendanceError, sentence: Sentence) -> None:
    assert stream_sentence(StreamState.LOST, error) is sentence
    assert sentence_for(StreamState.LOST, None, has_notice=False, detail=error) is sentence


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (CameraNotFound(source="0"), NO_CAMERA),
        (CameraBusy(source="0"), CAMERA_BUSY),
        (CameraLost(source="0"), CAMERA_UNUSABLE),
        (CameraError(source="0", reason=Reason("no permission")), CAMERA_UNUSABLE),
        (SourceNotFound(source="gate.mp4"), NO_PICTURE),
        (CameraStopped(source="0", count=5), OUT_OF_ORDER),
    ],
)
def test_that_nothing_reconnects_that_was_never_there(error: AttendanceError, sentence: Sentence) -> None:
    assert sentence_for(StreamState.LOST, None, has_notice=False, detail=error, was_there=False) is sentence


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (CameraBusy(source="0"), CAMERA_BUSY),
        (CameraRefused(source="rtsp://10.0.0.9/live"), CAMERA_UNUSABLE),
        (CameraStopped(source="0", count=5), OUT_OF_ORDER),
        (CameraNotFound(source="0"), STREAM[StreamState.LOST]),
        (CameraLost(source="0"), STREAM[StreamState.LOST]),
    ],
)
def test_that_a_camera_that_was_there_reconnects_only_when_it_has_gone(
    error: AttendanceError, sentence: Sentence
) -> None:
    assert stream_sentence(StreamState.LOST, error, was_there=True) is sentence


def test_that_nobody_is_invited_while_nobody_is_enrolled() -> None:
    seen = result(face(None))

    assert sentence_for(StreamState.LIVE, seen, has_notice=False, is_anybody_enrolled=False) is NOBODY_ENROLLED


def test_that_an_undecided_face_is_asked_to_look_straight() -> None:
    unsure = result(face(DecisionKind.UNSURE))

    assert sentence_for(StreamState.LIVE, unsure, has_notice=False) is GUIDANCE[DecisionKind.UNSURE]


def line(qtbot: QtBot) -> GuidanceLine:
    made = GuidanceLine(theme.kiosk_metrics(800))
    qtbot.addWidget(made)
    return made


TOO_FAR, TURNED = GUIDANCE[DecisionKind.TOO_FAR], GUIDANCE[DecisionKind.TURNED_AWAY]


def test_that_a_sentence_stays_readable_and_the_newest_follows(qtbot: QtBot) -> None:
    shown = line(qtbot)
    shown.say(LOOK_HERE)
    shown.say(HOLD_STILL)
    shown.say(None)
    shown.say(HOLD_STILL)

    assert shown.text() == "Look here to check in"
    qtbot.waitUntil(lambda: shown.text() == "Hold still, please")
    assert shown.accessibleName() == "Hold still, please"


@pytest.mark.parametrize("before", [LOOK_HERE, HOLD_STILL, TURNED], ids=lambda s: s.source)
def test_that_a_problem_is_said_at_once(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, before: Sentence) -> None:
    monkeypatch.setattr(guidance, "MIN_SHOWN_S", 3600.0)
    shown = line(qtbot)
    shown.say(before)
    with qtbot.waitSignal(shown.changed, timeout=0) as changed:
        shown.say(TOO_FAR)

    assert shown.text() == "Come a little closer"
    assert changed.args == [TOO_FAR]


def test_that_two_problems_do_not_flicker(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guidance, "MIN_SHOWN_S", 3600.0)
    shown = line(qtbot)
    for sentence in (TOO_FAR, TURNED, TOO_FAR, TURNED, TOO_FAR):
        shown.say(sentence)

    assert shown.sentence is TURNED


@pytest.mark.parametrize("tokens", [theme.LIGHT, theme.DARK], ids=lambda t: t.name)
def test_that_guidance_is_large_and_stands_out(qtbot: QtBot, tokens: theme.Tokens) -> None:
    for short_side in (480, 600, 768, 800, 1080, 2160):
        made = GuidanceLine(theme.kiosk_metrics(short_side))
        qtbot.addWidget(made)
        for width in (400, 700, 1200):
            for sentence in ALL:
                made.say(sentence, at_once=True)
                made.resize(width, 300)
                QApplication.sendPostedEvents()
                assert made._label.shown_size_px >= 40
    assert contrast(tokens.text, tokens.raised) >= 7.0  # the words, on a card
    assert contrast(theme.DARK.text, theme.DARK.bg) >= 7.0  # names at the faces, over the picture
    for sentence in ALL:
        assert contrast(tone_colour(tokens, sentence.tone), tokens.raised) >= 3.0  # icons, WCAG 2.2, 1.4.11


def test_that_a_flicker_changes_nothing(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guidance, "MIN_SHOWN_S", 3600.0)
    shown = line(qtbot)
    shown.say(LOOK_HERE, at_once=True)
    shown.say(HOLD_STILL)
    shown.say(LOOK_HERE)

    assert not shown._change.isActive()
    assert shown.sentence is LOOK_HERE


def test_that_urgent_sentences_do_not_wait(qtbot: QtBot) -> None:
    shown = line(qtbot)
    shown.say(LOOK_HERE)
    shown.say(STREAM[StreamState.LOST], at_once=True)

    assert shown.text() == "Camera disconnected – reconnecting"
    assert not shown.isHidden()

    shown.say(None, at_once=True)
    assert shown.isHidden()
    assert shown.text() == ""
