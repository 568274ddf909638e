"""Frozen settings read from ``config.toml``; only the composition root reads them.

Every key has a unit, a range and a default; an unknown key or a value out of range is a ConfigError that
names file and key. A missing file means all defaults.
"""

from __future__ import annotations

import dataclasses
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from attendance.errors import Reason
from attendance.errors.settings import ConfigError
from attendance.languages import LANGUAGES
from attendance.text_file import read_text


def _key(default: Any, *, low: float | None = None, high: float | None = None, choices: tuple[str, ...] = ()) -> Any:
    return field(default=default, metadata={"low": low, "high": high, "choices": choices})


_MOST_WHOLE = 2**53
"""Whole numbers up to this are exact as a float."""


@dataclass(frozen=True, slots=True)
class CameraSettings:
    """Section [camera].

    Attributes:
        source: camera index, device path, rtsp:// or http:// address, video file or folder of pictures.
        width_px: asked-for width.
        height_px: asked-for height.
        fps: asked-for frames per second.
        backend: OpenCV backend name (any, v4l2, dshow, msmf, avfoundation).
    """

    source: str = _key("0")
    width_px: int = _key(1280, low=160, high=7680)
    height_px: int = _key(720, low=120, high=4320)
    fps: int = _key(30, low=1, high=120)
    backend: str = _key("any", choices=("any", "v4l2", "dshow", "msmf", "avfoundation"))


@dataclass(frozen=True, slots=True)
class RecognitionSettings:
    """Section [recognition].

    Attributes:
        provider: auto takes CUDA when it works, else CPU; cuda insists; cpu never tries.
        threads: onnxruntime threads; 0 = cores minus one, at least one.
        min_eye_distance_px: smaller faces are "too far".
        security: which false-accept rate the threshold aims at (see core.recognition.thresholds).
        threshold: cosine; 0 = from the pack's calibration, roster size and security level.
        margin: least cosine gap to the best other person.
        votes: agreeing frames needed.
        window: frames looked back on.
        max_attempts: judged frames of one track before it is called unknown or unsure.
        retry_after_s: seconds until such a track is judged anew.
    """

    provider: str = _key("auto", choices=("auto", "cpu", "cuda"))
    threads: int = _key(0, low=0, high=64)
    min_eye_distance_px: float = _key(28.0, low=8, high=400)
    security: str = _key("normal", choices=("relaxed", "normal", "strict"))
    threshold: float = _key(0.0, low=0.0, high=1.0)
    margin: float = _key(0.05, low=0.0, high=1.0)
    votes: int = _key(3, low=1, high=20)
    window: int = _key(5, low=1, high=60)
    max_attempts: int = _key(12, low=1, high=200)
    retry_after_s: float = _key(3.0, low=0.0, high=60.0)


@dataclass(frozen=True, slots=True)
class AttendanceSettings:
    """Section [attendance].

    Attributes:
        cool_down_min: minutes in which another sighting is "already in", not an event.
        max_shift_h: hours after which the next sighting is IN again.
        zone: IANA zone of the site; "" = the computer's own.
        two_person_rule: whoever asks for a correction cannot approve it.
        door_mode: where the direction comes from: the shift and the last event, buttons, or this door (in, out).
    """

    cool_down_min: float = _key(5.0, low=0.0, high=720.0)
    max_shift_h: float = _key(15.0, low=1.0, high=48.0)
    zone: str = _key("")
    two_person_rule: bool = _key(False)
    door_mode: str = _key("auto", choices=("auto", "manual", "in", "out"))


@dataclass(frozen=True, slots=True)
class KioskSettings:
    """Section [kiosk].

    Attributes:
        company: shown on the idle screen.
        door: name of this door, shown and stored with check-ins.
        language: first language of the screen.
        theme: colours; auto follows the system.
        welcome_s: how long a card stays, seconds.
        voice: what somebody is asked to do is also spoken, by the system's speech program.
    """

    company: str = _key("")
    door: str = _key("Main entrance")
    language: str = _key("auto", choices=("auto", *LANGUAGES))
    theme: str = _key("auto", choices=("auto", "light", "dark"))
    welcome_s: float = _key(3.0, low=1.0, high=30.0)
    voice: bool = _key(False)


