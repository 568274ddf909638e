"""A threshold that is fixed in the settings holds for the recognizer it was set for, and for no other."""

from __future__ import annotations

import json
import logging

from attendance.core.packs.format import recognizer_digits
from attendance.core.ports.recognizers import Recognizers
from attendance.core.ports.settings import SettingsStore

FIXED_THRESHOLD_SETTING = "fixed_threshold"
"""The value that was last seen in the settings file and the recognizer it was set for, as JSON."""

_log = logging.getLogger(__name__)


def recognizer_of_threshold(
    threshold: float, model_id: str, *, settings: SettingsStore, recognizers: Recognizers
) -> str:
    """Return which recognizer a fixed threshold was set for (``recognizer_digits``); "" when nobody knows any more.

    Similarities of two recognizers mean different things, so a value that was right for one may let strangers in, or
    keep everybody out, with the next. A value that is new in the settings file belongs to the recognizer in use. One
    that stood there before this was noted belongs to the recognizer that made the roster's templates.

    Changes nothing. The answer must be noted (``note_recognizer_of_threshold``) before the roster's kept crops are
    embedded anew.

    Args:
        threshold: of the settings file; 0 when none is fixed.
        model_id: of the recognizer in use.
        settings: has the note.
        recognizers: tells whether the roster is known to the recognizer in use.

    Raises:
        StorageError: the database cannot be used.
    """
    if threshold <= 0:
        return ""
    seen = _read(settings.get(FIXED_THRESHOLD_SETTING, ""))
    if seen is not None and seen[0] == threshold:
        return seen[1]
    owner = recognizer_digits(model_id)
    if seen is None and recognizers.unknown_to(model_id):
        made = (one for one in recognizers.models_of(model_id.rpartition(":")[0]) if one != model_id)
        owner = recognizer_digits(next(made, ""))
    return owner


def note_recognizer_of_threshold(threshold: float, owner: str, settings: SettingsStore) -> None:
    """Keep what ``recognizer_of_threshold`` said.

    Args:
        threshold: of the settings file, above 0.
        owner: the recognizer, "" for nobody's.
        settings: get the note.

    Raises:
        StorageError: the database cannot be used.
    """
    settings.set(FIXED_THRESHOLD_SETTING, json.dumps([threshold, owner]))


def _read(text: str) -> tuple[float, str] | None:
    if not text:
        return None
    try:
        threshold, owner = json.loads(text)
        return float(threshold), str(owner)
    except (ValueError, TypeError):
        _log.warning("the note on the fixed threshold is damaged: %r", text)
        return None
