"""Errors: picture files."""

from __future__ import annotations

from attendance.errors import AttendanceError


class ImageError(AttendanceError):
    """A picture file cannot be used."""

    code = "IMG-00"
    template = "{path} cannot be used: {reason}"
    hint_template = "Use a JPEG or PNG photograph."


class ImageUnreadable(ImageError):
    """Missing, empty, not a picture, or damaged."""

    code = "IMG-01"
    template = "{path} is not a readable picture ({reason})."
    hint_template = "Open it in a picture viewer, save it as JPEG or PNG, and try again."


class ImageTooLarge(ImageError):
    """More pixels or bytes than the caps allow; found out before decoding."""

    code = "IMG-02"
    template = "{path} is too large ({actual}; at most {limit})."
    hint_template = "Scale the photograph down and try again."
