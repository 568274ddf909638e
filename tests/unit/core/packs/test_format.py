from __future__ import annotations

import copy
import json
import math
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from attendance.core.licence import LicenceTerm
from attendance.core.packs.calibration import Carried, read_calibration
from attendance.core.packs.format import MANIFEST_VERSION, from_json, is_pack_id, to_json
from attendance.core.packs.json_section import JsonSection, is_file_name
from attendance.core.types import FmrPoint
from attendance.errors import Refusal

SHA = "ab" * 32
GOOD: dict[str, Any] = {
    "manifest_version": 100,
    "id": "office",
    "title": "Office pack",
    "licence": {"name": "MIT", "text": "MIT licence", "commercial_ok": True},
    "detector": {"kind": "scrfd", "files": {"detector": "det.onnx"}, "input_size": [640, 640]},
    "recognizer": {"file": "rec.onnx", "embedding_size": 192, "mean": 127.5, "std": 127.5, "flip_average": True},
    "files": {"det.onnx": {"sha256": SHA, "bytes": 5}, "rec.onnx": {"sha256": SHA[::-1], "bytes": 6}},
    "calibration": {
        "data": "LFW",
        "impostor_pairs": 3000,
        "points": [
            {"fmr": 0.001, "threshold": 0.4, "low": 0.38, "high": 0.42},
            {"fmr": 0.01, "threshold": 0.3, "low": 0.29, "high": 0.31},
        ],
    },
    "origin": {"url": "https://example.org/office.zip", "sha256": SHA, "note": "recorded"},
}


def changed(path: str, value: object) -> dict[str, Any]:
    content = copy.deepcopy(GOOD)
    *parents, last = path.split("/")
    section = content
    for key in parents:
        section = section[key]
    if value is KeyError:
        del section[last]
    else:
        section[last] = value
    return content


def test_that_the_version_is_not_the_one_insightface_reads() -> None:
    assert MANIFEST_VERSION != 2


def test_that_a_manifest_survives_the_way_to_json_and_back() -> None:
    manifest = from_json(GOOD)
    assert from_json(json.loads(json.dumps(to_json(manifest)))) == manifest


def test_that_a_calibration_that_was_carried_over_survives_the_way_to_json_and_back() -> None:
    source = {"from": "bundled:0123", "people": 12, "photographs": 1036}
    manifest = from_json(changed("calibration/carried", source))
    assert manifest.calibration is not None
    assert manifest.calibration.carried == Carried("bundled:0123", 12, 1036)
    said = manifest.to_info().calibration_carried
    assert str(said) == "carried over from bundled:0123 with 1,036 photographs of 12 people"
    assert from_json(json.loads(json.dumps(to_json(manifest)))) == manifest
    assert from_json(GOOD).to_info().calibration_carried is None


def test_that_the_term_of_a_licence_and_a_detectors_scaling_survive_the_way_to_json_and_back() -> None:
    term = {"customer": "Example Ltd", "from": "2026-01-01T00:00:00+00:00", "until": "2027-01-01T01:00:00+01:00"}
    content = changed("licence/term", term)
    content["detector"] |= {"mean": 0, "std": 1}
    manifest = from_json(content)
    begin, end = datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC)
    assert manifest.licence.term == manifest.to_info().term == LicenceTerm("Example Ltd", begin, end)
    assert (manifest.detector.mean, manifest.detector.std) == (0.0, 1.0)
    assert from_json(json.loads(json.dumps(to_json(manifest)))) == manifest
    del content["licence"]["term"]["until"]
    assert from_json(json.loads(json.dumps(to_json(from_json(content))))).licence.term == LicenceTerm(
        "Example Ltd", begin
    )


def test_that_a_detector_is_scaled_as_scrfd_is_where_the_manifest_says_nothing() -> None:
    assert (from_json(GOOD).detector.mean, from_json(GOOD).detector.std) == (127.5, 128.0)


def test_that_side_colour_and_landmark_models_survive_the_way_to_json_and_back() -> None:
    content = changed("recognizer", {**GOOD["recognizer"], "side": 160, "colour": "bgr"})
    content["files"]["1k3d68.onnx"] = {"sha256": SHA, "bytes": 7}
    content["landmarks"] = {"mesh_68": "1k3d68.onnx"}
    manifest = from_json(json.loads(json.dumps(to_json(from_json(content)))))
    assert (manifest.recognizer.side_px, manifest.recognizer.colour) == (160, "bgr")
    assert manifest.landmarks == {"mesh_68": "1k3d68.onnx"}
    assert manifest.model_files == ("det.onnx", "rec.onnx")


def test_that_a_manifest_becomes_the_pack_info_of_the_windows() -> None:
    info = from_json(GOOD).to_info(is_active=True)
    assert info.model_id == "office:" + SHA[::-1][:12]
    assert (info.embedding_size, info.detector_kind, info.licence) == (192, "scrfd", "MIT")
    assert info.is_active
    assert not info.is_bundled
    assert info.calibration[0] == FmrPoint(0.01, 0.3, 0.29, 0.31)
    assert [point.fmr for point in info.calibration] == [0.01, 0.001]


@pytest.mark.parametrize(
    ("key", "value"), [("mean", 0.0), ("std", 255.0), ("side", 128), ("colour", "bgr"), ("flip_average", False)]
)
def test_that_how_pixels_are_prepared_belongs_to_the_identity_where_somebody_said_it(key: str, value: object) -> None:
    def identity(**said: object) -> str:
        content = changed("recognizer", {**GOOD["recognizer"], **said})
        return from_json(json.loads(json.dumps(to_json(from_json(content))))).model_id

    assert identity(own=True) == identity(own=True, colour="rgb", side=112)
    assert identity(own=True, **{key: value}) != identity(own=True)
    assert identity(**{key: value}) == identity() == "office:" + SHA[::-1][:12]


