"""The lane of scripts/measure: what is shown depends on the seed alone, and what the door says is counted rightly."""

from __future__ import annotations

import itertools
import sys
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from attendance.core.recognition.decision import DecisionRules, Observation, TrackState, judge
from attendance.core.recognition.quality import KioskGate
from attendance.core.types import DecisionKind, Detection, Direction, FaceQuality, ImageBgr, Match
from attendance.services.door.gallery import GalleryKeeper
from attendance.services.door.recognition import RecognitionPipeline
from attendance.services.door.visits import Meaning
from tests.fakes import MODEL_ID, FakePack, ScriptedFace, picture
from tests.in_memory import InMemoryRoster
from tests.reasons_in_code import ROOT

sys.path.insert(0, str(ROOT / "scripts" / "measure" / "lane"))
import lane
import lane_door
import lane_dump
import lane_photographs
import lane_pictures
import lane_rules

FRAMES = 10


def visitor(name: str, code: str = "", photos: int = 1) -> lane_pictures.Visitor:
    return lane_pictures.Visitor(name, tuple(Path(f"{name}_{number}.jpg") for number in range(photos)), code)


def photograph(path: Path) -> ImageBgr:
    """Made-up colours that stand for the photograph of a path."""
    rng = np.random.default_rng(list(path.name.encode()))
    return rng.integers(0, 256, (250, 250, 3), dtype=np.uint8)


def shown(seed: int, kind: str, *, backwards: bool = False) -> dict[int, ImageBgr]:
    people = [visitor("Ada", "P0", 3), visitor("Ben", "", 3)]
    visits = lane_pictures.timetable(people, frames=6, every_s=1.7, kind=kind)
    pictures = lane_pictures.LanePictures(seed, photograph)
    frames = [(number, here) for number, here in lane_pictures.present(visits) if here]
    return {number: pictures.picture(number, here) for number, here in (frames[::-1] if backwards else frames)}


@pytest.mark.parametrize("kind", lane_pictures.KINDS)
def test_that_a_lane_shows_the_same_pictures_for_a_seed_in_any_order(kind: str) -> None:
    first, again, other = shown(1, kind), shown(1, kind, backwards=True), shown(2, kind)

    assert len(first) == 12
    assert first.keys() == again.keys() == other.keys()
    for number, image in first.items():
        assert image.shape == (480, 640, 3)
        assert (image == again[number]).all()
        assert (image != other[number]).any()


def test_that_a_lane_shows_every_frame_otherwise() -> None:
    images = [image.tobytes() for image in shown(1, "still").values()]

    assert len(set(images)) == len(images)


def test_that_a_walk_shows_the_photographs_in_turn_and_a_turn_cuts_them() -> None:
    def photos(kind: str) -> list[str]:
        (visit,) = lane_pictures.timetable([visitor("Ada", photos=3)], frames=9, every_s=1.7, kind=kind)
        return [visit.photo(step).stem[-1] for step in range(9)]

    assert photos("walk") == ["0", "0", "0", "1", "1", "1", "2", "2", "2"]
    assert photos("turn") == ["0", "0", "1", "1", "2", "2", "0", "0", "1"]


@pytest.mark.parametrize("frames", [1, 10, 15, 40])
@pytest.mark.parametrize("at_once", [1, 2])
def test_that_a_timetable_leaves_more_than_a_second_between_people(frames: int, at_once: int) -> None:
    people = [visitor(f"N{number}") for number in range(8)]
    visits = lane_pictures.timetable(people, frames=frames, every_s=1.7, at_once=at_once)

    firsts = sorted({visit.first for visit in visits})
    assert len(firsts) == 8 // at_once
    gaps = [later - (first + frames - 1) for first, later in itertools.pairwise(firsts)]
    assert min(gaps) / lane_pictures.FRAMES_PER_S > 1.0
    if frames <= 10:
        assert firsts[-1] - firsts[0] == int(1.7 * 15 * (len(firsts) - 1))


def test_that_nobody_is_shown_outside_of_a_visit() -> None:
    visits = lane_pictures.timetable([visitor("Ada"), visitor("Ben")], frames=3, every_s=1.7, at_once=2)
    seen = {number: [visit.visitor.name for visit in here] for number, here in lane_pictures.present(visits)}

    assert {number for number, names in seen.items() if names} == {15, 16, 17}
    assert seen[15] == ["Ada", "Ben"]
    assert list(seen) == list(range(len(seen)))


IDENTITY = {"Ada": 1, "Ben": 2, "Cid": 3, "Dan": 4, "Eve": 5}


