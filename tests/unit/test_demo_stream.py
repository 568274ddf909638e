"""The people, scenes and photograph stream of the demo; no model is needed."""

from __future__ import annotations

import subprocess
import sys
import threading
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import cv2
import numpy as np
import pytest

from attendance.core.types import Frame
from attendance.demo import people as people_module
from attendance.demo.people import DemoPerson, load_people, write_photos
from attendance.demo.scenes import SIZE_WH, DoorScene, Light, Place
from attendance.demo.stream import FPS, PhotographStream
from attendance.demo.walks import APPROACH_S, Walk
from attendance.errors.pictures import ImageUnreadable
from attendance.errors.storage import StorageError
from attendance.vision.images import ImageReader
from tests.fakes import FakeClock
from tests.patience import PATIENCE_S


@pytest.fixture(scope="module")
def people() -> list[DemoPerson]:
    return load_people()


@pytest.fixture(scope="module")
def played(people: list[DemoPerson]) -> tuple[PhotographStream, list[Frame]]:
    """A stream of an enrolled person and a stranger, and all its frames, shrunk by 4 to save memory."""
    stream = PhotographStream([people[0], people[3]], clock=FakeClock())
    stream.open()
    frames = []
    while (frame := stream.read()) is not None:
        small = np.ascontiguousarray(frame.image_bgr[::4, ::4])
        frames.append(Frame(small, frame.captured_utc, frame.mono_s, frame.index))
    return stream, frames


# --- people ------------------------------------------------------------------------------------------


def test_that_codes_and_names_are_unique_and_both_kinds_of_people_are_there(people: list[DemoPerson]) -> None:
    assert len({p.code for p in people}) == len({p.name for p in people}) == len(people) == 7
    assert [p.is_enrolled for p in people].count(False) == 2
    assert all(p.department for p in people if p.is_enrolled)
    assert people[0].is_enrolled


def test_that_the_names_try_the_layout_of_the_windows(people: list[DemoPerson]) -> None:
    assert max(len(p.name) for p in people) > 40
    assert any("\u4e00" <= c <= "\u9fff" for p in people for c in p.name)


def test_that_every_face_lies_in_its_own_picture(people: list[DemoPerson]) -> None:
    for person in people:
        height, width = person.image_bgr.shape[:2]
        left, top, right, bottom = person.face_xyxy_px
        assert 0 <= left < right <= width, person.code
        assert 0 <= top < bottom <= height, person.code
        assert person.image_bgr.dtype == np.uint8
        assert person.image_bgr.flags.c_contiguous


def test_that_a_cut_out_is_solid_at_the_face_and_open_above_it(people: list[DemoPerson]) -> None:
    for person in people:
        image = person.cutout.image_bgra
        x, y = (round(v) for v in person.cutout.face_centre)
        assert image[y, x, 3] > 250, person.code
        assert not image[0, :, 3].any(), person.code
        assert not image[:, 0, 3].any(), person.code
        assert image[-1, :, 3].max() > 250, person.code  # clothes that go on downwards
        assert (image[:, :, :3] <= image[:, :, 3:] + 40).all(), person.code  # multiplied by alpha


