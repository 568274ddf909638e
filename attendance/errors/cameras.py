"""Errors: cameras and other frame sources."""

from __future__ import annotations

from attendance.errors import AttendanceError


class CameraError(AttendanceError):
    """A frame source cannot deliver pictures."""

    code = "CAM-00"
    template = "The camera {source} cannot be used: {reason}"
    hint_template = "Check the cable and the camera setting."


class CameraNotFound(CameraError):
    """Nothing answers at this index, path or address."""

    code = "CAM-01"
    template = "No camera found at {source}."
    hint_template = "Plug the camera in, or choose another source."


class CameraBusy(CameraError):
    """The device exists but another program holds it."""

    code = "CAM-02"
    template = "The camera {source} is in use by another program."
    hint_template = "Close the other program (video call, browser) and try again."


class CameraLost(CameraError):
    """The stream stopped after it had been running."""

    code = "CAM-03"
    template = "The camera {source} stopped sending pictures."
    hint_template = "Check the cable; the kiosk reconnects by itself."


class SourceNotFound(CameraNotFound):
    """A name that is neither a camera nor an existing file or folder; asking again changes nothing."""

    code = "CAM-04"
    template = "{source} is neither a camera nor an existing file or folder."
    hint_template = "Correct the name of the source and start again."


class CameraRefused(CameraError):
    """A camera that is there does not take the user or the password."""

    code = "CAM-05"
    template = "The camera {source} refuses the user or the password."
    hint_template = "Correct them in the camera setting; characters such as # and / may be written as they are."


class CameraStopped(CameraError):
    """The process that reads the camera crashed or hung again and again; it is tried anew after a while."""

    code = "CAM-06"
    template = "Reading the camera {source} failed {count} times within a minute."
    hint_template = "Unplug the camera and plug it in again, or restart the computer; the kiosk goes on trying."
