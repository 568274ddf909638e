"""Text files that people hand to an evaluation."""

from __future__ import annotations

from pathlib import Path

from attendance.errors import EvaluationDataUnusable
from attendance.file_errors import reason_of


def read_text(path: Path) -> str:
    """Read a UTF-8 file, with or without a byte order mark.

    Raises:
        EvaluationDataUnusable: absent, not readable, or no UTF-8.
    """
    try:
        return path.read_text(encoding="utf-8-sig")
    except FileNotFoundError as err:
        raise EvaluationDataUnusable(path=path, reason="there is no such file") from err
    except UnicodeDecodeError as err:
        raise EvaluationDataUnusable(path=path, reason="it is no UTF-8 text") from err
    except OSError as err:
        raise EvaluationDataUnusable(path=path, reason=reason_of(err)) from err
