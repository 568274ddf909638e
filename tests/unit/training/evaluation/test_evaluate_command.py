"""`attendance-train evaluate` from the outside: the table, both reports, and every way it can be refused."""

from __future__ import annotations

import json
import math
import re
import sys
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("matplotlib")

from attendance.core.types import FmrPoint
from attendance_training import cli, extra
from attendance_training.evaluation.command import describe
from attendance_training.evaluation.report.as_html import to_html
from attendance_training.evaluation.report.as_json import thin_by_decades, to_json
from attendance_training.evaluation.suite import Evaluation, evaluate
from attendance_training.evaluation.summary import percent, short_percent
from tests.unit.training.evaluation.made_up import make_people
from tests.unit.training.packs.made_up import write_made_up

SHA = "abc123def456"


def write_embeddings(path: Path, counts: list[int], **changes: Any) -> Path:
    data = make_people(counts, spread=0.5)
    position = [number for count in counts for number in range(count)]
    paths = [f"{data.names[person]}/{number + 1}.jpg" for person, number in zip(data.person, position, strict=True)]
    arrays: dict[str, Any] = {
        "path": np.array(paths, np.str_),
        "status": np.full(len(paths), "ok"),
        "embedding": data.vectors,
        "model_id": np.array(f"pack:{SHA}"),
    }
    np.savez(path, **arrays | changes)
    return path


def write_pack(folder: Path, points: list[dict[str, float]], sha: str = SHA) -> Path:
    folder.mkdir()
    return write_made_up(folder, [FmrPoint(**point) for point in points], sha256=sha.ljust(64, "0"))


def run_main(monkeypatch: pytest.MonkeyPatch, *arguments: object) -> int:
    monkeypatch.setattr(sys, "argv", ["attendance-train", "evaluate", *map(str, arguments)])
    with pytest.raises(SystemExit) as exit_:
        cli.main()
    assert isinstance(exit_.value.code, int)
    return exit_.value.code


def small(**options: Any) -> Evaluation:
    return evaluate(make_people([5, 3, 1] * 15, spread=0.5), enrolled=2, rounds=20, **options)


