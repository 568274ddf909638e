from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attendance.shown_text import masked, one_line, shown_address

_SECRET = st.text(st.characters(codec="ascii", exclude_characters="@\n"), min_size=1, max_size=12).map(
    lambda text: f"geheim{text}"
)


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("rtsp://10.0.0.5:554/main", "rtsp://10.0.0.5:554/main"),
        ("rtsp://admin:secret@10.0.0.5:554/main", "rtsp://10.0.0.5:554/main"),
        ("rtsp://admin:se/c?r#e@t@10.0.0.5/main", "rtsp://10.0.0.5/main"),
        ("http://cam/video.cgi?user=admin&pwd=secret", "http://cam/video.cgi"),
        ("http://cam/video#secret", "http://cam/video"),
        ("rtsp://cam:554/user=admin_password=x_channel=1_stream=0.sdp", "rtsp://cam:554/…"),
        ("https://[::1]:8443/a/b", "https://[::1]:8443/a/b"),
        ("not an address", "not an address"),
        ("admin:ge@heim@10.0.0.5:554/main", "…@10.0.0.5:554/main"),
        ("rtsp:/u:geheim@cam/x", "…@cam/x"),
        ("rtsp//u:geheim@cam/x", "…@cam/x"),
        ("rtsp://u:geheim%40cam:1/x", "rtsp://cam:1/x"),
        ("http://cam/snapshot&pwd:geheim", "http://cam/snapshot"),
        ("rtsp://cam/x&password%3Dgeheim", "rtsp://cam/x"),
        ("cam.local/cgi?password=geheim", "cam.local/cgi"),
        ("rtsp://u:geheim\uff20cam/x", "rtsp://cam/x"),
        ("/home/ann@office/door.mp4", "/home/ann@office/door.mp4"),
        ("C:\\videos\\door.mp4", "C:\\videos\\door.mp4"),
        ("0", "0"),
        ("", ""),
    ],
)
def test_that_an_address_is_shown_without_its_secrets(address: str, public: str) -> None:
    assert shown_address(address) == public


@given(_SECRET)
def test_that_no_password_is_shown_however_it_is_written(secret: str) -> None:
    for address in (f"rtsp://u:{secret}@cam/a", f"http://cam/a?p={secret}", f"rtsp://cam/user=u_password={secret}"):
        assert "geheim" not in shown_address(address)


# --- within other words ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "public"),
    [
        ("No camera found at rtsp://u:geheim@cam/x.", "No camera found at rtsp://cam/x."),
        ('camera.source: "rtsp://u:geheim@cam/x?p=geheim" is wrong', 'camera.source: "rtsp://cam/x" is wrong'),
        ("two: rtsp://u:geheim@a/1, http://b/c?token=geheim!", "two: rtsp://a/1, http://b/c"),
        ("rtsp://u:ge heim@cam/x", "rtsp://cam/x"),
        ("rtsp:/u:geheim@cam/x is not a folder", "rtsp://cam/x is not a folder"),  # what a path makes of an address
        ("C:/videos/a=b/door@home.mp4", "C:/videos/a=b/door@home.mp4"),
        ("a licence: https://example.org/by-nc/4.0/#terms", "a licence: https://example.org/by-nc/4.0/#terms"),
        ("mail ann@example.org about http://localhost:80/x", "mail ann@example.org about http://localhost:80/x"),
        ("no address at all, a=b", "no address at all, a=b"),
    ],
)
def test_that_addresses_within_a_text_lose_their_secrets(text: str, public: str) -> None:
    assert masked(text) == public


@given(_SECRET.filter(lambda secret: not set(secret) & set(" \t\"'<>/") and secret.isprintable()))
def test_that_no_password_within_a_sentence_is_shown(secret: str) -> None:
    assert "geheim" not in masked(f"The camera rtsp://u:{secret}@cam/a cannot be used: it is busy.")


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("Zoë 李", "Zoë 李"),
        ("a\nb\r\tc", r"a\nb\r\tc"),
        ("\x1b[2J\x9bm\x07", r"\x1b[2J\x9bm\x07"),
        ("evil\u202egpj.exe\u2066\u2028\ufeff", r"evil\u202egpj.exe\u2066\u2028\ufeff"),
        ("\udc80", r"\udc80"),
        ("می\u200cخواهم", "می\u200cخواهم"),  # joiners belong to the writing
        ("no-break\u00a0space, 👩\u200d💻", "no-break\u00a0space, 👩\u200d💻"),
    ],
)
def test_that_what_a_terminal_obeys_is_written_out(text: str, line: str) -> None:
    assert one_line(text) == line


@given(st.text())
def test_that_one_line_is_one_line_and_stays_as_it_is(text: str) -> None:
    line = one_line(text)
    assert len(line.splitlines()) <= 1
    assert one_line(line) == line
