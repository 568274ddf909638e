"""The one way in which a text file made by people or other programs is read."""

from __future__ import annotations

import codecs
from collections.abc import Callable
from pathlib import Path

from attendance.errors import AttendanceError, Reason, Refusal
from attendance.file_errors import reason_of

_UTF16_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_MARK = "\ufeff"


class NotText(Refusal):
    """Bytes that are not text in UTF-8, nor in UTF-16 with a byte-order mark."""


def read_text(
    path: Path,
    refusal: Callable[[Reason], AttendanceError],
    *,
    max_bytes: int | None = None,
    decode: Callable[[bytes], str] | None = None,
) -> str:
    r"""Read a text file, whatever editor saved it.

    Args:
        path: the file.
        refusal: makes the error of the caller, which names the file, from the reason.
        max_bytes: a larger file is refused without reading it; None for any size.
        decode: in place of ``text_of``; raises NotText.

    Returns:
        The text without byte-order mark; every line ends with "\n".

    Raises:
        AttendanceError: ``refusal``, when the file is absent, unreadable, too large or not text.
    """
    try:
        if max_bytes is not None and path.stat().st_size > max_bytes:
            reason = Reason("it is larger than {count} MB", count=max_bytes // 1000000)
            raise refusal(reason)
        raw = path.read_bytes()
    except OSError as err:
        reason = Reason("it cannot be read ({cause})", cause=reason_of(err))
        raise refusal(reason) from err
    try:
        text = (decode or text_of)(raw)
    except NotText as err:
        raise refusal(err.reason) from err
    return text.replace("\r\n", "\n").replace("\r", "\n")


def text_of(raw: bytes) -> str:
    """Return the text that bytes hold: UTF-8 with or without byte-order mark, or UTF-16 with one.

    Raises:
        NotText: anything else.
    """
    # The mark of UTF-32 begins with that of UTF-16; and ASCII in UTF-16 or UTF-32 without a mark has zeros among its
    # first two bytes and would pass for UTF-8.
    if raw.startswith(codecs.BOM_UTF32_LE) or b"\0" in raw[:2]:
        reason = Reason("it is not UTF-8 text; save it as UTF-8")
        raise NotText(reason)
    is_utf16 = raw.startswith(_UTF16_MARKS)
    try:
        text = raw.decode("utf-16" if is_utf16 else "utf-8")
    except UnicodeDecodeError as err:
        if is_utf16:
            reason = Reason("its UTF-16 text is damaged; save it as UTF-8")
        else:
            line = len(raw[: err.start].splitlines() or [b""]) + raw[: err.start].endswith((b"\n", b"\r"))
            reason = Reason(
                "line {line} has the byte {byte}, which is not UTF-8; save it as UTF-8",
                line=line,
                byte=f"0x{raw[err.start]:02x}",
            )
        raise NotText(reason) from err
    return text.lstrip(_MARK)
