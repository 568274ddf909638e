"""Every error says what happened, where, and what to do."""

from __future__ import annotations

import json
import re
import string

import pytest

from attendance.errors import AttendanceError, Reason
from attendance.errors.storage import StorageError
from tests.reasons_in_code import error_classes

CLASSES = error_classes()


def _facts(cls: type[AttendanceError]) -> dict[str, object]:
    """A value for every placeholder; numbers where the format asks for one."""
    facts: dict[str, object] = {}
    for text in (cls.template, cls.hint_template):
        for _, name, spec, _ in string.Formatter().parse(text):
            if name:
                facts[name] = 0.5 if spec else facts.get(name, f"<{name}>")
    return facts


def test_that_the_tree_is_found() -> None:
    assert len(CLASSES) > 40


def test_that_no_two_errors_share_a_code() -> None:
    codes = [cls.code for cls in CLASSES]
    assert len(set(codes)) == len(codes)


@pytest.mark.parametrize("cls", CLASSES, ids=lambda c: c.__name__)
def test_that_an_error_fills_its_sentence_and_hint(cls: type[AttendanceError]) -> None:
    facts = _facts(cls)
    error = cls(**facts)
    assert re.fullmatch(r"[A-Z]{3}-\d\d", error.code)
    assert str(error) == error.user_text
    for text in (error.user_text, error.hint):
        assert text
        assert "{" not in text
    for name, value in facts.items():
        shown = f"{value:.2f}" if isinstance(value, float) else str(value)
        assert shown in error.user_text + error.hint, name
    assert error.facts == facts


@pytest.mark.parametrize("cls", CLASSES, ids=lambda c: c.__name__)
def test_that_a_hint_is_a_sentence_and_needs_no_fact_that_the_template_lacks(cls: type[AttendanceError]) -> None:
    names = [{n for _, n, _, _ in string.Formatter().parse(t) if n} for t in (cls.template, cls.hint_template)]
    assert names[1] <= names[0]
    assert cls.hint_template.endswith(".")


@pytest.mark.parametrize("reason", ["no space", "no space."])
def test_that_sentence_and_hint_stay_two_sentences_on_one_line(reason: str) -> None:
    line = StorageError(path="a.db", reason=Reason.quoted(reason)).one_line
    assert line == "a.db: no space. Nothing was changed. Check the disk and try again."


@pytest.mark.parametrize("cls", CLASSES, ids=lambda c: c.__name__)
def test_that_a_forgotten_fact_fails_where_the_error_is_raised(cls: type[AttendanceError]) -> None:
    facts = _facts(cls)
    needed = [n for _, n, _, _ in string.Formatter().parse(cls.template) if n]
    del facts[needed[0]]
    with pytest.raises((KeyError, TypeError)):  # the errors of training name their facts as arguments
        cls(**facts)


@pytest.mark.parametrize("cls", CLASSES, ids=lambda c: c.__name__)
def test_that_a_family_shares_the_letters_of_its_code(cls: type[AttendanceError]) -> None:
    if cls is AttendanceError or AttendanceError in cls.__bases__:
        return
    assert cls.code[:3] == cls.__bases__[0].code[:3]


def test_that_a_reason_travels_as_json() -> None:
    inner = Reason("no connection ({cause})", cause=Reason.quoted("a {brace}"))
    reason = Reason("{path}: {cause} {names} {count}", path="/a", cause=inner, names=["x", "y"], count=2)
    assert str(reason) == "/a: no connection (a {brace}) x, y 2"
    travelled = Reason.from_data(json.loads(json.dumps(reason.as_data())))
    assert travelled == reason
    assert str(travelled) == str(reason)


@pytest.mark.parametrize(
    "data",
    [
        None,
        "text",
        {},
        {"template": 3},
        {"template": "{a}"},
        {"template": "{a", "values": {}},
        {"template": "", "values": []},
    ],
)
def test_that_what_is_no_reason_is_refused(data: object) -> None:
    with pytest.raises(ValueError, match="reason"):
        Reason.from_data(data)


def test_that_the_values_of_a_reason_can_be_changed_also_inside() -> None:
    inner = Reason("{path} cannot be read", path="/tmp/x")
    reason = Reason("the manifest is wrong: {cause}", cause=inner)
    assert str(reason.mapped(lambda value: str(value).replace("/tmp", "pack"))).endswith("pack/x cannot be read")


def test_that_sentence_and_hint_can_be_told_elsewhere() -> None:
    sentence, hint = StorageError(path="a.db", reason=Reason("it is empty")).as_reasons
    assert (str(sentence), str(hint)) == ("a.db: it is empty", "Nothing was changed. Check the disk and try again.")