@dataclass(frozen=True, slots=True)
class EntrySettings:
    """Section [entry]: who is let in by what at this door.

    Attributes:
        mode: face looks for everybody (1:N); in confirm badge or PIN names the person and the face confirms it (1:1);
            pin takes PIN and badge only.
        badge_alone: a badge is enough, although it can be photographed.
        badge_pin: a badge and the PIN are enough.
        badge_face: a badge and the face are enough.
        refusals: faces refused in a row after which PIN and badge are offered; 0 = never by itself.
        look_alikes: people whom the recognizer can hardly tell apart are asked for the PIN after the face.
    """

    mode: str = _key("face", choices=("face", "confirm", "pin"))
    badge_alone: bool = _key(False)
    badge_pin: bool = _key(True)
    badge_face: bool = _key(True)
    refusals: int = _key(3, low=0, high=100)
    look_alikes: bool = _key(True)


@dataclass(frozen=True, slots=True)
class StorageSettings:
    """Section [storage].

    Attributes:
        key_store: where the key lives: auto takes the system keyring when there is one, else a 0600 file.
        keep_crops: keep aligned enrolment crops, so that a new model needs no new photographs.
    """

    key_store: str = _key("auto", choices=("auto", "keyring", "file"))
    keep_crops: bool = _key(True)


@dataclass(frozen=True, slots=True)
class WebhookSettings:
    """Section [webhook]; address and secret are set with ``attendance webhook``, not here.

    Attributes:
        timeout_s: longest wait for the receiver, seconds.
        longest_wait_min: longest pause between two attempts, minutes.
        ca_file: PEM file of certificates to trust instead of the system's; "" = the system's.
    """

    timeout_s: float = _key(10.0, low=1.0, high=120.0)
    longest_wait_min: float = _key(60.0, low=1.0, high=1440.0)
    ca_file: str = _key("")


@dataclass(frozen=True, slots=True)
class MailSettings:
    """Section [mail]; the password is set with ``attendance mail password``, not here.

    Attributes:
        host: mail server; "" = no mail.
        port: 587 for starttls, 465 for tls.
        security: none only to this computer.
        user: account; "" = without log-in.
        sender: address that mails come from.
        ca_file: see [webhook].
        timeout_s: longest wait for the server, seconds.
    """

    host: str = _key("")
    port: int = _key(587, low=1, high=65535)
    security: str = _key("starttls", choices=("starttls", "tls", "none"))
    user: str = _key("")
    sender: str = _key("")
    ca_file: str = _key("")
    timeout_s: float = _key(30.0, low=1.0, high=300.0)


@dataclass(frozen=True, slots=True)
class RelaySettings:
    """Section [relay]: what opens the door after a saved check-in.

    Attributes:
        kind: how.
        directions: which check-ins open it: in, out, break_start, break_end, separated by commas.
        methods: by what the person has to be known: face, pin, badge, badge+pin, badge+face, pin+face, likewise.
        command: program and arguments, quoted as in a POSIX shell but run without one.
        device: serial port.
        baud: bits per second.
        send_hex: bytes to write, hexadecimal, blanks allowed.
        address: of a web request: https, or http in the local network.
        method: of a web request.
        body: text of a POST.
        timeout_s: longest wait, seconds.
    """

    kind: str = _key("none", choices=("none", "command", "serial", "http"))
    directions: str = _key("in")
    methods: str = _key("face,badge+pin,badge+face,pin+face")
    command: str = _key("")
    device: str = _key("")
    baud: int = _key(9600, low=50, high=4_000_000)
    send_hex: str = _key("")
    address: str = _key("")
    method: str = _key("post", choices=("get", "post"))
    body: str = _key("")
    timeout_s: float = _key(5.0, low=0.1, high=60.0)


