"""Counts and timings of a running engine, over a bounded number of frames."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

RING_SIZE = 300
"""Frames looked back on: 10 s at 30 frames a second."""


@dataclass(frozen=True, slots=True)
class EngineStats:
    """How an engine is doing.

    Attributes:
        frames_captured: frames the source delivered.
        frames_processed: frames that went through recognition.
        frames_dropped: frames overwritten by a newer one before recognition took them.
        fps: recognised frames a second of real time, over the ring; 0 before the second frame.
        p50_ms: median milliseconds by stage, over the ring; stages as in FrameResult.timings_ms.
        p95_ms: 95th percentile likewise.
    """

    frames_captured: int = 0
    frames_processed: int = 0
    frames_dropped: int = 0
    fps: float = 0.0
    p50_ms: Mapping[str, float] = field(default_factory=dict)
    p95_ms: Mapping[str, float] = field(default_factory=dict)


class StatsRing:
    """Timings of the newest frames. Safe from any thread."""

    def __init__(self, size: int = RING_SIZE) -> None:
        self._lock = threading.Lock()
        self._ring: deque[tuple[float, Mapping[str, float]]] = deque(maxlen=size)
        self._processed = 0

    def add(self, timings_ms: Mapping[str, float]) -> None:
        """Note one recognised frame, now."""
        with self._lock:
            self._processed += 1
            self._ring.append((time.perf_counter(), timings_ms))

    def summary(self, *, frames_captured: int, frames_dropped: int) -> EngineStats:
        """Return the statistics, with the two counts that only the engine knows."""
        with self._lock:
            rows = list(self._ring)
            processed = self._processed
        stages: dict[str, list[float]] = {}
        for _, timings in rows:
            for stage, value_ms in timings.items():
                stages.setdefault(stage, []).append(value_ms)
        span_s = rows[-1][0] - rows[0][0] if rows else 0.0
        return EngineStats(
            frames_captured=frames_captured,
            frames_processed=processed,
            frames_dropped=frames_dropped,
            fps=(len(rows) - 1) / span_s if span_s > 0 else 0.0,
            p50_ms={stage: float(np.percentile(values, 50)) for stage, values in stages.items()},
            p95_ms={stage: float(np.percentile(values, 95)) for stage, values in stages.items()},
        )