def watched(
    people: Sequence[lane_pictures.Visitor],
    looks: dict[str, ScriptedFace],
    at_once: int = 1,
    loaded: FakePack | None = None,
) -> tuple[list[Any], int, list[Any]]:
    """Show scripted faces to the door, which knows Ada, Ben and Cid as P1, P2 and P3."""
    roster = InMemoryRoster()
    code_of = {roster.add(name, IDENTITY[name]).id: f"P{IDENTITY[name]}" for name in ("Ada", "Ben", "Cid")}
    pack = lane_door.WatchedPack(loaded or FakePack(), "fake", lane_door.Detections())

    def classify(_person_id: int, _at_utc: datetime, _mono_s: float) -> Meaning:
        return Meaning(DecisionKind.WELCOME, Direction.IN)

    pipeline = RecognitionPipeline(
        pack,
        GalleryKeeper(roster, MODEL_ID),
        rules=lambda _count: DecisionRules(threshold=0.5),
        gate=KioskGate(),
        classify=classify,
        follower=pack.new_follower(),
    )

    def picture_of(number: int, here: Sequence[Any]) -> ImageBgr:
        faces = [looks[visit.visitor.name].moved(visit.span_px[0]) for visit in here]
        return picture(*faces, size_wh=lane_pictures.SIZE_WH, seed=number)

    seen: list[Any] = []
    visits = lane_pictures.timetable(people, frames=FRAMES, every_s=1.7, at_once=at_once)
    outcomes, strays = lane_door.watch(
        pipeline,
        visits,
        picture_of,
        code_of=code_of,
        on_frame=lambda frame, result, here: seen.extend(pack.faces(frame, result, here)),
    )
    return outcomes, strays, seen


def test_that_every_verdict_of_the_door_is_counted_with_its_visitor() -> None:
    people = [visitor("Ada", "P1"), visitor("Dan"), visitor("Ben", "P2"), visitor("Eve"), visitor("Cid", "P3")]
    looks = {
        "Ada": ScriptedFace(1),
        "Dan": ScriptedFace(3, similarity=0.7),
        "Ben": ScriptedFace(1, similarity=0.6),
        "Eve": ScriptedFace(5),
        "Cid": ScriptedFace(3, similarity=0.4),
    }

    outcomes, strays, seen = watched(people, looks)

    assert [one.verdict for one in outcomes] == ["right", "named", "wrong", "refused", "refused"]
    assert [one.named for one in outcomes] == [["P1"], ["P3"], ["P1"], [], []]
    assert [one.named_at for one in outcomes] == [3, 3, 3, None, None]
    assert strays == 0
    assert [(one.visit, one.step) for one in seen] == [(visit, step) for visit in range(5) for step in range(FRAMES)]
    assert len({one.track for one in seen}) == 5


def test_that_two_people_side_by_side_are_told_apart() -> None:
    people = [visitor("Ada", "P1"), visitor("Dan"), visitor("Ben", "P2"), visitor("Cid", "P3")]
    looks = {"Ada": ScriptedFace(1), "Dan": ScriptedFace(4), "Ben": ScriptedFace(3), "Cid": ScriptedFace(3)}

    outcomes, strays, _ = watched(people, looks, at_once=2)

    assert [one.verdict for one in outcomes[:2]] == ["right", "refused"]
    # Both look like Cid: the door accepts one of them and is unsure of the other.
    assert sorted(one.verdict for one in outcomes[2:]) in (["refused", "right"], ["refused", "wrong"])
    assert strays == 0


def test_that_a_face_that_only_a_second_look_finds_is_written_too(monkeypatch: pytest.MonkeyPatch) -> None:
    loaded = FakePack()
    search, searches = loaded.detector.detect, itertools.count()

    def search_badly(image_bgr: ImageBgr) -> list[Detection]:
        found = search(image_bgr)
        return found if not found or next(searches) == 0 else found[:1]

    monkeypatch.setattr(loaded.detector, "detect", search_badly)
    people = [visitor("Ada", "P1"), visitor("Ben", "P2")]
    outcomes, _, seen = watched(people, {"Ada": ScriptedFace(1), "Ben": ScriptedFace(2)}, at_once=2, loaded=loaded)

    assert next(searches) > 1
    assert [one.verdict for one in outcomes] == ["right", "right"]
    assert sorted((one.visit, one.step) for one in seen) == [(who, step) for who in (0, 1) for step in range(FRAMES)]


def test_that_somebody_who_gets_two_names_is_wrong() -> None:
    (visit,) = lane_pictures.timetable([visitor("Ada", "P1")], frames=3, every_s=1.7)

    assert lane_door.Outcome(visit, named=["P1", "P1"]).verdict == "right"
    assert lane_door.Outcome(visit, named=["P1", "P2"]).verdict == "wrong"


def test_that_a_face_the_gate_refuses_is_written_without_an_embedding() -> None:
    _, _, seen = watched([visitor("Ada", "P1")], {"Ada": ScriptedFace(1, box=(100, 60, 130, 95))})

    assert len(seen) == FRAMES
    assert all(one.embedding is None and isinstance(one.quality, FaceQuality) for one in seen)


