"""Whether enrolment crops are kept."""

from __future__ import annotations

import pytest

from attendance.services.people.crop_keeping import CropKeeping
from tests.in_memory import InMemorySettings


@pytest.mark.parametrize("default", [True, False])
def test_that_the_settings_file_decides_until_somebody_chooses(default: bool) -> None:
    settings = InMemorySettings()
    keeping = CropKeeping(settings, default=default)
    assert keeping.is_on() is default
    assert settings.values == {}
    keeping.choose(not default)
    assert keeping.is_on() is not default
    keeping.choose(default)
    assert keeping.is_on() is default
    assert CropKeeping(settings, default=not default).is_on() is default
