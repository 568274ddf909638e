"""Reading config.toml: defaults, and a named place for every mistake."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from attendance.config import Settings, load_settings
from attendance.errors.settings import ConfigError


def _write(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "config.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_that_a_missing_file_gives_the_defaults(tmp_path: Path) -> None:
    assert load_settings(tmp_path / "nowhere" / "config.toml") == Settings()


@pytest.mark.parametrize("text", ["", "# nothing set\n", "[camera]\n"])
def test_that_a_file_without_keys_gives_the_defaults(tmp_path: Path, text: str) -> None:
    assert load_settings(_write(tmp_path, text)) == Settings()


def test_that_every_default_would_be_accepted_from_a_file(tmp_path: Path) -> None:
    lines = []
    for section in dataclasses.fields(Settings):
        lines.append(f"[{section.name}]")
        for key, value in dataclasses.asdict(getattr(Settings(), section.name)).items():
            written = str(value).lower() if isinstance(value, bool) else repr(value).replace("'", '"')
            lines.append(f"{key} = {written}")
    assert load_settings(_write(tmp_path, "\n".join(lines))) == Settings()


def test_that_given_keys_are_taken_and_the_others_keep_their_defaults(tmp_path: Path) -> None:
    path = _write(
        tmp_path,
        '[camera]\nsource = "rtsp://door/1"\n[recognition]\nthreshold = 0.41\n[kiosk]\ncompany = "Übersee 海外"\n'
        "[storage]\nkeep_crops = false\n",
    )
    settings = load_settings(path)
    assert settings.camera.source == "rtsp://door/1"
    assert settings.camera.width_px == 1280
    assert settings.recognition.threshold == 0.41
    assert settings.kiosk.company == "Übersee 海外"
    assert settings.storage.keep_crops is False


def test_that_a_camera_number_may_be_written_without_quotes(tmp_path: Path) -> None:
    assert load_settings(_write(tmp_path, "[camera]\nsource = 1\n")).camera.source == "1"


def test_that_a_whole_number_is_taken_where_a_fraction_is_expected(tmp_path: Path) -> None:
    welcome_s = load_settings(_write(tmp_path, "[kiosk]\nwelcome_s = 5\n")).kiosk.welcome_s
    assert (welcome_s, type(welcome_s)) == (5.0, float)


@pytest.mark.parametrize(
    ("text", "value"),
    [("[camera]\nfps = 1\n", 1), ("[camera]\nfps = 120\n", 120)],
)
def test_that_the_ends_of_a_range_are_accepted(tmp_path: Path, text: str, value: int) -> None:
    assert load_settings(_write(tmp_path, text)).camera.fps == value


@pytest.mark.parametrize(
    ("text", "key", "reason"),
    [
        ("[camera]\nsoruce = 0\n", "camera.soruce", "unknown key; known: source"),
        ("[kamera]\nsource = 0\n", "kamera", "unknown section; known: camera"),
        ("camera = 3\n", "camera", "must be a section, written [camera]"),
        ("[[camera]]\nfps = 3\n", "camera", "must be a section"),
        ("fps = 30\n", "fps", "unknown section"),
        ('[camera]\nfps = "30"\n', "camera.fps", "must be int, not str"),
        ("[camera]\nfps = 30.0\n", "camera.fps", "must be int, not float"),
        ("[camera]\nfps = true\n", "camera.fps", "must be int, not bool"),
        ("[camera]\nsource = true\n", "camera.source", "must be str, not bool"),
        ("[kiosk]\ndoor = 3\n", "kiosk.door", "must be str, not int"),
        ("[kiosk]\nwelcome_s = true\n", "kiosk.welcome_s", "must be float, not bool"),
        ("[storage]\nkeep_crops = 1\n", "storage.keep_crops", "must be bool, not int"),
        ("[camera]\nfps = [30]\n", "camera.fps", "must be int, not list"),
        ("[camera]\nfps = 0\n", "camera.fps", "must be from 1 to 120"),
        ("[camera]\nfps = 121\n", "camera.fps", "must be from 1 to 120"),
        ("[recognition]\nthreshold = nan\n", "recognition.threshold", "must be from 0.0 to 1.0"),
        ("[recognition]\nthreshold = inf\n", "recognition.threshold", "must be from 0.0 to 1.0"),
        ("[recognition]\nthreshold = -0.1\n", "recognition.threshold", "must be from 0.0 to 1.0"),
        ('[recognition]\nsecurity = "lax"\n', "recognition.security", "must be one of relaxed, normal, strict"),
        ("[recognition]\nvotes = 6\n", "recognition.votes", "must not exceed recognition.window"),
        ("[recognition]\nmax_attempts = 2\n", "recognition.votes", "must not exceed recognition.max_attempts"),
        ("[camera\n", "-", "not valid TOML"),
        ("[camera]\nfps = 1\nfps = 2\n", "-", "not valid TOML"),
    ],
)
def test_that_a_mistake_is_named_with_file_and_key(tmp_path: Path, text: str, key: str, reason: str) -> None:
    path = _write(tmp_path, text)
    with pytest.raises(ConfigError) as caught:
        load_settings(path)
    assert caught.value.facts["key"] == key
    assert reason in str(caught.value.facts["reason"])
    assert str(path) in caught.value.user_text


def test_that_a_file_that_is_not_utf8_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_bytes("[kiosk]\ncompany = 'Müller'\n".encode("latin-1"))
    with pytest.raises(
        ConfigError, match=r"config\.toml, key -: line 2 has the byte 0xfc, which is not UTF-8; save it as UTF-8"
    ):
        load_settings(path)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_that_a_file_of_any_editor_is_read(tmp_path: Path, encoding: str, line_end: str) -> None:
    path = tmp_path / "config.toml"
    path.write_bytes(f"[kiosk]{line_end}company = 'Müller'{line_end}".encode(encoding))
    assert load_settings(path).kiosk.company == "Müller"


def test_that_a_path_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read"):
        load_settings(tmp_path)


def test_that_settings_cannot_be_changed() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        Settings().camera.fps = 5  # type: ignore[misc]


@pytest.mark.parametrize("mode", ["auto", "manual", "in", "out"])
def test_that_the_door_may_be_in_any_of_its_modes(tmp_path: Path, mode: str) -> None:
    path = tmp_path / "config.toml"
    path.write_text(f'[attendance]\ndoor_mode = "{mode}"\n', encoding="utf-8")

    assert load_settings(path).attendance.door_mode == mode


def test_that_an_unknown_mode_of_the_door_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text('[attendance]\ndoor_mode = "both"\n', encoding="utf-8")

    with pytest.raises(ConfigError, match=r"attendance\.door_mode"):
        load_settings(path)


@pytest.mark.parametrize(
    "text",
    ["a=" + "[" * 3000, "[attendance]\nmax_shift_h=" + "9" * 400, "[attendance]\nmax_shift_h=" + "9" * 5000],
    ids=["deep", "huge", "endless"],
)
def test_that_no_text_ends_in_a_traceback(tmp_path: Path, text: str) -> None:
    path = tmp_path / "config.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError):
        load_settings(path)
