"""Cameras, models and picture files."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from attendance.core.recognition.landmarks import EyeOpening, HeadPose
from attendance.core.types import Detection, FloatArray, Frame, ImageBgr, LivenessState, PackInfo, ProviderReport


class FrameSource(Protocol):
    """A camera, stream, video file or folder of pictures.

    Opened, read and closed in one thread only.
    """

    @property
    def is_live(self) -> bool:
        """True for cameras and network streams: worth reconnecting, frames may be dropped."""

    def describe(self) -> str:
        """Return a short name for log, screen and check-in rows; never a password."""

    def open(self) -> None:
        """Open the source.

        Raises:
            CameraNotFound: nothing there.
            CameraRefused: it does not take the user or the password.
            CameraBusy: held by another program.
            ImageError: a file source that is not a video or holds no pictures.
        """

    def read(self) -> Frame | None:
        """Return the next frame, or None at the end of a file or folder.

        Raises:
            CameraLost: a live source stopped.
        """

    def close(self) -> None:
        """Release the source; harmless when not open."""


class Detector(Protocol):
    """Finds faces."""

    def detect(self, image_bgr: ImageBgr) -> list[Detection]:
        """Return the faces of a (H, W, 3) uint8 BGR picture, best score first."""

    def look_again(self, image_bgr: ImageBgr, boxes_px: FloatArray) -> list[Detection] | None:
        """Return the faces near places where faces are expected, with less work than ``detect`` where that can be.

        Args:
            image_bgr: (H, W, 3) uint8 BGR.
            boxes_px: (K, 4) float32 left, top, right, bottom, K > 0; they may reach outside of the picture.

        Returns:
            Best score first. Nothing for a place without a face; faces elsewhere may be among them or not. None when
            there is no closer look than ``detect``: then that was not done.
        """


class Embedder(Protocol):
    """Turns faces into unit vectors."""

    @property
    def embedding_size(self) -> int:
        """D."""

    @property
    def model_id(self) -> str:
        """Identity of the recognizer, stored with every template."""

    def align(self, image_bgr: ImageBgr, landmarks_px: FloatArray) -> ImageBgr:
        """Warp one face to the 112x112 ArcFace template.

        Args:
            image_bgr: (H, W, 3) uint8 BGR.
            landmarks_px: (5, 2) float32.

        Returns:
            (112, 112, 3) uint8 BGR.

        Raises:
            ValueError: the landmarks are degenerate.
        """

    def embed(self, crops_bgr: Sequence[ImageBgr]) -> FloatArray:
        """Embed aligned crops in one batch.

        Args:
            crops_bgr: k crops of (112, 112, 3) uint8 BGR; k = 0 is allowed.

        Returns:
            (k, D) float32, each row of unit length.
        """


class AntiSpoof(Protocol):
    """Says whether a face is a live person."""

    def check(self, image_bgr: ImageBgr, detection: Detection) -> LivenessState:
        """Judge one face of a (H, W, 3) uint8 BGR picture."""


class FaceLandmarks(Protocol):
    """Finds many points of a face that was detected; slower than everything that the door does with a frame.

    Safe to call from several threads. The first call loads the model, which takes a second or two.
    """

    @property
    def roles(self) -> tuple[str, ...]:
        """Which models there are, of ``core.packs.format.LANDMARK_ROLES``."""

    def head_pose(self, image_bgr: ImageBgr, detection: Detection) -> HeadPose | None:
        """Return where the head points, as the turn of 68 points in space against a mean face.

        Args:
            image_bgr: (H, W, 3) uint8 BGR.
            detection: the face.

        Returns:
            None without such a model, and for a face that lies outside of the picture or has no extent.

        Raises:
            ModelError: the model cannot be loaded or failed.
        """

    def eye_opening(self, image_bgr: ImageBgr, detection: Detection) -> EyeOpening | None:
        """Return how far the eyes are open; of 106 points, or of 68 where the pack has no others.

        Args:
            image_bgr: (H, W, 3) uint8 BGR.
            detection: the face.

        Returns:
            None for a face that lies outside of the picture or has no extent.

        Raises:
            ModelError: the model cannot be loaded or failed.
        """


class VisionPack(Protocol):
    """A loaded model pack."""

    @property
    def info(self) -> PackInfo:
        """What was loaded."""

    @property
    def provider(self) -> ProviderReport:
        """Where it runs and why."""

    @property
    def detector(self) -> Detector:
        """The pack's detector."""

    @property
    def embedder(self) -> Embedder:
        """The pack's recognizer."""

    @property
    def landmarks(self) -> FaceLandmarks | None:
        """The pack's landmark models, None for a pack without."""


class ImageFiles(Protocol):
    """Reads picture files safely and packs crops for storage."""

    def read(self, path: Path) -> ImageBgr:
        """Decode one picture file, EXIF rotation applied.

        Raises:
            ImageUnreadable: missing, empty, damaged or not a picture.
            ImageTooLarge: over the byte or pixel cap, found out before decoding.
        """

    def list_images(self, folder: Path) -> list[Path]:
        """Return the picture files below a folder by extension, sorted, recursive."""