def test_that_evaluate_prints_the_table_and_writes_both_reports(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    embeddings = write_embeddings(tmp_path / "e.npz", [5, 3, 1] * 20)
    assert run_main(monkeypatch, embeddings, "--enrolled", 2, "-o", tmp_path / "new" / "report") == 0
    printed = capsys.readouterr().out
    report = json.loads((tmp_path / "new" / "report" / "report.json").read_text())
    assert report["report_version"] == 1
    assert report["model_id"] == f"pack:{SHA}"
    assert report["data"] == {"people": 60, "photos": 180, "read": 180, "without_face": 0}
    assert f"10-fold accuracy  {percent(report['verification']['ten_fold']['accuracy']['value'])}" in re.sub(
        " {2,}", "  ", printed
    )
    assert report["verification"]["tar_at_far"][-1]["tar"] == "insufficient pairs"
    assert re.search(r"TAR at FAR 0.0001 % +insufficient pairs +15,[0-9]{3} of 10,000,000 pairs", printed)
    assert report["identification"]["roster"] == 30
    assert len(report["identification"]["people"]) == 30
    assert "from these same photographs" in printed
    assert f"Wrote {tmp_path / 'new' / 'report' / 'report.html'}" in printed


def test_that_thresholds_of_the_pack_are_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    points = [{"fmr": fmr, "threshold": 0.77, "low": 0.7, "high": 0.8} for fmr in (1e-2, 1e-4)]
    pack = write_pack(tmp_path / "pack", points)
    embeddings = write_embeddings(tmp_path / "e.npz", [5, 3, 1] * 20)
    assert run_main(monkeypatch, embeddings, "--enrolled", 2, "--pack", pack, "-o", tmp_path / "out") == 0
    report = json.loads((tmp_path / "out" / "report.json").read_text())
    assert report["identification"]["naming"]["threshold"] == 0.77
    assert [found["threshold"] for found in report["clustering"]] == [0.77, 0.77]
    assert "the calibration of the pack" in capsys.readouterr().out


def test_that_a_pairs_file_and_groups_are_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    embeddings = write_embeddings(tmp_path / "e.npz", [5, 3, 1] * 20)
    (tmp_path / "pairs.txt").write_text("2 1\np000 1 2\np000 1 p001 1\np003 4 5\np003 1 p004 1\n")
    (tmp_path / "groups.csv").write_text("person,group\np000,north\np001,north\np003,south\np004,south\n")
    options = ("--pairs", tmp_path / "pairs.txt", "--groups", tmp_path / "groups.csv", "--enrolled", 2)
    # Photograph 5 is beyond the cap, which is none for a pairs file.
    assert run_main(monkeypatch, embeddings, *options, "--max-per-person", 4, "-o", tmp_path / "out") == 0
    report = json.loads((tmp_path / "out" / "report.json").read_text())
    assert report["verification"]["ten_fold"]["source"] == "pairs file pairs.txt"
    assert report["verification"]["ten_fold"]["accuracy"]["trials"] == 4
    assert [group["group"] for group in report["groups"]["results"]] == ["north", "south"]
    assert report["groups"]["people_without_group"] == 56
    assert "<td>north</td>" in (tmp_path / "out" / "report.html").read_text()


@pytest.mark.parametrize(
    ("counts", "changes", "reason"),
    [
        ([1], {}, "MOD-09: .*at least 2 people are needed, and it holds 1"),
        ([], {"embedding": np.empty((0, 16), np.float32)}, "MOD-09: .*it holds 0"),
        ([2, 2], {"embedding": np.full((4, 16), math.nan, np.float32)}, "MOD-09: .*not finite"),
        ([2, 2], {"embedding": np.ones((4, 16), np.float32)}, "MOD-09: .*unit length"),
    ],
)
def test_that_unusable_embeddings_end_in_a_sentence(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    counts: list[int],
    changes: dict[str, Any],
    reason: str,
) -> None:
    if counts:
        embeddings = write_embeddings(tmp_path / "e.npz", counts, **changes)
    else:
        embeddings = tmp_path / "e.npz"
        np.savez(embeddings, path=np.empty(0, np.str_), status=np.empty(0, np.str_), **changes)
    assert run_main(monkeypatch, embeddings, "-o", tmp_path / "out") == 1
    assert re.search(reason, capsys.readouterr().err)
    assert not (tmp_path / "out").exists()


def test_that_an_empty_file_another_pack_and_a_file_in_place_of_the_folder_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "empty.npz").write_bytes(b"")
    assert run_main(monkeypatch, tmp_path / "empty.npz", "-o", tmp_path / "out") == 1
    assert "MOD-09" in capsys.readouterr().err
    embeddings = write_embeddings(tmp_path / "e.npz", [3, 3, 3])
    pack = write_pack(tmp_path / "pack", [], sha="fff")
    assert run_main(monkeypatch, embeddings, "--pack", pack, "-o", tmp_path / "out") == 1
    assert "its embeddings were made by" in capsys.readouterr().err
    (tmp_path / "file").write_text("x")
    assert run_main(monkeypatch, embeddings, "-o", tmp_path / "file") == 1
    assert "REP-01" in capsys.readouterr().err
    assert run_main(monkeypatch, embeddings, "--security", "lax", "-o", tmp_path / "out") == 2
    assert "lax" in capsys.readouterr().err


