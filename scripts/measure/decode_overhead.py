"""Measures what detection costs beside the model: ours against insightface's SCRFD.detect.

Both use the same onnxruntime session, call by call in turn, so a busy machine slows both alike. The overhead of a
call is its whole time less the time inside ``InferenceSession.run`` during that call.

    python scripts/measure/decode_overhead.py det_500m.onnx picture.jpg
"""

from __future__ import annotations

import argparse
import platform
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from insightface.model_zoo.scrfd import SCRFD

from attendance.core.recognition.boxes import iou
from attendance.vision.onnx_session import ModelSession, SessionRuns, open_session
from attendance.vision.scrfd import ScrfdDetector

WARM_UP = 20


class TimedSession:
    """Adds up the time inside ``run``; everything else is the session's."""

    def __init__(self, session: Any, runs: SessionRuns) -> None:
        self._session, self._runs = session, runs

    def __getattr__(self, name: str) -> Any:
        return getattr(self._session, name)

    def run(self, names: Any, feed: Any) -> Any:
        """Run and add."""
        start_s = time.perf_counter()
        outputs = self._session.run(names, feed)
        self._runs.add((time.perf_counter() - start_s) * 1000.0)
        return outputs


def timed(call: Callable[[], object], runs: SessionRuns) -> tuple[float, float]:
    """Return (whole, inside the model) of one call in milliseconds."""
    runs.reset()
    start_s = time.perf_counter()
    call()
    return (time.perf_counter() - start_s) * 1000.0, runs.total_ms


def main() -> None:
    """Print one line a detector."""
    parser = argparse.ArgumentParser()
    parser.add_argument("model", type=Path)
    parser.add_argument("picture", type=Path)
    parser.add_argument("--calls", type=int, default=300)
    parser.add_argument("--threads", type=int, default=1)
    options = parser.parse_args()
    image = np.asarray(cv2.imread(str(options.picture)), dtype=np.uint8)
    session, _ = open_session(options.model, pack="measure", provider="cpu", threads=options.threads)
    cv2.setNumThreads(options.threads)
    runs = SessionRuns()
    ours = ScrfdDetector(ModelSession(session, pack="measure", path=options.model, runs=runs))
    theirs = SCRFD(session=TimedSession(session, runs))
    theirs.prepare(0, input_size=(640, 640), det_thresh=0.5)
    found, (boxes, _) = ours.detect(image), theirs.detect(image)
    same = iou(np.stack([face.box_xyxy_px for face in found]), boxes[:, :4]).max(axis=1).min()
    calls = {"ours": lambda: ours.detect(image), "insightface": lambda: theirs.detect(image)}
    samples: dict[str, list[tuple[float, float]]] = {name: [] for name in calls}
    for index in range(WARM_UP + options.calls):
        for name, call in calls.items():
            sample = timed(call, runs)
            if index >= WARM_UP:
                samples[name].append(sample)
    height, width = image.shape[:2]
    lines = [
        f"{platform.machine()}, {options.threads} thread(s), {options.calls} calls each, picture {width}x{height}",
        f"faces: ours {len(found)}, insightface {len(boxes)}, least overlap {same:.4f}",
    ]
    for name, rows in samples.items():
        whole, inside = np.array(rows).T
        beside = whole - inside
        low, high = np.quantile(beside, [0.05, 0.95])
        lines.append(
            f"{name:12} median ms: whole {np.median(whole):6.2f}, in the model {np.median(inside):6.2f}, "
            f"beside it {np.median(beside):5.2f} (5-95 %: {low:.2f}-{high:.2f})"
        )
    print("\n".join(lines))


if __name__ == "__main__":
    main()
