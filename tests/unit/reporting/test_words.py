"""Whatever the reports can show has a word in both languages."""

from __future__ import annotations

import pytest

from attendance.core.report_table import Column
from attendance.reporting.words import heading_of, sentence, title_of, word_of
from attendance.services.reports.kind import ReportKind
from attendance.services.reports.registry import KIND_BY_NAME, KINDS

LANGUAGES = ("en", "zh_CN")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", KINDS, ids=list(KIND_BY_NAME))
def test_that_every_report_has_its_words(kind: ReportKind, language: str) -> None:
    assert title_of(kind.name, language)
    for form in (kind, *kind.presets.values()):
        for column in form.columns:
            assert heading_of(column, language) != column.key
            if column.vocabulary:
                assert word_of(column.vocabulary, "no such word", language) == "no such word"
    if kind.legend:
        assert sentence(kind.legend, language)
    for chart in kind.charts:
        assert sentence(chart, language)
        assert sentence(f"{chart} unit", language)


def test_that_what_somebody_typed_stays_as_it_was_typed() -> None:
    assert word_of("reason", "bus; strike", "zh_CN") == "bus; strike"
    assert word_of("flag", "late;left_early", "en") == "late, left early"


def test_that_a_column_without_words_shows_its_key() -> None:
    assert heading_of(Column("no_such_column"), "en") == "no_such_column"
