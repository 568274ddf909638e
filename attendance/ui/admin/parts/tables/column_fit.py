"""The widths of a table's columns: as wide as their contents while there is room, one column takes what is left."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ColumnNeed:
    """What one column asks for, in pixels.

    Attributes:
        least: width of its title, and of short cells such as times and codes; it never gets less.
        contents: width of title and cells.
        most: what it gets at most while another column lacks room.
    """

    least: int
    contents: int
    most: int

    @property
    def wanted(self) -> int:
        """Width while another column lacks room."""
        return max(self.least, min(self.contents, self.most))


def fit_columns(available: int, needs: Mapping[int, ColumnNeed], *, taker: int, taker_least: int) -> dict[int, int]:
    """Share the width of a table among its columns.

    Everything is shown whole when it fits. Else columns with long cells give way down to ``most``, then all give way
    evenly down to ``least``, so that the taker keeps at least ``taker_least``; the taker's cells are cut last. What
    does not fit even so is scrolled to.

    Args:
        available: pixels of the table's viewport.
        needs: of the visible columns.
        taker: the column that takes what is left, such as the name.
        taker_least: pixels it should keep.

    Returns:
        Width by column.
    """
    own = needs[taker]
    others = {column: need for column, need in needs.items() if column != taker}
    own_least = max(own.least, min(own.contents, taker_least))
    widths = {column: need.contents for column, need in others.items()}
    if sum(widths.values()) + own.contents > available:
        widths = {column: need.wanted for column, need in others.items()}
    lacking = sum(widths.values()) + own_least - available
    if lacking > 0:
        slack = {column: widths[column] - need.least for column, need in others.items()}
        share = min(1.0, lacking / max(1, sum(slack.values())))
        widths = {column: width - math.ceil(slack[column] * share) for column, width in widths.items()}
    rest = available - sum(widths.values())
    for column, need in others.items():  # what the taker has no use for goes back
        more = max(0, min(need.contents - widths[column], rest - own.contents))
        widths[column] += more
        rest -= more
    widths[taker] = max(rest, own_least)
    return widths