def test_that_a_missing_plot_library_is_named_before_anything_is_measured(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(extra.importlib.util, "find_spec", lambda name: None if name == "matplotlib" else object())
    embeddings = write_embeddings(tmp_path / "e.npz", [3, 3, 3])
    assert run_main(monkeypatch, embeddings, "-o", tmp_path / "out") == 2
    said = capsys.readouterr().err
    assert said == "Not installed: matplotlib. Run: python -m pip install ./training\n"
    assert not (tmp_path / "out").exists()


def test_that_too_little_data_is_said_line_by_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    embeddings = write_embeddings(tmp_path / "e.npz", [1, 1])
    assert run_main(monkeypatch, embeddings, "-o", tmp_path / "out") == 0
    printed = capsys.readouterr().out
    assert re.search(r"10-fold accuracy +insufficient pairs", printed)
    assert re.search(r"equal error rate +insufficient pairs", printed)
    assert re.search(r"identification +insufficient probes", printed)
    report = json.loads((tmp_path / "out" / "report.json").read_text())
    assert report["verification"]["auc"] is None
    assert report["identification"] == "insufficient probes"
    assert report["clustering"] == []
    assert "insufficient pairs" in (tmp_path / "out" / "report.html").read_text()


def test_that_one_rate_has_one_value_in_table_and_reports() -> None:
    result = small()
    assert result.eer is not None
    shown = percent(result.eer.rate.value)
    assert any(text.startswith("equal error rate") and shown in text for text in describe(result))
    assert shown in to_html(result)
    assert json.loads(to_json(result))["verification"]["eer"]["rate"]["value"] == result.eer.rate.value


def test_that_the_same_seed_gives_the_same_report() -> None:
    first, again, other = small(seed=3), small(seed=3), small(seed=4)
    assert (to_json(first), to_html(first)) == (to_json(again), to_html(again))
    assert to_json(first) != to_json(other)
    assert to_html(first) != to_html(other)


def test_that_the_json_has_no_values_that_are_not_json() -> None:
    def refuse(name: str) -> None:
        raise AssertionError(name)

    json.loads(to_json(small()), parse_constant=refuse)


class _Checker(HTMLParser):
    """Notes tags that are not closed in order, and every address."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.addresses: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in {"meta", "img"}:
            self.open.append(tag)
        self.addresses += [value or "" for name, value in attrs if name in {"src", "href", "action", "data"}]

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        pass

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_that_the_html_is_whole_and_fetches_nothing() -> None:
    text = to_html(small())
    checker = _Checker()
    checker.feed(text)
    assert checker.open == []
    assert len(checker.addresses) == 5
    assert all(address.startswith("data:image/svg+xml;base64,") for address in checker.addresses)
    assert "url(" not in text
    assert "@import" not in text
    assert "http" not in text
    assert len(set(re.findall(r"<img alt='([^']+)'", text))) == 5
    assert re.search(r"\bnan\b", text) is None


def test_that_names_of_people_are_shown_as_text() -> None:
    data = make_people([5, 3, 1] * 15, spread=0.5)
    evil = ("<script>alert(1)</script>",) * data.people
    named = type(data)(data.vectors, data.person, data.people, data.photos, 0, "<b>model", evil)
    text = to_html(evaluate(named, enrolled=2, rounds=5))
    assert "<script>" not in text
    assert "&lt;script&gt;" in text
    assert "<b>model" not in text


def test_that_progress_is_told() -> None:
    told: list[str] = []
    small(progress=told.append, group_of={"p000": "a"})
    assert told == ["all pairs", "equal error rate", "identification", "clustering", "groups"]


def test_that_curves_are_thinned_without_their_ends_moving() -> None:
    rates = np.concatenate([np.linspace(1, 1e-4, 5000), [0.0, 0.0]])
    places = thin_by_decades(rates, 100)
    assert len(places) <= 100
    assert (places[0], places[-1]) == (0, len(rates) - 1)
    assert rates[places].min() == 0.0
    assert 1e-4 in rates[places]
    assert (np.diff(places) > 0).all()


@pytest.mark.parametrize(
    ("rate", "text"), [(0.1, "10 %"), (0.003, "0.3 %"), (1e-6, "0.0001 %"), (3e-5, "0.003 %"), (1e-7, "0.00001 %")]
)
def test_that_round_rates_are_written_without_exponents(rate: float, text: str) -> None:
    assert short_percent(rate) == text
