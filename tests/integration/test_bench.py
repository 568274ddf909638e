"""The benchmark runs and its table says what was measured; the numbers themselves are no test."""

from __future__ import annotations

from pathlib import Path

import pytest

from attendance.bench import door as bench
from attendance.composition.application import Application


def test_that_a_short_bench_measures_every_stage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bench, "_PEOPLE", 20)
    monkeypatch.setattr(bench, "GALLERY_SIZES", (100, 1_000))
    with Application(tmp_path) as application:
        report = bench.run_bench(
            application, pack_id="bundled", threads=1, frames=5, soak_minutes=0.005, has_windows=False
        )
    for size in ("640x480", "1280x720"):
        stages = report["stages"][size]
        assert {"detect", "align", "embed", "match", "decide", "total", "raw_model_runs"} <= stages.keys()
        # A face was found and embedded, else the stages would be empty work.
        assert stages["embed"]["p50"] > 0.1
        assert 0.0 < stages["raw_model_runs"]["p50"] < stages["total"]["p50"]
    assert set(report["search"]) == {"100", "1000"}
    assert report["memory"]["rss_mb_at_end"] > 10
    table = bench.format_table(report)
    assert "1280x720" in table
    assert "overhead" in table
