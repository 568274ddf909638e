from __future__ import annotations

from collections.abc import Callable

import pytest

from attendance.data.database import Database
from attendance.data.settings_repository import SqlSettings


def test_that_a_value_is_found_by_the_next_start(database: Database, open_database: Callable[..., Database]) -> None:
    settings = SqlSettings(database)
    assert settings.get("language", "auto") == "auto"
    settings.set("language", "en")
    settings.set("language", "zh_CN")
    database.close()
    assert SqlSettings(open_database()).get("language", "auto") == "zh_CN"


def test_that_an_empty_value_is_not_the_default(database: Database) -> None:
    settings = SqlSettings(database)
    settings.set("company", "")
    assert settings.get("company", "Acme") == ""


def test_that_the_values_of_the_storage_itself_are_protected(database: Database) -> None:
    with pytest.raises(ValueError, match="_key_id"):
        SqlSettings(database).set("_key_id", "0")