def test_that_people_are_found_without_importing_the_packages_that_carry_them() -> None:
    code = (
        "import sys; from attendance.demo.people import load_people; load_people(); "
        "print(sorted({'insightface', 'skimage', 'onnxruntime'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=120)
    assert done.stdout.strip() == "[]"


def test_that_a_missing_package_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(people_module.importlib.util, "find_spec", lambda _name: None)
    with pytest.raises(ImageUnreadable, match="insightface is not installed"):
        load_people()


def test_that_the_enrolled_people_hand_in_two_readable_photographs_each(
    people: list[DemoPerson], tmp_path: Path
) -> None:
    written = write_photos(tmp_path / "new" / "photos")
    enrolled = [p for p in people if p.is_enrolled]
    assert [folder.name for folder in sorted((tmp_path / "new" / "photos").iterdir())] == sorted(
        f"{p.code} - {p.name}" for p in enrolled
    )
    assert len(written) == 2 * len(enrolled)
    for first, second in zip(written[::2], written[1::2], strict=True):
        images = [ImageReader().read(path).astype(float) for path in (first, second)]
        assert first.parent == second.parent
        assert images[1].mean() < 0.9 * images[0].mean()


def test_that_photographs_that_cannot_be_written_are_a_storage_error(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_bytes(b"")
    with pytest.raises(StorageError):
        write_photos(blocked / "photos")


# --- walks -------------------------------------------------------------------------------------------

WALK = Walk(near_x=600, near_px=270, pause_s=2.0, leaves_right=True)


def test_that_a_walk_grows_stands_still_and_leaves_the_picture() -> None:
    places = [WALK.place(t, 1 / FPS) for t in np.arange(0.0, WALK.duration_s, 1 / FPS)]
    heights = [p.face_height_px for p in places]
    assert all(later >= earlier - 1e-9 for earlier, later in pairwise(heights))
    assert heights[0] < 80 < 260 < heights[-1]
    standing = [WALK.place(t, 1 / FPS) for t in np.arange(APPROACH_S + 0.1, APPROACH_S + WALK.pause_s - 0.1, 1 / FPS)]
    assert np.ptp([p.face_xy_px[0] for p in standing]) < 10
    assert abs(standing[0].face_xy_px[0] - WALK.near_x) < 10
    assert max(np.hypot(*p.speed_xy_px) for p in standing) < 3
    assert max(np.hypot(*p.speed_xy_px) for p in places) > 30


@pytest.mark.parametrize("leaves_right", [True, False])
def test_that_a_face_is_visible_until_it_has_left(leaves_right: bool) -> None:
    walk = Walk(near_x=600, near_px=270, pause_s=1.0, leaves_right=leaves_right)
    seen = [walk.is_visible(t) for t in np.linspace(0.0, walk.duration_s, 200)]
    assert seen[0]
    assert not seen[-1]
    assert [a and not b for a, b in pairwise(seen)].count(True) == 1
    assert (walk.place(walk.duration_s, 1 / FPS).face_xy_px[0] > SIZE_WH[0]) is leaves_right


# --- scenes ------------------------------------------------------------------------------------------


def test_that_the_same_seed_gives_the_same_pictures_and_no_two_frames_are_equal(people: list[DemoPerson]) -> None:
    place = Place((640.0, 300.0), 200.0)
    first, again, other = DoorScene(1), DoorScene(1), DoorScene(2)
    pictures = [scene.picture([(people[0].cutout, place)], Light()) for scene in (first, again, other)]
    assert pictures[0].shape == (720, 1280, 3)
    assert pictures[0].dtype == np.uint8
    np.testing.assert_array_equal(pictures[0], pictures[1])
    assert (pictures[0] != pictures[2]).any()
    assert (first.picture([(people[0].cutout, place)], Light()) != pictures[0]).any()


def test_that_a_person_is_where_the_place_says(people: list[DemoPerson]) -> None:
    for height, x in ((70.0, 300.0), (270.0, 900.0)):
        scene = DoorScene(1)
        empty = scene.picture([], Light()).astype(int)
        filled = scene.picture([(people[1].cutout, Place((x, 300.0), height))], Light()).astype(int)
        changed = np.abs(filled - empty).max(axis=2) > 25
        assert changed[300 - 5 : 300 + 5, int(x) - 5 : int(x) + 5].mean() > 0.8
        assert not changed[:, : int(x - 2.2 * height)].any()
        assert not changed[: max(0, int(300 - 1.6 * height))].any()
        assert changed[540:570, int(x - 0.3 * height) : int(x + 0.3 * height)].mean() > 0.8  # down to the counter
        assert not changed[620:].any()  # and behind it


def test_that_somebody_outside_the_picture_changes_nothing(people: list[DemoPerson]) -> None:
    with_nobody, with_somebody = DoorScene(5), DoorScene(5)
    place = Place((3000.0, 300.0), 200.0)
    np.testing.assert_array_equal(
        with_nobody.picture([], Light()), with_somebody.picture([(people[0].cutout, place)], Light())
    )


def test_that_light_changes_brightness_and_colour() -> None:
    plain, dark, warm = (DoorScene(1).picture([], light) for light in (Light(), Light(gain=0.55), Light(warmth=1.0)))
    assert dark.mean() / plain.mean() == pytest.approx(0.55, abs=0.03)
    blue, _, red = (warm.mean(axis=(0, 1)) / plain.mean(axis=(0, 1))).tolist()
    assert blue < 0.95 < 1.03 < red


def test_that_movement_blurs_along_its_direction_only(people: list[DemoPerson]) -> None:
    def sharpness(speed: tuple[float, float], axis: int) -> float:
        place = Place((640.0, 300.0), 260.0, speed_xy_px=speed)
        picture = DoorScene(1).picture([(people[1].cutout, place)], Light())[200:400, 560:720]
        smooth = cv2.GaussianBlur(picture, (0, 0), 1.5).astype(float)
        return float(np.abs(np.diff(smooth, axis=axis)).mean())

    still = sharpness((0.0, 0.0), 1)
    assert sharpness((40.0, 0.0), 1) < 0.7 * still
    assert sharpness((40.0, 0.0), 0) > 0.7 * sharpness((0.0, 0.0), 0)


# --- stream ------------------------------------------------------------------------------------------


def test_that_the_whole_demo_stays_short(people: list[DemoPerson]) -> None:
    stream = PhotographStream(people, clock=FakeClock())
    assert stream.frame_count <= 900
    seen = frozenset[str]().union(*(stream.truth(i) for i in range(stream.frame_count)))
    assert seen == {p.code for p in people}


def test_that_people_come_in_order_with_empty_seconds_between_and_a_pair_at_the_end(
    people: list[DemoPerson],
) -> None:
    stream = PhotographStream(people, clock=FakeClock())
    truths = [stream.truth(i) for i in range(stream.frame_count)]
    runs = [truths[0], *(later for earlier, later in pairwise(truths) if later != earlier)]
    assert runs[::2] == [frozenset()] * len(runs[::2])
    enrolled = [p.code for p in people if p.is_enrolled]
    assert runs[1::2] == [frozenset({p.code}) for p in people] + [frozenset({enrolled[0], enrolled[-1]})]
    empty = [i for i, truth in enumerate(truths) if not truth]
    assert empty[: round(FPS)] == list(range(round(FPS)))
    assert stream.truth(-1) == stream.truth(stream.frame_count + 99) == frozenset()


def test_that_a_stranger_and_one_enrolled_person_come_alone(people: list[DemoPerson]) -> None:
    stream = PhotographStream([people[0], people[3]], clock=FakeClock())
    assert max(len(stream.truth(i)) for i in range(stream.frame_count)) == 1


def test_that_nobody_is_an_empty_room() -> None:
    stream = PhotographStream([], clock=FakeClock())
    stream.open()
    assert stream.frame_count == round(FPS)
    assert stream.read() is not None


def test_that_fast_frames_carry_even_times_and_running_numbers(
    played: tuple[PhotographStream, list[Frame]],
) -> None:
    stream, frames = played
    assert [f.index for f in frames] == list(range(stream.frame_count))
    start = frames[0]
    for frame in frames:
        assert frame.mono_s - start.mono_s == pytest.approx(frame.index / stream.fps)
        assert frame.captured_utc - start.captured_utc == timedelta(seconds=frame.index / stream.fps)


def test_that_no_two_neighbouring_frames_are_equal(played: tuple[PhotographStream, list[Frame]]) -> None:
    _, frames = played
    assert all((a.image_bgr != b.image_bgr).any() for a, b in pairwise(frames))


def test_that_the_truth_is_what_the_pictures_show(played: tuple[PhotographStream, list[Frame]]) -> None:
    stream, frames = played
    room = np.median([f.image_bgr for f in frames if not stream.truth(f.index)], axis=0)
    middle = (slice(50, 110), slice(100, 220))  # where faces stop, in the shrunken picture

    def change(frame: Frame) -> float:
        # Light changes all colours alike: compare after dividing by the mean.
        now = frame.image_bgr.astype(float) / frame.image_bgr.mean(axis=(0, 1))
        return float(np.abs(now - room / room.mean(axis=(0, 1)))[middle].mean())

    empty = [change(f) for f in frames if not stream.truth(f.index)]
    standing = round((APPROACH_S + 1.0) * FPS)
    starts = [b.index for a, b in pairwise(frames) if stream.truth(b.index) and not stream.truth(a.index)]
    assert len(starts) == 2
    assert min(change(frames[start + standing]) for start in starts) > 2 * max(empty)


def test_that_a_frame_is_told_by_its_time(played: tuple[PhotographStream, list[Frame]]) -> None:
    stream, frames = played
    assert all(stream.visible_at(f.mono_s) == stream.truth(f.index) for f in frames)
    with pytest.raises(KeyError):
        stream.visible_at(-1.0)


def test_that_the_stream_repeats_itself_when_opened_again(people: list[DemoPerson]) -> None:
    stream = PhotographStream(people[:1], clock=FakeClock())
    pictures = []
    for _ in range(2):
        stream.open()
        frames = [stream.read() for _ in range(3)]
        assert frames[2] is not None
        assert frames[2].index == 2
        pictures.append(frames[2].image_bgr)
    np.testing.assert_array_equal(pictures[0], pictures[1])


def test_that_a_closed_or_unopened_stream_gives_nothing(people: list[DemoPerson]) -> None:
    stream = PhotographStream(people[:1], clock=FakeClock())
    assert stream.read() is None
    stream.open()
    assert stream.read() is not None
    stream.close()
    stream.close()
    assert stream.read() is None
    assert not stream.is_live
    assert stream.describe() == "photographs"


def test_that_real_time_stamps_with_the_clock_and_never_waits_when_late(people: list[DemoPerson]) -> None:
    clock = FakeClock()
    stream = PhotographStream(people[:1], clock=clock, pace="realtime")
    stream.open()
    stream.read()
    clock.advance(100.0)  # a slow computer
    late = stream.read()
    assert late is not None
    assert late.mono_s == clock.mono_s()
    assert late.captured_utc == clock.now_utc()
    assert stream.visible_at(late.mono_s) == frozenset()


def test_that_close_ends_the_wait_for_a_frame_in_real_time(people: list[DemoPerson]) -> None:
    clock = FakeClock()
    stream = PhotographStream(people[:1], clock=clock, pace="realtime")
    stream.open()
    clock.advance(-3600.0)  # nothing is due for an hour
    answers: list[Frame | None] = []
    thread = threading.Thread(target=lambda: answers.append(stream.read()), daemon=True)
    thread.start()
    stream.close()
    thread.join(PATIENCE_S)
    assert not thread.is_alive()
    assert answers == [None]
