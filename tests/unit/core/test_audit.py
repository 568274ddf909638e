from __future__ import annotations

import hmac
import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attendance.core.audit import (
    GENESIS,
    ChainRow,
    EntrySeal,
    Head,
    canonical_json,
    check_chain,
    entry_body,
    entry_hash,
    parse_body,
    person_mark,
    row_digest,
)
from attendance.core.log_end.head import SealedHead, compare_with_head, open_head, seal_head

START = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
KEY = bytes(range(32))
SEAL = EntrySeal(KEY, b"log")


def chain_of(number: int, *, note: str = "") -> list[ChainRow]:
    rows: list[ChainRow] = []
    last = GENESIS
    for seq in range(1, number + 1):
        body = entry_body(
            seq=seq,
            at_utc=START + timedelta(minutes=seq),
            actor="kiosk",
            action="check_in",
            subject=f"e{seq}",
            data={"note": note},
        ).encode()
        before, last = last, entry_hash(last, body)
        rows.append((seq, body, before, last, SEAL.of(last)))
    return rows


def head_of(rows: list[ChainRow]) -> Head:
    return Head(len(rows), rows[-1][3] if rows else GENESIS)


def first_bad(rows: list[ChainRow], head: Head) -> int | None:
    end, finding = check_chain(rows)
    if finding is None:
        hashes = {row[0]: row[3] for row in rows}
        finding = compare_with_head(end, head, hashes.get(head.count))
    return None if finding is None else finding.seq


CHAIN = chain_of(12)
HEAD = head_of(CHAIN)
POSITIONS = st.integers(0, len(CHAIN) - 1)


def test_that_json_is_written_in_one_way_only() -> None:
    assert canonical_json({"b": [1, 0.5, None], "a": "Zoë"}) == '{"a":"Zo\\u00eb","b":[1,0.5,null]}'
    with pytest.raises(ValueError, match="JSON"):
        canonical_json(float("nan"))


def test_that_a_body_comes_back_as_the_entry() -> None:
    entry = parse_body(CHAIN[4][1].decode())
    assert (entry.seq, entry.at_utc, entry.actor, entry.action, entry.subject, entry.data) == (
        5,
        START + timedelta(minutes=5),
        "kiosk",
        "check_in",
        "e5",
        {"note": ""},
    )
    with pytest.raises(ValueError, match="aware"):
        entry_body(seq=1, at_utc=START.replace(tzinfo=None), actor="", action="", subject="", data={})
    for text in ("", "[]", "{}", '{"seq": 1}'):
        with pytest.raises(ValueError):  # noqa: PT011 - the words of json differ between versions
            parse_body(text)


def test_that_the_hash_is_sha256_over_the_hash_before_and_the_body() -> None:
    # (head -c 32 /dev/zero; printf '{"a":1}') | sha256sum
    expected = "b06a229070741292512e8760f470dd7a4c46ccfdf253df781d88dabe58c1ccb1"
    assert entry_hash(GENESIS, b'{"a":1}').hex() == expected


def test_that_an_untouched_chain_is_whole() -> None:
    assert check_chain(CHAIN) == (HEAD, None)
    assert check_chain([]) == (Head(0, GENESIS), None)
    assert check_chain(CHAIN[5:], after=Head(5, CHAIN[4][3])) == (HEAD, None)
    assert first_bad(CHAIN, HEAD) is None


@given(POSITIONS, st.integers(1, 3), st.data())
def test_that_any_changed_byte_of_any_column_is_found_in_its_row(at: int, column: int, data: st.DataObject) -> None:
    row = list(CHAIN[at])
    value = row[column]
    assert isinstance(value, bytes)
    place = data.draw(st.integers(0, len(value) - 1))
    row[column] = value[:place] + bytes([value[place] ^ data.draw(st.integers(1, 255))]) + value[place + 1 :]
    assert first_bad([*CHAIN[:at], tuple(row), *CHAIN[at + 1 :]], HEAD) == at + 1  # type: ignore[list-item]


@given(POSITIONS)
def test_that_a_row_written_anew_with_its_hash_is_found(at: int) -> None:
    seq, _, before, _, _ = CHAIN[at]
    body = entry_body(seq=seq, at_utc=START, actor="me", action="check_in", subject="x", data={}).encode()
    forged = (seq, body, before, entry_hash(before, body), None)
    assert first_bad([*CHAIN[:at], forged, *CHAIN[at + 1 :]], HEAD) == at + 1


@given(POSITIONS, st.integers(1, 4), st.booleans())
def test_that_removed_rows_are_found_also_when_the_rest_is_renumbered(at: int, number: int, renumber: bool) -> None:
    number = min(number, len(CHAIN) - at)
    rest = CHAIN[at + number :]
    if renumber:
        rest = [(seq - number, *row) for seq, *row in rest]  # type: ignore[misc]
    assert first_bad([*CHAIN[:at], *rest], HEAD) == at + 1


