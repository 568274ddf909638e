"""Cards: what they say, how they fit, how they come and go."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from attendance.core.types import DecisionKind, Direction
from attendance.ui import theme
from attendance.ui.i18n import LanguageSwitch
from attendance.ui.kiosk.cards.card_column import MAX_CARDS, CardColumn
from attendance.ui.kiosk.cards.welcome_card import NoticeCard, WelcomeCard
from attendance.ui.widgets.fitted_label import FittedLabel
from tests.ui.kiosk_scenes import LONG_NAME, NOW, ZONE, crop, notice

pytestmark = pytest.mark.knows_fonts

METRICS = theme.kiosk_metrics(800)


def card(
    kind: DecisionKind = DecisionKind.WELCOME,
    *,
    name: str = "Li Na",
    direction: Direction = Direction.IN,
    person_id: int = 1,
    zone: ZoneInfo = ZONE,
    since: datetime | None = None,
) -> WelcomeCard:
    made = notice(kind, name=name, direction=direction, person_id=person_id, since=since)
    return WelcomeCard(made.decision, name, zone=zone, metrics=METRICS, crop_bgr=crop())


@pytest.mark.parametrize(
    ("direction", "english", "chinese"),
    [
        (Direction.IN, "IN 08:57", "签到 08:57"),
        (Direction.OUT, "OUT 08:57", "签退 08:57"),
        (Direction.BREAK_START, "BREAK 08:57", "休息 08:57"),
        (Direction.BREAK_END, "BACK 08:57", "回岗 08:57"),
    ],
)
def test_that_a_welcome_names_the_person_the_way_and_the_local_time(
    qapp: QApplication, direction: Direction, english: str, chinese: str
) -> None:
    shown = card(direction=direction)

    assert shown.title == "Li Na"
    assert shown.pill_text == english
    assert shown.accessibleName() == f"Li Na, {english}"
    LanguageSwitch.instance().set_language("zh_CN")
    shown.refresh(METRICS)
    assert shown.pill_text == chinese


def test_that_times_are_those_of_the_site(qapp: QApplication) -> None:
    assert card(zone=ZoneInfo("Europe/Berlin")).pill_text == "IN 01:57"


def test_that_a_second_sighting_says_since_when(qapp: QApplication) -> None:
    since = datetime(2026, 11, 22, 0, 54, tzinfo=UTC)

    assert card(DecisionKind.ALREADY_IN, since=since).pill_text == "Already in since 08:54"
    for direction, wanted in (
        (Direction.OUT, "Already out since 08:54"),
        (Direction.BREAK_START, "On a break since 08:54"),
        (Direction.BREAK_END, "Back since 08:54"),
    ):
        assert card(DecisionKind.ALREADY_IN, since=since, direction=direction).pill_text == wanted


def test_that_a_stranger_is_sent_to_reception_without_blame(qapp: QApplication) -> None:
    shown = NoticeCard(9, METRICS)

    assert shown.title == "Please see reception"
    assert shown.accessibleName() == "Please see reception"


def column(qtbot: QtBot, *, shown_s: float = 30.0, size: tuple[int, int] = (460, 680)) -> CardColumn:
    made = CardColumn(METRICS, shown_s=shown_s)
    qtbot.addWidget(made)
    made.resize(*size)
    made.show()
    return made


def test_that_the_newest_card_is_on_top_and_only_four_stay(qtbot: QtBot) -> None:
    shown = column(qtbot)
    for person_id in range(1, 6):
        shown.add(card(person_id=person_id))

    assert [c.key for c in shown.cards] == ["person 5", "person 4", "person 3", "person 2"]
    assert len(shown.cards) == MAX_CARDS
    tops = [c.y() for c in shown.cards]
    assert tops == sorted(tops)
    assert not shown.cards[0].is_small
    assert all(c.is_small for c in shown.cards[1:])


def test_that_a_refusal_stays_below_the_people_who_are_still_there(qtbot: QtBot) -> None:
    shown = column(qtbot)
    shown.add(card(person_id=1))
    shown.add(NoticeCard(9, METRICS), present={1, 9})
    shown.add(card(person_id=2))
    shown.add(NoticeCard(9, METRICS), present={1, 2, 9})

    assert [c.key for c in shown.cards] == ["person 2", "person 1", "track 9"]
    assert [c.is_small for c in shown.cards] == [False, True, True]
    tops = [c.y() for c in shown.cards]
    assert tops == sorted(tops)


def test_that_a_stranger_after_somebody_who_left_has_the_large_card(qtbot: QtBot) -> None:
    shown = column(qtbot)
    shown.add(card(person_id=1), present={1})
    shown.add(NoticeCard(9, METRICS, crop()), present={9})

    assert [(c.key, c.is_small) for c in shown.cards] == [("track 9", False), ("person 1", True)]


def test_that_every_stranger_has_a_card_of_their_own(qtbot: QtBot) -> None:
    shown = column(qtbot)
    for track_id in (8, 9, 8):
        shown.add(NoticeCard(track_id, METRICS, crop()), present={8, 9})

    assert [c.key for c in shown.cards] == ["track 8", "track 9"]


def open_card(person_id: int, *, name: str = LONG_NAME) -> WelcomeCard:
    made = card(person_id=person_id, name=name)
    made.open_undo(10.0)
    return made


@pytest.mark.parametrize("size", [(276, 383), (460, 680), (1380, 1900), (1000, 620), (540, 370)])
@pytest.mark.parametrize("language", ["en", "zh_CN"])
def test_that_three_cards_keep_their_buttons_at_every_size(qtbot: QtBot, size: tuple[int, int], language: str) -> None:
    LanguageSwitch.instance().set_language(language)
    shown = column(qtbot, size=size)
    for person_id in range(1, 4):
        made = open_card(person_id)
        made.refresh(theme.kiosk_metrics(480 if size[1] < 400 else 800))
        shown.add(made)
    QApplication.sendPostedEvents()

    assert [c.key for c in shown.cards] == ["person 3", "person 2", "person 1"]
    for made in shown.cards:
        assert isinstance(made, WelcomeCard)
        for key in ("undo", "dispute"):
            button = made.row.buttons[key]
            assert button.isVisible()
            assert button.height() >= theme.TOUCH_TARGET
            assert made.rect().contains(made.row.geometry())


def test_that_what_nobody_can_answer_makes_room_for_what_somebody_can(qtbot: QtBot) -> None:
    shown = column(qtbot, size=(276, 383))
    shown.refresh(theme.kiosk_metrics(480))
    shown.add(NoticeCard(9, METRICS), present={9})
    shown.add(card(person_id=1))
    for person_id in range(2, 5):
        made = open_card(person_id)
        made.refresh(theme.kiosk_metrics(480))
        shown.add(made)

    assert [c.key for c in shown.cards] == ["person 4", "person 3", "person 2"]


def test_that_a_small_refusal_has_its_words_beside_the_middle_of_the_icon(qtbot: QtBot) -> None:
    shown = column(qtbot)
    shown.add(card())
    shown.add(NoticeCard(9, METRICS), present={1})
    small = shown.cards[1]

    qtbot.waitUntil(lambda: abs(small._title.geometry().center().y() - small._photo.geometry().center().y()) <= 1)


def test_that_a_refusal_pushes_nobodys_welcome_out(qtbot: QtBot) -> None:
    shown = column(qtbot)
    for person_id in range(1, MAX_CARDS + 1):
        shown.add(card(person_id=person_id))
    shown.add(NoticeCard(9, METRICS))

    assert [c.key for c in shown.cards] == ["person 4", "person 3", "person 2", "person 1"]


def test_that_cards_never_overlap_or_leave_the_column(qtbot: QtBot) -> None:
    for size in ((460, 680), (300, 390), (1000, 700)):
        shown = column(qtbot, size=size)
        for person_id in range(1, 4):
            shown.add(card(person_id=person_id, name=LONG_NAME))
        for above, below in zip(shown.cards, shown.cards[1:], strict=False):
            assert above.y() + above.height() < below.y()
        last = shown.cards[-1]
        assert last.y() + last.height() <= size[1]


def test_that_one_person_has_one_card(qtbot: QtBot) -> None:
    shown = column(qtbot)
    shown.add(card())
    shown.add(card(DecisionKind.ALREADY_IN, since=NOW))

    assert [c.pill_text for c in shown.cards] == ["Already in since 08:57"]


def test_that_a_card_goes_after_its_time(qtbot: QtBot) -> None:
    shown = column(qtbot, shown_s=0.05)
    with qtbot.waitSignal(shown.emptied):
        shown.add(card())

    assert shown.cards == ()


def test_that_a_card_slides_in_from_the_right(qtbot: QtBot) -> None:
    shown = column(qtbot)
    shown.add(card())

    assert shown.cards[0].x() > theme.SPACE_3
    qtbot.waitUntil(lambda: shown.cards[0].x() == theme.SPACE_3)


def test_that_cards_that_slide_in_together_do_not_end_on_each_other(qtbot: QtBot) -> None:
    shown = column(qtbot)
    for person_id in range(1, 4):
        shown.add(card(person_id=person_id))
    qtbot.waitUntil(lambda: all(c.x() == theme.SPACE_3 for c in shown.cards))

    for above, below in zip(shown.cards, shown.cards[1:], strict=False):
        assert above.y() + above.height() < below.y()


def test_that_reduced_motion_shows_a_card_in_place(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("attendance.ui.kiosk.cards.card_column.motion_ms", lambda: 0)
    shown = column(qtbot)
    shown.add(card())

    assert shown.cards[0].x() == theme.SPACE_3


def label(qtbot: QtBot, text: str, *, max_lines: int = 2) -> FittedLabel:
    made = FittedLabel(max_lines=max_lines)
    qtbot.addWidget(made)
    made.set_sizes(64, 28)
    made.setText(text)
    return made


def test_that_a_short_name_is_large_and_a_long_one_still_whole(qtbot: QtBot) -> None:
    short, long = label(qtbot, "Li Na"), label(qtbot, LONG_NAME, max_lines=4)
    for made in (short, long):
        made.resize(420, 200)

    assert short.shown_size_px == 64
    assert 28 <= long.shown_size_px < 64
    assert not long.is_cut


def test_that_a_text_without_room_is_cut_and_still_read_out(qtbot: QtBot) -> None:
    made = label(qtbot, LONG_NAME, max_lines=1)
    made.resize(150, 40)

    assert made.is_cut
    assert made.text() == LONG_NAME


def test_that_a_chinese_text_wraps_anywhere(qtbot: QtBot) -> None:
    made = label(qtbot, "摄像头已断开，正在重连", max_lines=3)
    made.resize(300, 300)

    assert not made.is_cut


def test_that_a_narrower_label_is_taller(qtbot: QtBot) -> None:
    made = label(qtbot, "Camera disconnected – reconnecting", max_lines=3)
    made.setAlignment(Qt.AlignmentFlag.AlignCenter)

    assert made.heightForWidth(300) > made.heightForWidth(2000)
