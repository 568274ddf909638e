from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attendance.core.shown_address import shown_address

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
