"""The panel for PIN and badge at every size."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import QPoint, QRect
from PySide6.QtWidgets import QPushButton

from attendance.errors import Reason
from attendance.ui.kiosk.entry import steps
from attendance.ui.kiosk.entry.key_pad import BACK, DONE
from attendance.ui.kiosk.entry.panel import MOST_LETTERS, EntryPanel
from attendance.ui.kiosk.entry.steps import TYPE_PIN, Line, Step, pause, said
from attendance.ui.theme import TOUCH_TARGET
from tests.ui.kiosk_entry.fake_entry import FakeEntry
from tests.ui.kiosk_scenes import LONG_NAME, SIZES, Scene, settle

MakeScene = Callable[..., Scene]


def opened(scene: Scene) -> EntryPanel:
    scene.window.bar.entry_button.click()
    assert scene.window.view.is_entry_open
    settle()
    return scene.window.view.entry


def places(scene: Scene, panel: EntryPanel) -> dict[str, QRect]:
    """Return where each visible button of the panel lies in the window."""
    return {
        button.property("key") or button.accessibleName(): QRect(
            button.mapTo(scene.window, QPoint(0, 0)), button.size()
        )
        for button in panel.findChildren(QPushButton)
        if button.isVisible()
    }


@pytest.mark.knows_fonts
@pytest.mark.parametrize("has_letters", [False, True])
@pytest.mark.parametrize("language", ["en", "zh_CN"])
@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
def test_that_every_key_is_whole_and_large_at_every_size(
    make_scene: MakeScene, size: tuple[int, int], language: str, has_letters: bool
) -> None:
    scene = make_scene(size=size, language=language, entry=FakeEntry()).run()
    panel = opened(scene)
    if has_letters:
        panel.letters_button.click()
        settle()
    found = places(scene, panel)
    assert len(found) == (42 if has_letters else 14)
    bar_top = scene.window.bar.mapTo(scene.window, QPoint(0, 0)).y()
    for name, place in found.items():
        assert place.height() >= TOUCH_TARGET, name
        assert place.width() >= 48, name
        assert QRect(0, 0, scene.window.width(), bar_top).contains(place), name
    listed = list(found.values())
    assert not any(a.intersects(b) for i, a in enumerate(listed) for b in listed[i + 1 :])
    lines = [line for line in vars(steps).values() if isinstance(line, Line)]
    lines += [
        pause(60),
        said(Reason("a PIN has {low} to {high} digits", low=4, high=8)),
        said(Reason("too easily guessed")),
    ]
    for line in lines:
        panel.ask(Step.SAID if line is steps.FAILED else Step.NEW, line, name=LONG_NAME)
        settle()
        assert not panel._sentence.is_cut, line
    assert scene.window.size().toTuple() == size


def test_that_the_bar_always_offers_pin_or_badge_where_there_is_one(make_scene: MakeScene) -> None:
    assert not make_scene().run().window.bar.entry_button.isVisible()
    scene = make_scene(entry=FakeEntry()).run()
    assert scene.window.bar.entry_button.isVisible()
    assert scene.window.bar.entry_button.text().strip() == "Use PIN or badge"


def test_that_keys_and_fingers_type_the_same(make_scene: MakeScene) -> None:
    panel = opened(make_scene(entry=FakeEntry()).run())
    typed: list[str] = []
    panel.entered.connect(typed.append)
    panel.type("10")
    for key in ("0", "8", BACK, "7"):
        panel.digits.keys[key].click()
    assert panel.field_text() == "1007"
    panel.digits.keys[DONE].click()
    panel.digits.keys[DONE].click()  # nothing is typed
    assert typed == ["1007"]
    panel.type("9" * (MOST_LETTERS + 1))
    assert panel.is_empty


def test_that_a_pin_is_never_shown(make_scene: MakeScene) -> None:
    panel = opened(make_scene(entry=FakeEntry()).run())
    for step in (Step.PIN, Step.NEW, Step.AGAIN):
        panel.ask(step, TYPE_PIN)
        panel.type("9713")
        assert panel.field_text() == "••••"
        assert "9713" not in panel.accessibleName()


def test_that_letters_take_the_width_of_the_picture_and_give_it_back(make_scene: MakeScene) -> None:
    scene = make_scene(entry=FakeEntry()).run()
    panel = opened(scene)
    panel.letters_button.click()
    assert not scene.window.view.area.isVisible()
    panel.letters.keys["E"].click()
    assert panel.field_text() == "E"
    panel.close_button.click()
    assert scene.window.view.area.isVisible()
    assert not scene.window.view.is_entry_open
    opened(scene)
    assert not panel.has_letters


def test_that_one_sentence_is_said_at_a_time(make_scene: MakeScene) -> None:
    scene = make_scene(entry=FakeEntry()).run()
    scene.wait(lambda: scene.window.view.area.guidance.text() == "Look here to check in")
    opened(scene)
    assert scene.window.view.area.guidance.text() == ""
    scene.window.view.entry.close_button.click()
    scene.wait(lambda: scene.window.view.area.guidance.text() == "Look here to check in")


def test_that_a_door_that_looks_at_no_face_first_asks_for_pin_or_badge(make_scene: MakeScene) -> None:
    scene = make_scene(entry=FakeEntry(), looks_first=False).run()
    scene.engine.people = 0  # nobody has a photo, and nobody needs one here
    scene.see()
    scene.wait(lambda: scene.window.view.area.guidance.text() == "Use PIN or badge")
