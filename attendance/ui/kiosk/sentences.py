"""The sentences of the kiosk: imperative, at most five words, no technical word and no blame."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QT_TRANSLATE_NOOP, QCoreApplication

from attendance.core.types import DecisionKind, FrameResult, StreamState
from attendance.errors import AttendanceError
from attendance.errors.cameras import CameraBusy, CameraLost, CameraNotFound, CameraStopped, SourceNotFound
from attendance.errors.pictures import ImageError
from attendance.ui.theme import Tokens


@dataclass(frozen=True, slots=True)
class Sentence:
    """One thing to say.

    Attributes:
        source: English text, key of the catalogue "kiosk".
        icon: name in ``resources/icons``.
        tone: "accent", "ok", "warn", "bad" or "muted".
    """

    source: str
    icon: str
    tone: str

    def text(self) -> str:
        """Return the sentence in the window's language."""
        return QCoreApplication.translate("kiosk", self.source)


def tone_colour(tokens: Tokens, tone: str) -> str:
    """Return the colour of a tone."""
    return {
        "accent": tokens.accent,
        "ok": tokens.ok,
        "warn": tokens.warn,
        "bad": tokens.bad,
        "muted": tokens.text_muted,
    }[tone]


LOOK_HERE = Sentence(str(QT_TRANSLATE_NOOP("kiosk", "Look here to check in")), "eye", "accent")
USE_PIN_OR_BADGE = Sentence(str(QT_TRANSLATE_NOOP("kiosk", "Use PIN or badge")), "keypad", "accent")
HOLD_STILL = Sentence(str(QT_TRANSLATE_NOOP("kiosk", "Hold still, please")), "clock", "accent")
_SEE_RECEPTION = Sentence(str(QT_TRANSLATE_NOOP("kiosk", "Please see reception")), "person", "muted")

GUIDANCE: dict[DecisionKind, Sentence] = {
    DecisionKind.TOO_FAR: Sentence(str(QT_TRANSLATE_NOOP("kiosk", "Come a little closer")), "closer", "warn"),
    DecisionKind.TOO_DARK: Sentence(str(QT_TRANSLATE_NOOP("kiosk", "Turn to the light")), "sun", "warn"),
    DecisionKind.TURNED_AWAY: Sentence(str(QT_TRANSLATE_NOOP("kiosk", "Look at the camera")), "eye", "warn"),
    DecisionKind.SEVERAL_FACES: Sentence(str(QT_TRANSLATE_NOOP("kiosk", "One at a time, please")), "people", "warn"),
    DecisionKind.UNSURE: Sentence(str(QT_TRANSLATE_NOOP("kiosk", "Look straight, please")), "eye", "warn"),
    DecisionKind.UNKNOWN: _SEE_RECEPTION,
    DecisionKind.NOT_LIVE: _SEE_RECEPTION,
    DecisionKind.CAMERA_LOST: Sentence(
        str(QT_TRANSLATE_NOOP("kiosk", "Camera disconnected – reconnecting")), "camera-off", "bad"
    ),
}

STREAM: dict[StreamState, Sentence] = {
    StreamState.OPENING: Sentence(str(QT_TRANSLATE_NOOP("kiosk", "Starting the camera")), "camera", "muted"),
    StreamState.LOST: GUIDANCE[DecisionKind.CAMERA_LOST],
    StreamState.FROZEN: Sentence(str(QT_TRANSLATE_NOOP("kiosk", "Camera stuck – reconnecting")), "camera-off", "bad"),
    StreamState.BLACK: Sentence(str(QT_TRANSLATE_NOOP("kiosk", "Uncover the camera, please")), "camera-off", "warn"),
    StreamState.ENDED: Sentence(str(QT_TRANSLATE_NOOP("kiosk", "The recording has ended")), "camera", "muted"),
}

# A file or folder that cannot be shown is not asked again, so nothing is promised.
NO_PICTURE = Sentence(str(QT_TRANSLATE_NOOP("kiosk", "No picture to show")), "camera-off", "bad")

