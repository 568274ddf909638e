"""The column beside the picture: a card for each face that was answered, the newest on top."""

from __future__ import annotations

import math
import time
from collections.abc import Collection, Sequence

from PySide6.QtCore import QPoint, QPropertyAnimation, QTimer, Signal, Slot
from PySide6.QtGui import QResizeEvent, QShowEvent
from PySide6.QtWidgets import QWidget

from attendance.ui import theme
from attendance.ui.kiosk.cards.card import Card, Form
from attendance.ui.motion import motion_ms
from attendance.ui.theme import KioskMetrics

MAX_CARDS = 4
"""As many as recognition looks at faces; on a small screen three that can be answered have room."""


class CardColumn(QWidget):
    """Shows each card for a while; cards slide in from the right.

    Args:
        shown_s: how long a card stays, seconds.

    Signals:
        emptied: the last card has gone.
    """

    emptied = Signal()

    def __init__(self, metrics: KioskMetrics, *, shown_s: float, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._metrics = metrics
        self._shown_s = shown_s
        self._cards: list[Card] = []
        self._gone_at_s: dict[Card, float] = {}
        # One timer for all: a timer in each card, connected to a function that knows the card, makes a circle
        # that Qt and Python take apart twice.
        self._expiry = QTimer(self)
        self._expiry.setSingleShot(True)
        self._expiry.timeout.connect(self._on_expiry)
        self._is_full = False
        self._room = QTimer(self)
        self._room.setSingleShot(True)
        self._room.timeout.connect(self._make_room)

    @property
    def cards(self) -> tuple[Card, ...]:
        """Cards on screen from top to bottom."""
        return tuple(self._cards)

    @property
    def has_refusal(self) -> bool:
        """True while somebody is sent to reception."""
        return any(card.is_refusal for card in self._cards)

    def add(self, card: Card, *, shown_s: float | None = None, present: Collection[int] = ()) -> None:
        """Show a card on top; it replaces one about the same person.

        A refusal goes below the cards of people who are still there: whoever was just welcomed keeps the large card
        when a stranger stands beside them, and loses it to a stranger who comes after them. Where there is no room for
        all, refusals go first, then what nobody can answer, then the lowest.

        Args:
            card: the new one.
            shown_s: how long it stays, None for as long as any.
            present: numbers of the faces that are in the picture.
        """
        for old in [c for c in self._cards if c.key == card.key]:
            self._drop(old)
        card.setParent(self)
        there = [n for n, c in enumerate(self._cards, start=1) if not c.is_refusal and c.track_id in present]
        self._cards.insert(max(there, default=0) if card.is_refusal else 0, card)
        self._gone_at_s[card] = time.monotonic() + (self._shown_s if shown_s is None else shown_s)
        card.picked.connect(self.bring_up)
        card.show()
        self._arrange()
        self._make_room()
        if card in self._cards:
            self._await_next()
            self._slide_in(card)

    def keep(self, card: Card, seconds: float) -> None:
        """Let a card stay for so long from now on; harmless when it has gone."""
        if card in self._gone_at_s:
            self._gone_at_s[card] = time.monotonic() + seconds
            self._arrange()
            self._await_next()

    @Slot(object)
    def bring_up(self, card: Card) -> None:
        """Make a card the large one."""
        if card in self._cards:
            self._cards.remove(card)
            self._cards.insert(0, card)
            self._arrange()

    def refresh(self, metrics: KioskMetrics) -> None:
        """Set sizes, colours and words of all cards anew."""
        self._metrics = metrics
        for card in self._cards:
            card.refresh(metrics)
        self._arrange()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Lay the cards out anew."""
        self._arrange()

    def showEvent(self, event: QShowEvent) -> None:
        """Lay out what came while something else was shown here."""
        self._arrange()

    @Slot()
    def _on_expiry(self) -> None:
        now_s = time.monotonic()
        for card in [c for c in self._cards if self._gone_at_s[c] <= now_s]:
            self._drop(card)
        if self._cards:
            self._arrange()
            self._await_next()
        else:
            self.emptied.emit()

    def _await_next(self) -> None:
        left_s = min(self._gone_at_s.values()) - time.monotonic()
        self._expiry.start(max(0, math.ceil(left_s * 1000)))

    def _drop(self, card: Card) -> None:
        self._cards.remove(card)
        del self._gone_at_s[card]
        card.hide()
        card.deleteLater()

    def _arrange(self) -> None:
        """Let the uppermost card be large where there is room, every card small enough, and centre the group."""
        gap = self._metrics.gap // 2
        width = self.width() - 2 * theme.SPACE_3  # room for the shadow
        heights = self._fitted(width, gap)
        if self._total(heights, gap) > self.height():
            gap = theme.SPACE_1
        self._is_full = self._total(heights, gap) > self.height()
        if self._is_full:
            self._room.start(0)  # not at once: a window that changes its size sets its metrics a moment later
        top = max(0, (self.height() - self._total(heights, gap)) // 2)
        for card, height in zip(self._cards, heights, strict=True):
            card.resize(width, min(height, max(1, self.height())))
            self._move(card, QPoint(theme.SPACE_3, top))
            top += height + gap

    @Slot()
    def _make_room(self) -> None:
        """Drop what has no room even in the smallest form, the least needed first."""
        while len(self._cards) > MAX_CARDS or (len(self._cards) > 1 and self.isVisible() and self._is_full):
            self._drop(min(self._cards, key=self._worth))
            self._arrange()

    def _fitted(self, width: int, gap: int) -> list[int]:
        """Give every card the largest form that leaves room for the others; return their heights."""
        heights = []
        for number, card in enumerate(self._cards):
            heights.append(_height(card, "large" if number == 0 else "compact", width))
        last = len(self._cards) - 1
        # A large card that can be answered stays large as long as it fits without its photo.
        steps: list[tuple[int, Form]] = [(0, "tight"), *((n, "slim") for n in range(last, 0, -1))]
        if last > 0:
            steps += [(0, "compact"), (0, "slim")]
        for number, form in steps:
            if self._cards and self._total(heights, gap) > self.height():
                heights[number] = _height(self._cards[number], form, width)
        return heights

    def _total(self, heights: Sequence[int], gap: int) -> int:
        return sum(heights) + gap * max(0, len(heights) - 1)

    def _worth(self, card: Card) -> tuple[bool, bool, int]:
        return not card.is_refusal, card.is_awaited, -self._cards.index(card)

    def _move(self, card: Card, place: QPoint) -> None:
        """Put a card in its place; one that is still sliding in goes on sliding, at its new height."""
        if card.slide.state() == QPropertyAnimation.State.Running:
            card.slide.setStartValue(QPoint(self.width(), place.y()))
            card.slide.setEndValue(place)
        else:
            card.move(place)

    def _slide_in(self, card: Card) -> None:
        length_ms = motion_ms()
        if length_ms == 0 or not self.isVisible():
            return
        card.slide.setDuration(length_ms)
        card.slide.setStartValue(QPoint(self.width(), card.y()))
        card.slide.setEndValue(card.pos())
        card.slide.start()


def _height(card: Card, form: Form, width: int) -> int:
    """Return the height of a card in a form, which it takes."""
    card.set_form(form)
    card.resize(width, card.height())  # the form depends on the width, and the height on the form
    layout = card.layout()
    assert layout is not None
    layout.invalidate()
    return layout.totalHeightForWidth(width)
