"""The benchmark runs and its table says what was measured; the numbers themselves are no test."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

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


@pytest.mark.qt_log_ignore("This plugin does not support propagateSizeHints", extend=True)
def test_that_the_bench_times_the_kiosk_and_leaves_no_window(
    qapp: QApplication, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bench, "_PEOPLE", 3)
    monkeypatch.setattr(bench, "_PREVIEW_S", 0.5)
    with Application(tmp_path) as application:
        pack = application.packs.load("bundled")
        bench._populate(application, pack)
        found = bench._preview(application, pack)
    assert found.keys() == {
        "preview_fps",
        "recognised_fps",
        "collections",
        "longest_collection_ms",
        "full_collection_ms",
    }
    assert found["full_collection_ms"] > 0.0
    assert QApplication.topLevelWidgets() == []
