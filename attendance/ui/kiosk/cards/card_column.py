"""The column beside the picture: up to three cards, the newest on top, refusals below every answer to a person."""

from __future__ import annotations

import math
import time

from PySide6.QtCore import QPoint, QPropertyAnimation, QTimer, Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QWidget

from attendance.ui import theme
from attendance.ui.kiosk.cards.card import Card
from attendance.ui.motion import motion_ms
from attendance.ui.theme import KioskMetrics

MAX_CARDS = 3


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

    @property
    def cards(self) -> tuple[Card, ...]:
        """Cards on screen from top to bottom: answers to people, newest first, then a refusal."""
        return tuple(self._cards)

    def has(self, key: str) -> bool:
        """Return whether a card with this key is on screen."""
        return any(card.key == key for card in self._cards)

    def add(self, card: Card, *, shown_s: float | None = None) -> None:
        """Show a card on top; it replaces one about the same person, and the lowest when there are too many.

        A refusal goes below the answers: whoever was just welcomed keeps the large card when a stranger stands
        beside them. A column full of answers has no room for a refusal.

        Args:
            card: the new one.
            shown_s: how long it stays, None for as long as any.
        """
        for old in [c for c in self._cards if c.key == card.key]:
            self._drop(old)
        card.setParent(self)
        place = sum(not c.is_refusal for c in self._cards) if card.is_refusal else 0
        self._cards.insert(place, card)
        self._gone_at_s[card] = time.monotonic() + (self._shown_s if shown_s is None else shown_s)
        card.picked.connect(self.bring_up)
        while len(self._cards) > MAX_CARDS:
            self._drop(self._cards[-1])
        if card not in self._cards:
            return
        self._await_next()
        card.show()
        self._arrange()
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
        """Give the uppermost card its large form when there is room, the others one row; centre the group."""
        gap = self._metrics.gap // 2
        margin = theme.SPACE_3  # room for the shadow
        width = self.width() - 2 * margin
        for number, card in enumerate(self._cards):
            card.set_compact(number > 0)
            card.set_tight(False)
            card.resize(width, card.height())  # the form depends on the width, and the height on the form
        heights = [_height(card, width) for card in self._cards]
        total = sum(heights) + gap * max(0, len(heights) - 1)
        for form in (Card.set_tight, Card.set_compact):
            # A large card that can be answered stays large as long as it fits without its photo.
            is_alone = len(self._cards) == 1 and form is Card.set_compact
            if total > self.height() and self._cards and not is_alone:
                form(self._cards[0], True)
                heights[0] = _height(self._cards[0], width)
                total = sum(heights) + gap * (len(heights) - 1)
        top = max(0, (self.height() - total) // 2)
        for card, height in zip(self._cards, heights, strict=True):
            card.resize(width, min(height, max(1, self.height())))
            self._move(card, QPoint(margin, top))
            top += height + gap

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


def _height(card: Card, width: int) -> int:
    layout = card.layout()
    assert layout is not None
    layout.invalidate()
    return layout.totalHeightForWidth(width)