@given(POSITIONS, POSITIONS)
def test_that_two_swapped_rows_are_found(one: int, other: int) -> None:
    rows = list(CHAIN)
    rows[one], rows[other] = (one + 1, *CHAIN[other][1:]), (other + 1, *CHAIN[one][1:])
    assert first_bad(rows, HEAD) == (None if one == other else min(one, other) + 1)


@given(st.integers(0, len(CHAIN) - 1))
def test_that_a_cut_end_is_found_by_the_head_only(kept: int) -> None:
    assert check_chain(CHAIN[:kept])[1] is None
    assert first_bad(CHAIN[:kept], HEAD) == kept + 1


def test_that_a_chain_made_anew_is_found_by_the_head_only() -> None:
    other = chain_of(len(CHAIN) + 2, note="forged")
    assert check_chain(other)[1] is None
    assert first_bad(other, HEAD) == HEAD.count


def test_that_rows_behind_the_head_are_no_fault() -> None:
    assert first_bad(CHAIN, head_of(CHAIN[:7])) is None


@pytest.mark.parametrize("column", [1, 2, 3])
@pytest.mark.parametrize("value", [None, "text", 5])
def test_that_a_value_of_another_type_is_found(column: int, value: object) -> None:
    row: list[object] = list(CHAIN[2])
    row[column] = value
    end, finding = check_chain([*CHAIN[:2], tuple(row), *CHAIN[3:]])  # type: ignore[list-item]
    assert finding is not None
    assert (end.count, finding.seq) == (2, 3)


def test_that_a_row_before_the_first_is_found() -> None:
    end, finding = check_chain([(0, b"{}", GENESIS, GENESIS, None), *CHAIN])
    assert finding is not None
    assert (end.count, finding.seq) == (0, 0)


def test_that_a_finding_tells_the_time() -> None:
    _, finding = check_chain([*CHAIN[:3], *CHAIN[4:]])
    assert finding is not None
    assert finding.at == "2026-03-02T08:03:00.000000Z"  # of the last entry before the gap


def test_that_a_head_opens_with_its_key_only_and_unchanged_only() -> None:
    head = SealedHead(HEAD, b"l" * 16, 3, 7)
    text = seal_head(head, KEY)
    assert open_head(text, KEY) == open_head(text, None) == head
    with pytest.raises(ValueError, match="another key"):
        open_head(text, bytes(32))
    for field, value in (
        ("count", 11),
        ("hash", "00" * 32),
        ("version", 1),
        ("version", 3),
        ("log", ""),
        ("since", 1),
        ("revision", 6),
        ("mac", "0"),
    ):
        changed = json.dumps({**json.loads(text), field: value})
        with pytest.raises(ValueError, match="head"):
            open_head(changed, KEY)
    for broken in ("", "[]", "{}", "nonsense", text[:-20]):
        with pytest.raises(ValueError):  # noqa: PT011 - the words of json differ between versions
            open_head(broken, KEY)


def test_that_a_head_of_the_version_without_seals_is_read() -> None:
    fields = {"count": 12, "hash": HEAD.last_hash.hex(), "version": 1}
    mac = hmac.digest(KEY, canonical_json(fields).encode(), "sha256").hex()
    found = open_head(json.dumps({**fields, "mac": mac}), KEY)
    assert (found, found.is_sealing) == (SealedHead(HEAD), False)


def test_that_entries_made_without_the_key_are_found_whoever_continues_them() -> None:
    assert check_chain(CHAIN, seal=SEAL) == (HEAD, None)
    for seal in (EntrySeal(bytes(32), SEAL.log_id), EntrySeal(KEY, b"another log")):
        body = b"{}"
        forged = (13, body, HEAD.last_hash, entry_hash(HEAD.last_hash, body))
        for mac in (None, seal.of(forged[3]), CHAIN[11][4]):
            behind = entry_hash(forged[3], b"[]")
            rows = [*CHAIN, (*forged, mac), (14, b"[]", forged[3], behind, SEAL.of(behind))]
            assert check_chain(rows)[1] is None
            end, finding = check_chain(rows, seal=SEAL)
            assert finding is not None
            assert (end, finding.seq) == (HEAD, 13)


def test_that_entries_before_the_first_sealed_one_need_no_seal() -> None:
    rows = [(*row[:4], None) if row[0] < 5 else row for row in CHAIN]
    assert check_chain(rows, seal=EntrySeal(KEY, b"log", since=5))[1] is None
    finding = check_chain(rows, seal=EntrySeal(KEY, b"log", since=4))[1]
    assert finding is not None
    assert finding.seq == 4


def test_that_marks_tell_nothing_without_the_salt() -> None:
    marks = {person_mark(salt, subject) for salt in (b"a" * 16, b"b" * 16) for subject in ("e1", "e2")}
    assert len(marks) == 4
    assert person_mark(b"a" * 16, "e1") in marks
    assert row_digest(["x"], b"a") != row_digest(["x"], b"b") != row_digest(["x"])
