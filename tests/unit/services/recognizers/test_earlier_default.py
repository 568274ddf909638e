"""The earlier default pack when something goes wrong on the way."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import replace
from pathlib import Path

import pytest

from attendance.core.types import ImageBgr, PackInfo, Person, RecognizerChoice
from attendance.errors.storage import DiskFull
from attendance.services.recognizers import background
from attendance.services.recognizers.earlier_default import AT_ONCE_CROPS, EARLIER_DEFAULT_SETTING, EarlierDefault
from tests.fakes import FakePack
from tests.in_memory import InMemoryRoster, InMemorySettings

OLD, NEW = "bundled:000000000000", "bundled:111111111111"
ANN = Person(1, "a", "Ann", "", language="")


class Recognizers:
    """Ann is known to one recognizer, and no crop of her is kept.

    Attributes:
        crops: that the other recognizers lack.
    """

    def __init__(self, model_id: str) -> None:
        self.model_id, self.active, self.fails = model_id, "bundled", False
        self.candidate: str | None = None
        self.crops = 0

    def choice(self) -> RecognizerChoice:
        return RecognizerChoice(self.active, self.candidate, None, None)

    def unknown_to(self, model_id: str) -> list[Person]:
        return [] if model_id == self.model_id else [replace(ANN, crop_count=self.crops)]

    def count_crops_without(self, model_id: str) -> int:
        return 0 if model_id == self.model_id else self.crops

    def has_templates_without_crops(self) -> bool:
        return True

    def models_of(self, pack_id: str) -> list[str]:
        return [self.model_id]

    def stay_with(self, model_id: str, kept_model_id: str, pack_id: str, *, expected: str) -> None:
        assert expected == self.active
        if self.fails:
            raise DiskFull(path="attendance.db")
        self.active = pack_id


class Packs:
    def __init__(self) -> None:
        self.fails = False
        self.copies = 0

    def keep_default(self) -> None:
        if self.fails:
            raise DiskFull(path="models")
        self.copies += 1

    def earlier_default(self, digits: str) -> Path | None:
        return Path("earlier") if digits == OLD.partition(":")[2] else None

    def import_pack(self, path: Path) -> PackInfo:
        return replace(FakePack().info, pack_id="earlier", model_id="earlier:000000000000")


def decider(recognizers: Recognizers, packs: Packs, settings: InMemorySettings) -> EarlierDefault:
    default = replace(FakePack().info, pack_id="bundled", model_id=NEW)
    return EarlierDefault(
        recognizers, settings, packs, default=lambda: default, load=lambda name: FakePack(NEW, pack_id=name)
    )  # type: ignore[arg-type]


def test_that_a_crash_on_the_way_to_the_earlier_pack_is_made_good_at_the_next_start() -> None:
    recognizers, settings = Recognizers(OLD), InMemorySettings()
    found = decider(recognizers, Packs(), settings)
    recognizers.fails = True
    with pytest.raises(DiskFull):
        found.settle(InMemoryRoster())
    assert recognizers.active == "bundled"
    assert found.trouble("bundled") is None
    recognizers.fails = False
    found.settle(InMemoryRoster())
    assert recognizers.active == "earlier"
    assert found.is_in_use("earlier")  # noted first: no crash leaves the earlier pack in use for good


def test_that_a_copy_that_cannot_be_made_does_not_keep_the_door_shut() -> None:
    packs, settings = Packs(), InMemorySettings()
    packs.fails = True
    decider(Recognizers(NEW), packs, settings).settle(InMemoryRoster())
    assert settings.get(EARLIER_DEFAULT_SETTING, "") == ""


def test_that_nobody_goes_back_to_a_recognizer_that_knows_no_more_people() -> None:
    recognizers = Recognizers("bundled:222222222222")  # Ann was enrolled with neither
    recognizers.models_of = lambda _pack_id: [OLD]  # type: ignore[method-assign]
    decider(recognizers, Packs(), InMemorySettings()).settle(InMemoryRoster())
    assert recognizers.active == "bundled"


def test_that_a_candidate_under_preparation_is_not_forgotten() -> None:
    recognizers, settings = Recognizers(NEW), InMemorySettings({EARLIER_DEFAULT_SETTING: "earlier"})
    recognizers.active, recognizers.candidate = "earlier", "mine"
    decider(recognizers, Packs(), settings).settle(InMemoryRoster())  # a switch would ask for what the fake lacks
    assert recognizers.active == "earlier"


def test_that_a_note_is_there_before_the_pack_is_in_use() -> None:
    recognizers, settings = Recognizers(OLD), InMemorySettings()
    recognizers.fails = True
    with pytest.raises(DiskFull):
        decider(recognizers, Packs(), settings).settle(InMemoryRoster())
    assert settings.get(EARLIER_DEFAULT_SETTING, "") == "earlier"


def test_that_looking_ahead_changes_nothing() -> None:
    recognizers, settings = Recognizers(OLD), InMemorySettings()
    assert decider(recognizers, Packs(), settings).going_back() == OLD
    assert recognizers.active == "bundled"
    assert settings.get(EARLIER_DEFAULT_SETTING, "") == ""
    assert decider(Recognizers(NEW), Packs(), settings).going_back() is None


# --- many kept crops ---------------------------------------------------------------------------------


class Switching(Recognizers):
    """Goes on to the new recognizer, whose templates of kept crops are there without being made."""

    def set_candidate(self, pack_id: str) -> None:
        self.candidate = pack_id

    def iter_crops_without(self, model_id: str) -> list[tuple[int, int, ImageBgr]]:
        return []

    def mark_prepared(self, pack_id: str, model_id: str) -> bool:
        return True

    def promote(self, pack_id: str, model_id: str, *, force: bool = False, overruled: Sequence[str] = ()) -> bool:
        assert self.candidate == pack_id
        self.active, self.candidate, self.model_id = "bundled", None, NEW
        return True

    def retire_older(self, pack_id: str, model_id: str) -> None:
        """Nothing to remove."""


@pytest.fixture
def beside(monkeypatch: pytest.MonkeyPatch) -> list[Callable[[], object]]:
    """Work that was started beside the door; a test runs it."""
    works: list[Callable[[], object]] = []

    def start(work: Callable[[], object], _name: str) -> Future[object]:
        works.append(work)
        return Future()

    monkeypatch.setattr(background, "start_in_background", start)
    return works


def test_that_the_door_opens_with_the_recognizer_that_knows_people_while_crops_are_embedded(
    beside: list[Callable[[], object]],
) -> None:
    recognizers, settings = Switching(OLD), InMemorySettings()
    recognizers.crops = AT_ONCE_CROPS + 1
    found = decider(recognizers, Packs(), settings)
    found.settle(InMemoryRoster())
    assert recognizers.active == "earlier"
    assert found.trouble("earlier") is None  # nobody has to do anything
    found.settle(InMemoryRoster())  # the door was opened anew meanwhile
    (work,) = beside
    work()
    assert recognizers.active == "bundled"
    assert settings.get(EARLIER_DEFAULT_SETTING, "") == ""  # whoever rolls back stays there


def test_that_work_that_was_cut_short_goes_on_at_the_next_start(beside: list[Callable[[], object]]) -> None:
    recognizers, settings = Switching(OLD), InMemorySettings()
    recognizers.crops = AT_ONCE_CROPS + 1
    decider(recognizers, Packs(), settings).settle(InMemoryRoster())
    recognizers.candidate = "bundled"  # noted before the power failed
    decider(recognizers, Packs(), settings).settle(InMemoryRoster())
    assert len(beside) == 2


def test_that_a_few_crops_do_not_bring_the_earlier_recognizer_back(beside: list[Callable[[], object]]) -> None:
    recognizers = Switching(OLD)
    recognizers.crops = AT_ONCE_CROPS
    decider(recognizers, Packs(), InMemorySettings()).settle(InMemoryRoster())
    assert recognizers.active == "bundled"
    assert not beside


def test_that_a_few_crops_do_not_hold_up_the_switch(beside: list[Callable[[], object]]) -> None:
    recognizers, settings = Switching(OLD), InMemorySettings({EARLIER_DEFAULT_SETTING: "earlier"})
    recognizers.active, recognizers.crops = "earlier", AT_ONCE_CROPS
    decider(recognizers, Packs(), settings).settle(InMemoryRoster())
    assert recognizers.active == "bundled"
    assert not beside


@pytest.mark.parametrize(("crops", "copies"), [(AT_ONCE_CROPS, 0), (AT_ONCE_CROPS + 1, 1)])
def test_that_a_copy_is_kept_where_the_next_default_could_not_follow_at_once(
    monkeypatch: pytest.MonkeyPatch, crops: int, copies: int
) -> None:
    recognizers, roster, packs = Recognizers(NEW), InMemoryRoster(), Packs()
    monkeypatch.setattr(recognizers, "has_templates_without_crops", lambda: False)
    monkeypatch.setattr(roster, "list_people", lambda: [replace(ANN, crop_count=crops)])
    decider(recognizers, packs, InMemorySettings()).settle(roster)
    assert packs.copies == copies
