"""A desk where people are enrolled."""

from __future__ import annotations

import pytest

from tests.unit.services.people.desk import Enrolment


@pytest.fixture
def desk() -> Enrolment:
    return Enrolment()
