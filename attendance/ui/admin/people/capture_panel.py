"""Samples from the camera: live picture, one sentence of guidance, automatic or by a button."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, Signal, Slot
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from attendance.core.types import DecisionKind, FaceView, Frame, FrameResult
from attendance.errors.people import EnrolmentError
from attendance.ui import theme
from attendance.ui.admin.parts.icons import set_icon
from attendance.ui.admin.parts.jobs import Jobs
from attendance.ui.admin.parts.notice import Notice
from attendance.ui.admin.parts.services import AdminServices
from attendance.ui.admin.parts.words import translate
from attendance.ui.admin.people.camera_feed import CameraFeed
from attendance.ui.admin.people.rejection import guidance
from attendance.ui.camera_view import CameraView
from attendance.ui.stylesheet import set_role

if TYPE_CHECKING:
    from attendance.services.people.enrolment import Sample

SAMPLES_WANTED = 5
"""Pictures taken by themselves: one straight, two turned, one lifted, one straight again."""
SAMPLES_ENOUGH = 3
SAMPLE_GAP_S = 0.8
"""Least time between two automatic pictures, so that they differ in pose."""


class CapturePanel(QWidget):
    """Live camera with the enrolment gate.

    The newest frame is examined whenever the model is free; the picture stays fluid meanwhile.

    Signals:
        sample_taken: a Sample that passed the gate.
        photos_asked: the file route is wanted instead.
    """

    sample_taken = Signal(object)
    photos_asked = Signal()

    def __init__(self, services: AdminServices, jobs: Jobs, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._services = services
        self._jobs = jobs
        self._feed: CameraFeed | None = None
        self._ended_feeds: list[CameraFeed] = []
        self._is_examining = False
        self._ready: Sample | None = None
        self._taken = 0
        self._last_taken_s = float("-inf")
        self.view = CameraView()
        self.view.setMinimumHeight(theme.SPACE_16)  # a message beneath it needs the height of a small window
        self.guidance = QLabel()
        set_role(self.guidance, "heading")
        self.notice = Notice(is_narrow=True)
        self.retry = QPushButton()
        self.use_files = QPushButton()
        self.notice.add_button(self.retry)
        self.notice.add_button(self.use_files)
        self.take = QPushButton()
        set_icon(self.take, "camera")
        self.automatic = QCheckBox()
        self.automatic.setChecked(True)
        row = QHBoxLayout()
        row.setSpacing(theme.SPACE_3)
        row.addWidget(self.take)
        row.addWidget(self.automatic)
        row.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.SPACE_2)
        column.addWidget(self.view, 1)
        column.addWidget(self.guidance)
        column.addWidget(self.notice)
        column.addLayout(row)
        self.take.clicked.connect(self._on_take)
        self.retry.clicked.connect(self.start)
        self.use_files.clicked.connect(self.photos_asked)
        self._say_what = "opening"
        self.retranslate()

    @property
    def is_running(self) -> bool:
        """True while the camera is open or being opened."""
        return self._feed is not None

    @Slot()
    def start(self) -> None:
        """Open the camera, unless it is open."""
        if self._feed is not None:
            return
        for ended in [feed for feed in self._ended_feeds if feed.wait(0)]:
            self._ended_feeds.remove(ended)
            ended.deleteLater()
        before = self._ended_feeds[-1] if self._ended_feeds else None
        self._feed = feed = CameraFeed(self._services.open_camera, after=before, parent=self)
        feed.frame_ready.connect(self._on_frame_ready)
        feed.opened.connect(self._on_opened)
        feed.failed.connect(self._on_feed_failed)
        feed.ended.connect(self._on_feed_ended)
        self.notice.clear()
        self._say("opening")
        self._update_controls()
        feed.start()

    def stop(self) -> None:
        """Close the camera; returns at once."""
        if self._feed is not None:
            self._feed.stop()
            # Kept until its thread has ended: a destroyed QObject must not emit.
            self._ended_feeds.append(self._feed)
            self._feed = None
        self._set_ready(None)
        self.view.clear("camera")
        self._update_controls()

    def wait_closed(self, timeout_s: float) -> bool:
        """Wait until every camera thread has ended, for the end of the program."""
        return all([feed.wait(timeout_s) for feed in self._ended_feeds])

    def set_taken(self, count: int) -> None:
        """Tell how many samples there are now; guidance and automatic follow."""
        self._taken = count
        if self._say_what.startswith("pose"):
            self._say("pose")
        self._update_controls()

    def retranslate(self) -> None:
        """Set every text in the language now in use."""
        self.take.setText(translate("admin", "Take a picture"))
        self.automatic.setText(translate("admin", "Automatic"))
        self.retry.setText(translate("admin", "Try the camera again"))
        self.use_files.setText(translate("admin", "Use photo files instead"))
        self.view.setAccessibleName(translate("admin", "Camera picture"))
        self._say(self._say_what)

    def changeEvent(self, event: QEvent) -> None:
        """Follow a change of language."""
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
        super().changeEvent(event)

    # --- the camera ----------------------------------------------------------------------------------

    @Slot(object)
    def _on_opened(self, feed: CameraFeed) -> None:
        if feed is self._feed:
            self._say("look")

    @Slot(object)
    def _on_frame_ready(self, feed: CameraFeed) -> None:
        if feed is not self._feed:
            return
        frame = feed.take()
        if frame is None:
            return
        self.view.show_frame(frame.image_bgr)
        if self._is_examining:
            return
        self._is_examining = True
        enrolment, where = self._services.enrolment, self._services_name()
        self._jobs.submit(
            lambda: enrolment.examine(frame.image_bgr, where, is_frame=True),
            partial(self._on_sample, feed, frame),
            partial(self._on_rejected, feed, frame),
            vision=True,
        )

    @Slot(object, object)
    def _on_feed_failed(self, feed: CameraFeed, error: Exception) -> None:
        if feed is not self._feed:
            return
        self.stop()
        self.view.clear("camera-off")
        self._say("")
        self.notice.say_error(error)

    @Slot(object)
    def _on_feed_ended(self, feed: CameraFeed) -> None:
        if feed is not self._feed:
            return
        self.stop()
        self._say("ended")

    # --- the gate ------------------------------------------------------------------------------------

    def _on_sample(self, feed: CameraFeed, frame: Frame, sample: Sample) -> None:
        self._is_examining = False
        if feed is not self._feed:
            return
        self._set_ready(sample)
        self._outline(frame, sample)
        self._say("pose")
        is_due = frame.mono_s - self._last_taken_s >= SAMPLE_GAP_S
        if self.automatic.isChecked() and self._taken < SAMPLES_WANTED and is_due:
            self._last_taken_s = frame.mono_s
            self._on_take()

    def _on_rejected(self, feed: CameraFeed, frame: Frame, error: Exception) -> None:
        self._is_examining = False
        if feed is not self._feed:
            return
        self._set_ready(None)
        self.view.set_faces(FrameResult(frame.index, frame.captured_utc, _size_wh(frame)))
        if isinstance(error, EnrolmentError):
            self._say("", guidance(error))
        else:
            self.stop()
            self.notice.say_error(error)

    @Slot()
    def _on_take(self) -> None:
        if self._ready is not None:
            sample = self._ready
            self._set_ready(None)
            self.sample_taken.emit(sample)

    def _set_ready(self, sample: Sample | None) -> None:
        self._ready = sample
        self._update_controls()

    def _update_controls(self) -> None:
        self.take.setEnabled(self._ready is not None)
        for control in (self.take, self.automatic):
            control.setVisible(self._feed is not None)
        self.retry.setEnabled(self._feed is None)

    def _outline(self, frame: Frame, sample: Sample) -> None:
        progress = min(1.0, self._taken / SAMPLES_WANTED)
        face = FaceView(1, sample.detection.box_xyxy_px, DecisionKind.WELCOME, progress)
        self.view.set_faces(FrameResult(frame.index, frame.captured_utc, _size_wh(frame), faces=(face,)))

    # --- words ---------------------------------------------------------------------------------------

    def _services_name(self) -> str:
        return translate("admin", "Camera picture")

    def _say(self, what: str, sentence: str = "") -> None:
        self._say_what = what
        if what == "opening":
            sentence = translate("admin", "Opening the camera…")
        elif what == "look":
            sentence = translate("admin", "Look at the camera")
        elif what == "ended":
            sentence = translate("admin", "The recording has ended.")
        elif what == "pose":
            poses = (
                translate("admin", "Look straight ahead"),
                translate("admin", "Turn a little to one side"),
                translate("admin", "Now to the other side"),
                translate("admin", "Lift your chin a little"),
                translate("admin", "Look straight ahead again"),
            )
            sentence = (
                poses[self._taken] if self._taken < SAMPLES_WANTED else translate("admin", "Enough pictures, thank you")
            )
        self.guidance.setText(sentence)
        self.guidance.setVisible(bool(sentence))


def _size_wh(frame: Frame) -> tuple[int, int]:
    height, width = frame.image_bgr.shape[:2]
    return width, height
