"""The camera of the demo: people from photographs walk up to a door, one after the other."""

from __future__ import annotations

import math
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

import numpy as np

from attendance.core.ports.clock import Clock
from attendance.core.types import Frame
from attendance.demo.people import DemoPerson
from attendance.demo.scenes import DoorScene, Light
from attendance.demo.walks import Walk

FPS = 15.0
_GAP_S = 1.0
_PAUSE_S = 1.8
_STRANGER_PAUSE_S = 3.0
"""Who is not let in waits longer; the refusal takes four times as many frames as a welcome."""
_NEAR_PX = 272.0
_PAIR_PX = 226.0
_NEAR_X = (640.0, 585.0, 690.0, 620.0, 660.0)
_PAIR_X = (395.0, 885.0)
# By visit: office light, a dull morning, the sun through the window, lamps at night ...
_GAINS = (1.0, 0.8, 1.2, 0.95, 0.62, 1.1, 0.9, 1.0)
_WARMTHS = (0.0, -0.6, 0.3, 0.8, -0.3, 0.5, -0.8, 0.2)
_FLICKER = 0.02


@dataclass(frozen=True, slots=True)
class _Visit:
    """People who come at the same time.

    Attributes:
        first_frame: of the visit.
        frame_count: until all have left.
        walkers: who comes, and how.
    """

    first_frame: int
    frame_count: int
    walkers: tuple[tuple[DemoPerson, Walk], ...]


class PhotographStream:
    """Everybody comes once, alone, with an empty second in between; at the end two enrolled people come together.

    Opened anew it shows the same again: the pictures depend on people and seed alone. Implements ``FrameSource``.

    Args:
        people: in the order of their entrances.
        clock: time of the first frame; in real time also of each frame.
        pace: "fast" never waits, and frame i carries start + i / fps; "realtime" holds each frame back until then and
            stamps it with the clock.
        seed: of noise and flicker.
    """

    def __init__(
        self,
        people: Sequence[DemoPerson],
        *,
        clock: Clock,
        pace: Literal["realtime", "fast"] = "fast",
        seed: int = 20260302,
    ) -> None:
        self._clock = clock
        self._pace = pace
        self._seed = seed
        self._gap = round(_GAP_S * FPS)
        self._visits = self._planned(people)
        self._scene: DoorScene | None = None
        self._index = 0
        # Set by close(), also from another thread: ends a wait.
        self._closed = threading.Event()
        self._shown: dict[float, int] = {}

    @property
    def fps(self) -> float:
        """Frames a second."""
        return FPS

    @property
    def frame_count(self) -> int:
        """Number of frames from open() to the end."""
        return self._gap + sum(visit.frame_count + self._gap for visit in self._visits)

    @property
    def is_live(self) -> bool:
        """False: it ends."""
        return False

    def describe(self) -> str:
        """Return "photographs"."""
        return "photographs"

    def open(self) -> None:
        """Start at the first frame."""
        self._closed.clear()
        self._scene = DoorScene(self._seed)
        self._index = 0
        self._shown = {}
        self._start_utc = self._clock.now_utc()
        self._start_s = self._clock.mono_s()

    def read(self) -> Frame | None:
        """Return the next frame, None at the end or when closed."""
        if self._scene is None or self._closed.is_set() or self._index >= self.frame_count:
            return None
        index = self._index
        self._index += 1
        image = self._scene.picture(
            [(person.cutout, walk.place(time_s, 1.0 / FPS)) for person, walk, time_s in self._present(index)],
            self._light(index),
        )
        offset_s = index / FPS
        captured_utc, mono_s = self._start_utc + timedelta(seconds=offset_s), self._start_s + offset_s
        if self._pace == "realtime":
            early_s = mono_s - self._clock.mono_s()
            if early_s > 0 and self._closed.wait(early_s):
                return None
            captured_utc, mono_s = self._clock.now_utc(), self._clock.mono_s()
        self._shown[mono_s] = index
        return Frame(image, captured_utc, mono_s, index)

    def close(self) -> None:
        """End; also a wait in another thread. Harmless when not open."""
        self._closed.set()
        self._scene = None

    def truth(self, frame_index: int) -> frozenset[str]:
        """Return the codes of the people whose face is in a frame, at least in part."""
        return frozenset(person.code for person, walk, time_s in self._present(frame_index) if walk.is_visible(time_s))

    def visible_at(self, mono_s: float) -> frozenset[str]:
        """Return the codes of the people in the frame that carries this time. Safe from any thread.

        Raises:
            KeyError: no frame since open() carried it.
        """
        return self.truth(self._shown[mono_s])

    def _present(self, frame_index: int) -> list[tuple[DemoPerson, Walk, float]]:
        """Return who is there, how they walk, and the seconds since they came in."""
        for visit in self._visits:
            since = frame_index - visit.first_frame
            if 0 <= since < visit.frame_count:
                return [(person, walk, since / FPS) for person, walk in visit.walkers]
        return []

    def _planned(self, people: Sequence[DemoPerson]) -> tuple[_Visit, ...]:
        groups: list[tuple[tuple[DemoPerson, Walk], ...]] = []
        for number, person in enumerate(people):
            pause_s = _PAUSE_S if person.is_enrolled else _STRANGER_PAUSE_S
            near_x = _NEAR_X[number % len(_NEAR_X)]
            walk = Walk(near_x, _NEAR_PX, pause_s, leaves_right=number % 2 == 0, lean_deg=person.lean_deg)
            groups.append(((person, walk),))
        enrolled = [person for person in people if person.is_enrolled]
        if len(enrolled) > 1:
            left, right = (
                Walk(x, _PAIR_PX, _PAUSE_S, is_right, person.lean_deg)
                for x, is_right in zip(_PAIR_X, (False, True), strict=True)
            )
            groups.append(((enrolled[0], left), (enrolled[-1], right)))
        visits = []
        first = self._gap
        for group in groups:
            count = math.ceil(max(walk.duration_s for _, walk in group) * FPS)
            visits.append(_Visit(first, count, group))
            first += count + self._gap
        return tuple(visits)

    def _light(self, frame_index: int) -> Light:
        """Change slowly from visit to visit, with the flicker of lamps."""
        middles = [visit.first_frame + visit.frame_count / 2 for visit in self._visits] or [0.0]
        numbers = range(len(middles))
        gain = np.interp(frame_index, middles, [_GAINS[n % len(_GAINS)] for n in numbers])
        warmth = np.interp(frame_index, middles, [_WARMTHS[n % len(_WARMTHS)] for n in numbers])
        flicker = 1.0 + _FLICKER * math.sin(0.7 * frame_index)
        return Light(float(gain) * flicker, float(warmth))
