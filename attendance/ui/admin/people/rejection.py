"""Why a picture was not taken, as one short sentence that says what to do."""

from __future__ import annotations

from attendance.errors.people import LowQuality, NoFace, SeveralFaces
from attendance.ui.admin.parts.words import translate
from attendance.ui.messages import error_text


def guidance(error: BaseException) -> str:
    """Return what the person before the camera should do now."""
    if isinstance(error, NoFace):
        return translate("admin", "Look at the camera")
    if isinstance(error, SeveralFaces):
        return translate("admin", "Only one person, please")
    if isinstance(error, LowQuality):
        sentences = {
            "too small": translate("admin", "Come a little closer"),
            "too dark": translate("admin", "More light, please"),
            "too bright": translate("admin", "Less light, please"),
            "blurred": translate("admin", "Hold still"),
            "turned away": translate("admin", "Look straight ahead"),
            "cut off by the edge": translate("admin", "Move to the middle"),
        }
        return sentences.get(_reason(error), translate("admin", "Hold still"))
    return error_text(error)[0]


def file_verdict(error: BaseException) -> str:
    """Return why a photograph cannot be used; the file name stands beside it."""
    if isinstance(error, NoFace):
        return translate("admin", "No face found")
    if isinstance(error, SeveralFaces):
        return translate("admin", "More than one face")
    if isinstance(error, LowQuality):
        sentences = {
            "too small": translate("admin", "The face is too small"),
            "too dark": translate("admin", "The face is too dark"),
            "too bright": translate("admin", "The face is too bright"),
            "blurred": translate("admin", "The face is blurred"),
            "turned away": translate("admin", "The face is turned away"),
            "cut off by the edge": translate("admin", "The face is cut off by the edge"),
            "made of dots or two tones, not a photograph": translate("admin", "Dots or two tones, not a photograph"),
        }
        return sentences.get(_reason(error), error_text(error)[0])
    return error_text(error)[0]


def _reason(error: LowQuality) -> str:
    return str(error.facts.get("reason", ""))
