"""How the columns of a table share its width."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from attendance.ui.admin.parts.tables.column_fit import ColumnNeed, fit_columns

NEEDS = {0: ColumnNeed(60, 200, 150), 1: ColumnNeed(50, 80, 100), 2: ColumnNeed(70, 300, 120)}


def test_that_everything_is_shown_whole_when_there_is_room() -> None:
    assert fit_columns(800, NEEDS, taker=0, taker_least=100) == {0: 420, 1: 80, 2: 300}


def test_that_long_cells_give_way_before_the_taker_is_cut() -> None:
    assert fit_columns(420, NEEDS, taker=0, taker_least=100) == {0: 200, 1: 80, 2: 140}


def test_that_room_the_taker_has_no_use_for_goes_to_long_cells() -> None:
    needs = {0: ColumnNeed(60, 80, 100), 1: ColumnNeed(60, 2000, 180)}

    assert fit_columns(1500, needs, taker=0, taker_least=60) == {0: 80, 1: 1420}


def test_that_all_give_way_evenly_down_to_their_least() -> None:
    widths = fit_columns(260, NEEDS, taker=0, taker_least=100)

    assert widths[0] >= 100
    assert 50 <= widths[1] < 80
    assert 70 <= widths[2] < 120


def test_that_a_table_that_is_too_narrow_is_scrolled_not_squeezed() -> None:
    assert fit_columns(100, NEEDS, taker=0, taker_least=100) == {0: 100, 1: 50, 2: 70}


def test_that_the_taker_keeps_its_title_before_the_others_keep_more_than_theirs() -> None:
    assert fit_columns(180, NEEDS, taker=2, taker_least=20) == {0: 60, 1: 50, 2: 70}


def test_that_nothing_is_scrolled_to_for_the_sake_of_a_pixel() -> None:
    needs = {0: ColumnNeed(50, 50, 50), **{n: ColumnNeed(10, 11, 11) for n in (1, 2, 3)}}
    assert sum(fit_columns(82, needs, taker=0, taker_least=50).values()) == 82


@given(
    st.integers(1, 4000),
    st.lists(st.tuples(st.integers(10, 300), st.integers(0, 900), st.integers(20, 400)), min_size=1, max_size=9),
    st.integers(20, 300),
)
def test_that_no_column_gets_less_than_its_least_and_the_whole_width_is_used(
    available: int, columns: list[tuple[int, int, int]], least: int
) -> None:
    needs = {n: ColumnNeed(title, title + more, most) for n, (title, more, most) in enumerate(columns)}

    widths = fit_columns(available, needs, taker=0, taker_least=least)

    assert widths.keys() == needs.keys()
    assert all(width >= needs[column].least for column, width in widths.items())
    assert sum(widths.values()) >= available or sum(widths.values()) >= sum(need.least for need in needs.values())
    own = max(needs[0].least, min(needs[0].contents, least))
    if own + sum(need.least for column, need in needs.items() if column) <= available:
        assert sum(widths.values()) <= available
    if sum(need.contents for need in needs.values()) <= available:
        assert all(width >= needs[column].contents for column, width in widths.items())