@dataclass(frozen=True, slots=True)
class Settings:
    """All sections."""

    camera: CameraSettings = field(default_factory=CameraSettings)
    recognition: RecognitionSettings = field(default_factory=RecognitionSettings)
    attendance: AttendanceSettings = field(default_factory=AttendanceSettings)
    kiosk: KioskSettings = field(default_factory=KioskSettings)
    entry: EntrySettings = field(default_factory=EntrySettings)
    storage: StorageSettings = field(default_factory=StorageSettings)
    webhook: WebhookSettings = field(default_factory=WebhookSettings)
    mail: MailSettings = field(default_factory=MailSettings)
    relay: RelaySettings = field(default_factory=RelaySettings)


def load_settings(path: Path) -> Settings:
    """Read a settings file.

    Args:
        path: ``config.toml``; a missing file gives the defaults.

    Raises:
        ConfigError: not readable, no text, not TOML, unknown section or key, wrong type, value out of range.
    """
    if not path.exists():
        return Settings()
    try:
        table = tomllib.loads(read_text(path, lambda reason: ConfigError(path=path, key="-", reason=reason)))
    except RecursionError as err:
        raise ConfigError(path=path, key="-", reason=Reason("nested too deeply")) from err
    except ValueError as err:  # TOML's own error, and Python's for a number of thousands of digits
        raise ConfigError(
            path=path, key="-", reason=Reason("not valid TOML ({cause})", cause=Reason.quoted(str(err)))
        ) from err
    sections = {f.name: f.default_factory for f in dataclasses.fields(Settings)}
    built: dict[str, Any] = {}
    for name, values in table.items():
        factory = sections.get(name)
        if factory is None or factory is dataclasses.MISSING:
            raise ConfigError(path=path, key=name, reason=Reason("unknown section; known: {names}", names=[*sections]))
        if not isinstance(values, Mapping):
            raise ConfigError(
                path=path, key=name, reason=Reason("must be a section, written {section}", section=f"[{name}]")
            )
        built[name] = _section(path, name, type(factory()), values)
    settings = Settings(**built)
    if settings.recognition.votes > settings.recognition.window:
        raise ConfigError(path=path, key="recognition.votes", reason=Reason("must not exceed recognition.window"))
    if settings.recognition.votes > settings.recognition.max_attempts:
        raise ConfigError(path=path, key="recognition.votes", reason=Reason("must not exceed recognition.max_attempts"))
    return settings


def _section(path: Path, name: str, cls: Any, values: Mapping[str, Any]) -> Any:
    known = {f.name: f for f in dataclasses.fields(cls)}
    checked: dict[str, Any] = {}
    for key, value in values.items():
        full = f"{name}.{key}"
        if key not in known:
            raise ConfigError(path=path, key=full, reason=Reason("unknown key; known: {names}", names=[*known]))
        checked[key] = _value(path, full, known[key], value)
    return cls(**checked)


def _value(path: Path, full: str, spec: dataclasses.Field[Any], value: Any) -> Any:
    wanted = type(spec.default)
    if wanted is float and type(value) is int and abs(value) < _MOST_WHOLE:
        value = float(value)
    if wanted is str and type(value) is int and full == "camera.source":
        value = str(value)  # `source = 0` is what everybody writes
    if type(value) is not wanted:
        raise ConfigError(
            path=path,
            key=full,
            reason=Reason("must be {wanted}, not {actual}", wanted=wanted.__name__, actual=type(value).__name__),
        )
    low, high, choices = spec.metadata["low"], spec.metadata["high"], spec.metadata["choices"]
    if choices and value not in choices:
        raise ConfigError(path=path, key=full, reason=Reason("must be one of {names}", names=[*choices]))
    # "not (low <= value)" also refuses nan, which TOML can write.
    if (low is not None and not value >= low) or (high is not None and not value <= high):
        raise ConfigError(path=path, key=full, reason=Reason("must be from {low} to {high}", low=low, high=high))
    return value