def test_that_calibration_and_origin_may_be_left_out() -> None:
    content = changed("calibration", KeyError)
    del content["origin"]
    manifest = from_json(content)
    assert manifest.calibration is None
    assert manifest.to_info().calibration == ()


def test_that_unknown_keys_are_left_alone() -> None:
    assert from_json({**GOOD, "credits": ["somebody"]}) == from_json(GOOD)


@pytest.mark.parametrize(
    ("path", "value", "named"),
    [
        ("manifest_version", 2, "manifest_version is 2"),
        ("id", "../x", "id"),
        ("id", "", "id"),
        ("title", None, "title"),
        ("licence", "MIT", "licence"),
        ("licence/commercial_ok", "yes", r"licence\.commercial_ok"),
        ("licence/term", {"customer": "x", "from": "2026-01-01"}, r"licence\.term\.from is not a time with its offset"),
        ("licence/term", {"customer": "x", "from": "0001-01-01T00:00:00+14:00"}, r"licence\.term\.from"),
        ("licence/term", {"customer": 1, "from": "2026-01-01T00:00:00Z"}, r"licence\.term\.customer"),
        ("licence/term", {"customer": "x", "from": "2026-01-01T00:00:00Z", "until": "never"}, r"licence\.term\.until"),
        ("detector/std", 0, r"detector\.std"),
        ("detector/kind", "haar", r"detector\.kind"),
        ("detector/files", {"pnet": "det.onnx"}, r"detector\.files\.detector"),
        ("detector/input_size", [640, 641], "input_size"),
        ("detector/input_size", [True, 640], "input_size"),
        ("recognizer/file", "../rec.onnx", r"recognizer\.file"),
        ("recognizer/file", "C:rec.onnx", r"recognizer\.file"),
        ("recognizer/file", "other.onnx", "no checksum for other.onnx"),
        ("recognizer/embedding_size", 0, "embedding_size"),
        ("recognizer/embedding_size", True, "embedding_size"),
        ("recognizer/std", 0, r"recognizer\.std"),
        ("recognizer/side", 8, r"recognizer\.side"),
        ("recognizer/colour", "grey", r"recognizer\.colour"),
        ("landmarks", {"mesh_68": "../a.onnx"}, r"landmarks\.mesh_68"),
        ("landmarks", {"points_106": "a.onnx"}, "no checksum for a.onnx"),
        ("recognizer/mean", float("nan"), r"recognizer\.mean"),
        ("files/rec.onnx/sha256", "12", "not a SHA-256"),
        ("files/rec.onnx/bytes", -1, "bytes"),
        ("files", {"/etc/passwd": {"sha256": SHA, "bytes": 1}}, "plain file name"),
        ("calibration/points", {}, "points"),
        ("calibration/points", [{"fmr": 2}], r"points\[0\]"),
        ("calibration/impostor_pairs", 1.5, "impostor_pairs"),
        ("origin/note", 5, r"origin\.note"),
    ],
)
def test_that_a_wrong_value_is_refused_by_name(path: str, value: object, named: str) -> None:
    with pytest.raises(Refusal, match=named):
        from_json(changed(path, value))


@pytest.mark.parametrize("key", ["id", "title", "licence", "detector", "recognizer", "files", "manifest_version"])
def test_that_a_missing_section_is_refused_by_name(key: str) -> None:
    with pytest.raises(Refusal, match=key):
        from_json(changed(key, KeyError))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(JSON, st.sampled_from(sorted(GOOD)))
def test_that_any_json_is_either_a_manifest_or_a_value_error(value: object, key: str) -> None:
    for content in (value, {**GOOD, key: value}):
        try:
            assert from_json(content).pack_id
        except ValueError:
            continue


@pytest.mark.parametrize("name", ["", ".", "..", ".x", "a/b", "a\\b", "C:x", "a\n", "x.", "x ", "a" * 129, "a?"])
def test_that_names_that_leave_the_folder_or_cannot_exist_are_no_file_names(name: str) -> None:
    assert not is_file_name(name)


def test_that_usual_names_are_accepted() -> None:
    assert all(is_file_name(name) for name in ("w600k_r50.onnx", "1k3d68.onnx", "LICENSE", "rec (2).onnx", "模型.onnx"))
    assert all(is_pack_id(name) for name in ("buffalo_l", "v1.2", "bundled"))
    assert not any(is_pack_id(name) for name in ("a..b", ".a", "a.", "a/b", "a b", "a" * 65, ""))


@pytest.mark.parametrize("name", ["CON", "nul", "Aux.v2", "COM1", "lpt9.x.y", "PRN"])
def test_that_the_name_of_a_device_is_no_name_of_a_pack_or_file(name: str) -> None:
    assert not is_pack_id(name)
    assert not is_file_name(f"{name}.onnx")


def test_that_names_which_only_begin_like_a_device_are_fine() -> None:
    assert all(is_pack_id(name) for name in ("console", "nullable", "com", "com10", "aux-2"))
    assert is_file_name("con_1.onnx")


def test_that_thresholds_reach_as_far_as_a_calibration_can_give() -> None:
    def read(threshold: float) -> float:
        point = {"fmr": 1e-3, "threshold": threshold, "low": -1.0, "high": 1.0001}
        section = {"data": "x", "impostor_pairs": 1, "points": [point]}
        return read_calibration(JsonSection(section, "calibration")).points[0].threshold

    highest = float(np.nextafter(np.float32(1.0000001), np.float32(2.0)))
    assert read(highest) == highest
    assert read(-1.0) == -1.0
    for outside in (1.001, -1.0001, 2.0, math.nan, math.inf):
        with pytest.raises(Refusal, match="threshold"):
            read(outside)