# Said while no camera has ever delivered: nothing reconnects yet, and whoever sets it up is told what is wrong.
NO_CAMERA = Sentence(str(QT_TRANSLATE_NOOP("kiosk", "No camera found")), "camera-off", "bad")
CAMERA_BUSY = Sentence(str(QT_TRANSLATE_NOOP("kiosk", "Camera in use elsewhere")), "camera-off", "bad")
CAMERA_UNUSABLE = Sentence(str(QT_TRANSLATE_NOOP("kiosk", "Camera cannot be used")), "camera-off", "bad")
OUT_OF_ORDER = Sentence(str(QT_TRANSLATE_NOOP("kiosk", "Camera out of order")), "camera-off", "bad")

# Said while there is nobody to recognise.
NOBODY_ENROLLED = Sentence(str(QT_TRANSLATE_NOOP("kiosk", "Nobody is enrolled yet")), "people", "warn")

# What one face's state says when the picture as a whole says nothing; the first that applies.
_FACE_ORDER = (DecisionKind.UNSURE, DecisionKind.NOT_LIVE, DecisionKind.UNKNOWN)


def stream_sentence(stream: StreamState, detail: AttendanceError | str, *, was_there: bool = True) -> Sentence:
    """Choose what to say about a camera that is not LIVE.

    Args:
        stream: health of the camera, not LIVE.
        detail: the error of LOST, else the name of the source.
        was_there: a camera has delivered pictures since the start.
    """
    if stream is not StreamState.LOST:
        return STREAM[stream]
    if isinstance(detail, ImageError | SourceNotFound):
        return NO_PICTURE
    if is_reconnecting(detail, was_there=was_there):
        return STREAM[stream]
    causes = ((CameraStopped, OUT_OF_ORDER), (CameraNotFound, NO_CAMERA), (CameraBusy, CAMERA_BUSY))
    return next((sentence for cause, sentence in causes if isinstance(detail, cause)), CAMERA_UNUSABLE)


def is_reconnecting(detail: AttendanceError | str, *, was_there: bool) -> bool:
    """Return whether a lost camera is expected back without anybody's help: it was there, and has only gone.

    Args:
        detail: what goes with LOST.
        was_there: a camera has delivered pictures since the start.
    """
    return was_there and (isinstance(detail, CameraLost | CameraNotFound) or not isinstance(detail, AttendanceError))


def sentence_for(
    stream: StreamState,
    result: FrameResult | None,
    *,
    has_notice: bool,
    detail: AttendanceError | str = "",
    was_there: bool = True,
    is_anybody_enrolled: bool = True,
) -> Sentence | None:
    """Choose the one sentence of this moment.

    A refusal card is itself a sentence, so nothing else is said beside it, neither an invitation nor guidance:
    whoever was refused would take it for theirs. A welcome card only states a fact, so guidance for the next
    person goes on beside it.

    Args:
        stream: health of the camera; anything but LIVE comes first.
        result: last recognised frame.
        has_notice: a card is already saying "see reception".
        detail: what goes with the stream's state, see ``stream_sentence``.
        was_there: likewise.
        is_anybody_enrolled: somebody can be recognised.

    Returns:
        None when a card says everything: somebody was just welcomed or sent to reception.
    """
    if stream is not StreamState.LIVE:
        return stream_sentence(stream, detail, was_there=was_there)
    if not is_anybody_enrolled:
        return NOBODY_ENROLLED
    return None if has_notice else _of_result(result)


def _of_result(result: FrameResult | None) -> Sentence | None:
    if result is None or not (result.faces or result.guidance):
        return LOOK_HERE
    chosen = _chosen(result)
    if chosen is not None:
        return GUIDANCE[chosen]
    return HOLD_STILL if any(face.state is None for face in result.faces) else None


def _chosen(result: FrameResult) -> DecisionKind | None:
    if result.guidance in GUIDANCE:
        return result.guidance
    states = {face.state for face in result.faces}
    return next((kind for kind in _FACE_ORDER if kind in states), None)
