"""Cameras, pictures and models: OpenCV and onnxruntime.

This is the one place that decides how ``cv2`` is loaded: every module of the package is imported after it.
"""

from __future__ import annotations

import os

# Opening a camera through Media Foundation takes 4 to 20 s with hardware transforms (opencv#17687). Read on import.
os.environ.setdefault("OPENCV_VIDEOIO_MSMF_ENABLE_HW_TRANSFORMS", "0")
# AV_LOG_QUIET of FFmpeg: it would print addresses with passwords to the terminal. Read when a stream is first opened.
os.environ.setdefault("OPENCV_FFMPEG_LOGLEVEL", "-8")

# opencv-python points these at its own Qt 5 and its own folders (cv2/config-3.py, cv2/__init__.py); PySide6 and every
# program that the windows start would inherit them.
_CHANGED_BY_CV2 = ("QT_QPA_PLATFORM_PLUGIN_PATH", "QT_QPA_FONTDIR", "LD_LIBRARY_PATH")
_before = {name: os.environ.get(name) for name in _CHANGED_BY_CV2}

import cv2  # noqa: E402 - the first variables must be set before it

for _name, _value in _before.items():
    if _value is not None:
        os.environ[_name] = _value
    else:
        os.environ.pop(_name, None)

if "OPENCV_LOG_LEVEL" not in os.environ:
    # A missing camera makes three backends complain on stderr; the errors of this package say it once.
    cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)
