"""The earlier default pack when something goes wrong on the way."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from attendance.core.types import PackInfo, Person, RecognizerChoice
from attendance.errors.storage import DiskFull
from attendance.services.recognizers.earlier_default import EARLIER_DEFAULT_SETTING, EarlierDefault
from tests.fakes import FakePack, InMemoryRoster, InMemorySettings

OLD, NEW = "bundled:000000000000", "bundled:111111111111"
ANN = Person(1, "a", "Ann", "", language="")


class Recognizers:
    """Ann is known to one recognizer, and no crop of her is kept."""

    def __init__(self, model_id: str) -> None:
        self.model_id, self.active, self.fails = model_id, "bundled", False
        self.candidate: str | None = None

    def choice(self) -> RecognizerChoice:
        return RecognizerChoice(self.active, self.candidate, None, None)

    def unknown_to(self, model_id: str) -> list[Person]:
        return [] if model_id == self.model_id else [ANN]

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

    def keep_default(self) -> None:
        if self.fails:
            raise DiskFull(path="models")

    def earlier_default(self, digits: str) -> Path | None:
        return Path("earlier") if digits == OLD.partition(":")[2] else None

    def import_pack(self, path: Path) -> PackInfo:
        return replace(FakePack().info, pack_id="earlier", model_id="earlier:000000000000")


def decider(recognizers: Recognizers, packs: Packs, settings: InMemorySettings) -> EarlierDefault:
    default = replace(FakePack().info, pack_id="bundled", model_id=NEW)
    return EarlierDefault(recognizers, settings, packs, default=lambda: default, load=FakePack)  # type: ignore[arg-type]


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