def test_that_the_table_adds_up_the_seeds() -> None:
    def one(seed: int, *verdicts: tuple[str, str, int | None]) -> dict[str, Any]:
        visits = [
            {"code": code, "verdict": verdict, "named_at": at, "decided_at": at} for code, verdict, at in verdicts
        ]
        return {"model_id": "m", "variant": "still", "seed": seed, "visits": visits}

    row = lane.table(
        [
            one(1, ("P1", "right", 3), ("P2", "wrong", 4), ("", "named", 5), ("", "refused", None)),
            one(2, ("P1", "right", 4), ("P2", "refused", None), ("", "refused", 12)),
        ]
    ).splitlines()[-1]
    cells = [cell.strip() for cell in row.strip("|").split("|")]

    assert cells[:3] == ["m", "still", "2"]
    assert [cell.split(" (")[0] for cell in cells[3:7]] == ["2 of 4", "1 of 4", "1", "1 of 3"]
    assert cells[7:] == ["3.5, 3.9", "4, 9.2"]


@pytest.mark.parametrize("threshold", [0.2, 0.4, 0.5, 0.6])
def test_that_the_votes_compared_offline_are_those_of_the_door(threshold: float) -> None:
    rng = np.random.default_rng(3)
    tracks, people = 200, 3
    found = rng.uniform(0.0, 0.8, (tracks * 12, people)).astype(np.float32)
    found[:, 0] += np.repeat(rng.uniform(-0.2, 0.4, tracks), 12).astype(np.float32)
    starts = np.arange(0, len(found) + 1, 12)
    none = np.empty((0, 0), np.float32)
    dump = lane_dump.Dump(starts, np.arange(tracks), none, none, none[0:0, 0:0], none, none, none, (), 3, "m")
    person, score = lane_rules.frame_scores(dump, found, lane_rules.Rule("votes", "best"))

    welcomed = 0
    for rows in dump.tracks:
        passing = np.flatnonzero(score[rows] >= threshold)
        offline = int(person[rows][passing[0]]) if len(passing) else None
        assert offline == name_at_the_door(found[rows], threshold)
        welcomed += offline is not None
    assert welcomed > 0
    assert threshold == 0.2 or welcomed < tracks


def name_at_the_door(found: np.ndarray[Any, Any], threshold: float) -> int | None:
    """The first person that the product's rules accept in the frames of a track."""
    state = TrackState()
    for frame, row in enumerate(found):
        best, second = np.argsort(-row)[:2].tolist()
        match = Match(best, float(row[best]), float(row[second]))
        state, verdict = judge(state, Observation(frame / 15, match), DecisionRules(threshold=threshold))
        if verdict is not None and verdict.kind is DecisionKind.WELCOME:
            return verdict.person_id
    return None


def test_that_a_threshold_for_a_share_of_strangers_names_no_more_of_them() -> None:
    strangers = np.array([0.1, 0.5, 0.5, 0.7, *[0.2] * 96], np.float32)
    scores = lane_rules.Scores(np.array([0.8, 0.6], np.float32), np.array([-1, 0.7], np.float32), strangers)

    assert (strangers >= scores.at_rate(0.01)).sum() == 1
    assert (strangers >= scores.at_rate(0.02)).sum() == 1
    assert (strangers >= scores.at_rate(0.03)).sum() == 3
    assert scores.is_right(0.55).tolist() == [True, False]
    assert scores.is_wrong(0.75).tolist() == [False, False]


@pytest.mark.parametrize(("shown", "enrolled", "frames"), [(1, ["Ada", "Ben"], 3), (3, ["Ada"], 4)])
def test_that_photographs_are_divided_into_templates_and_frames(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, shown: int, enrolled: list[str], frames: int
) -> None:
    counts = {"Ada": 7, "Ben": 4, "Cid": 3, "Dan": 1}
    paths = [f"{name}/{name}_{number:04}.jpg" for name, count in counts.items() for number in range(count)]
    faces, output = tmp_path / "faces.npz", tmp_path / "dump.npz"
    np.savez(
        faces,
        path=np.array([*paths, "Dan/none.jpg"]),
        status=np.array(["ok"] * len(paths) + ["no face"]),
        embedding=np.eye(len(paths) + 1, dtype=np.float32),
        landmarks=np.zeros((len(paths) + 1, 5, 2), np.float32),
        det_score=np.ones(len(paths) + 1, np.float32),
        model_id=np.array("m"),
    )
    pack = ROOT / "resources" / "models" / "bundled"
    command = ["", str(faces), "--pack", str(pack), "--shown", str(shown), "-o", str(output)]
    monkeypatch.setattr(sys, "argv", command)
    lane_photographs.main()
    dump = lane_dump.read_dump(output)
    names = np.load(output)["name"].tolist()

    assert [name for name, code in zip(names, dump.code.tolist(), strict=True) if code] == enrolled
    assert names == (["Ada", "Ben", "Cid", "Dan"] if shown == 1 else ["Ada", "Ben", "Cid"])[: len(names)]
    assert len(names) == (4 if shown == 1 else 3)
    assert dump.starts[1] == frames
    # Nobody comes with a photograph that is a template.
    assert not (dump.embeddings @ dump.templates.T).any()
    assert len(dump.templates) == 3 * len(enrolled)
    owner = [paths[int(row.argmax())].partition("/")[0] for row in dump.embeddings]
    shown_of = [names[visit] for visit in np.repeat(dump.visits, np.diff(dump.starts))]
    assert owner == shown_of
