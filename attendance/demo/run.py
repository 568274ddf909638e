"""`attendance demo`: the main job from photographs to CSV, checked against what was really shown."""

from __future__ import annotations

import csv
import shutil
import threading
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

from attendance.composition.application import Application
from attendance.core.plain_words import counted
from attendance.core.types import DecisionKind
from attendance.demo.people import DemoPerson, load_people, write_photos
from attendance.demo.stream import PhotographStream
from attendance.errors import AttendanceError, Reason
from attendance.errors.reports import ReportError
from attendance.file_errors import storage_error
from attendance.log_file import configure_logging
from attendance.services.door.decision_printer import DecisionPrinter
from attendance.services.door.listener import DecisionNotice
from attendance.services.reports.service import ReportRequest

_MARKER = ".attendance-demo"
_ROSTER = "people.csv"
_WHO_WIDTH = 32
_SETTINGS = """\
[kiosk]
company = "Harbour & Finch"
language = "en"
theme = "dark"

[storage]
key_store = "file"
"""
_REFUSALS = (DecisionKind.UNKNOWN, DecisionKind.UNSURE)

Echo = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Shown:
    """One decision and who was really in front of the camera.

    Attributes:
        visible: codes of the people in the deciding frame.
    """

    notice: DecisionNotice
    visible: frozenset[str]


class DemoListener(DecisionPrinter):
    """Prints every decision and keeps it with the truth of its frame.

    Args:
        zone: site's zone.
        echo: prints one line.
        visible_at: codes of the people in the frame of a monotonic instant.
    """

    def __init__(self, zone: ZoneInfo, echo: Echo, visible_at: Callable[[float], frozenset[str]]) -> None:
        super().__init__(zone, emit=None, echo=echo)
        self._visible_at = visible_at
        self._lock = threading.Lock()
        self._shown: list[Shown] = []
        self.crashes: list[Exception] = []

    def on_decision(self, notice: DecisionNotice) -> None:
        """Print and keep one decision."""
        with self._lock:
            self._shown.append(Shown(notice, self._visible_at(notice.decision.mono_s)))
        super().on_decision(notice)

    def on_crashed(self, error: Exception) -> None:
        """Keep an error of the engine; the demo then fails."""
        self.crashes.append(error)
        super().on_crashed(error)

    def shown(self) -> list[Shown]:
        """Return the decisions so far."""
        with self._lock:
            return list(self._shown)


def run_demo(output: Path, *, log_level: str, has_screenshots: bool, echo: Echo) -> bool:
    """Enrol, play, recognise, report, picture and judge.

    Args:
        output: folder of the demo; a former demo there is replaced, anything else is refused.
        log_level: name of a logging level for the demo's own log file.
        has_screenshots: also picture the kiosk and the admin window.
        echo: prints one line.

    Returns:
        True when every enrolled person was checked in once, as themselves, and no stranger was.

    Raises:
        AttendanceError: the folder, the pack or the database cannot be used.
    """
    _fresh_folder(output)
    configure_logging(output / "logs", log_level)
    people = load_people()
    roster = _write_roster(output / "photos", people)
    with _opened(output / "data") as application:
        _enrol(application, roster, people, echo)
        listener = _play(application, people, echo)
        rows = _report(application, listener, output / "check-ins.csv")
        echo(f"\n{rows} check-ins written to {output / 'check-ins.csv'}")
        problems = [str(error) for error in listener.crashes] + judge(people, listener.shown(), rows)
        _summary(application, people, listener.shown(), echo)
    if has_screenshots:
        problems += _picture(output, people, echo)
    for problem in problems:
        echo(f"FAILED: {problem}")
    if not problems:
        enrolled = sum(person.is_enrolled for person in people)
        echo(f"\nAll {enrolled} enrolled people were checked in once; none of the {len(people) - enrolled} strangers.")
    return not problems


def _fresh_folder(output: Path) -> None:
    try:
        if output.exists() and any(output.iterdir()) and not (output / _MARKER).exists():
            raise ReportError(path=output, reason=Reason("the folder holds other files"))
        shutil.rmtree(output, ignore_errors=True)
        output.mkdir(parents=True)
        (output / _MARKER).write_text("Made by 'attendance demo'; the next demo replaces this folder.\n")
    except OSError as err:
        raise storage_error(err, output) from err


def _write_roster(folder: Path, people: Sequence[DemoPerson]) -> Path:
    """Write the photographs and the CSV that an office would import."""
    folders = {path.parent for path in write_photos(folder)}
    of_code = {path.name.split(" - ")[0]: path.name for path in folders}
    roster = folder / _ROSTER
    with roster.open("w", encoding="utf-8", newline="") as stream:
        table = csv.writer(stream)
        table.writerow(["code", "name", "department", "photo"])
        table.writerows([p.code, p.name, p.department, of_code[p.code]] for p in people if p.is_enrolled)
    return roster


def _enrol(application: Application, roster: Path, people: Sequence[DemoPerson], echo: Echo) -> None:
    pack = application.recognizer.pack
    echo(f"Pack {pack.info.model_id} on {pack.provider.active}: {pack.provider.reason}")
    echo(f"Enrolling {sum(p.is_enrolled for p in people)} people from {roster}")
    for result in application.recognizer.importer.run(application.recognizer.importer.plan(roster)):
        what = counted(len(result.used), "photograph") if result.error is None else result.error.one_line
        echo(f"  {result.status:9} {result.item.label}: {what}")
    choice = application.packs.site_rules.threshold(pack.info, application.recognizer.gallery.current.size)
    echo(
        f"Threshold {choice.threshold:.3f}: about {choice.fpir:.1%} of strangers would pass in one frame; "
        f"{application.settings.recognition.votes} frames must agree"
    )


def _play(application: Application, people: Sequence[DemoPerson], echo: Echo) -> DemoListener:
    stream = PhotographStream(people, clock=application.site.clock, pace="fast")
    echo(f"\nPlaying {stream.frame_count} frames of {len(people)} people, {stream.fps} a second\n")
    listener = DemoListener(application.site.zone, echo, stream.visible_at)
    engine = application.door.build_engine(
        application.recognizer, listener, source_factory=lambda: stream, lossless=True
    )
    engine.start()
    engine.wait()
    stats = engine.stats()
    engine.stop()
    echo(
        f"\n{stats.frames_processed} frames recognised, {stats.frames_dropped} dropped; "
        "milliseconds per stage (p50 / p95):"
    )
    echo("  " + "  ".join(f"{name} {ms:.1f} / {stats.p95_ms[name]:.1f}" for name, ms in stats.p50_ms.items()))
    return listener


def _report(application: Application, listener: DemoListener, path: Path) -> int:
    instants = [s.notice.decision.at_utc for s in listener.shown()] or [application.site.clock.now_utc()]
    days = sorted(instant.astimezone(application.site.zone).date() for instant in instants)
    return application.records.reports.write(ReportRequest("events", days[0], days[-1]), path)


def judge(people: Sequence[DemoPerson], shown: Sequence[Shown], rows: int) -> list[str]:
    """Return what went wrong, compared with who was really there; empty when nothing did.

    Args:
        people: everybody who was played.
        shown: the engine's decisions.
        rows: check-ins in the report.
    """
    problems = []
    welcomes = [s for s in shown if s.notice.decision.kind is DecisionKind.WELCOME]
    times = Counter(s.notice.person.code for s in welcomes if s.notice.person)
    for person in people:
        if person.is_enrolled and times[person.code] != 1:
            problems.append(f"{person.name} was checked in {times[person.code]} times instead of once")
        if not person.is_enrolled:
            if times[person.code]:
                problems.append(f"the stranger {person.name} was checked in")
            if not any(s.visible == {person.code} and s.notice.decision.kind in _REFUSALS for s in shown):
                problems.append(f"the stranger {person.name} was never refused, so nothing was proven")
    for s in shown:
        named = s.notice.person
        if named is not None and named.code not in s.visible:
            problems.append(
                f"{named.name} was recognised while only {', '.join(sorted(s.visible)) or 'nobody'} was there"
            )
    enrolled = sum(person.is_enrolled for person in people)
    if rows != enrolled:
        problems.append(f"the report holds {rows} check-ins instead of {enrolled}")
    return problems


def _summary(application: Application, people: Sequence[DemoPerson], shown: Sequence[Shown], echo: Echo) -> None:
    echo(f"\n{'who':{_WHO_WIDTH}}{'decision':13}{'when':10}{'score':>6}{'margin':>8}   milliseconds per stage")
    for s in shown:
        decision = s.notice.decision
        really = ", ".join(sorted(p.name for p in people if p.code in s.visible)) or "nobody"
        when = decision.at_utc.astimezone(application.site.zone).strftime("%H:%M:%S")
        score = "" if decision.similarity is None else f"{decision.similarity:.2f}"
        margin = "" if decision.margin is None else f"{decision.margin:.2f}"
        stages = " ".join(f"{name} {ms:.1f}" for name, ms in s.notice.timings_ms.items())
        echo(
            f"{really[: _WHO_WIDTH - 1]:{_WHO_WIDTH}}{decision.kind.value:13}{when:10}{score:>6}{margin:>8}   {stages}"
        )


def _picture(output: Path, people: Sequence[DemoPerson], echo: Echo) -> list[str]:
    try:
        from attendance.demo.screenshots import take_screenshots
        from attendance.ui.qt_messages import messages
    except ImportError as err:
        return [f"no screenshots: Qt cannot be loaded ({err}); 'attendance doctor' says more"]
    echo("\nPicturing the windows")
    # The kiosk gets a roster of its own: in the demo's everybody is already in.
    with (
        _opened(output / "screenshots" / "data") as kiosk,
        Application(output / "data") as admin,
    ):
        for _ in kiosk.recognizer.importer.run(kiosk.recognizer.importer.plan(output / "photos" / _ROSTER)):
            pass
        try:
            for path in take_screenshots(kiosk, admin, people, output / "screenshots"):
                echo(f"  {path}")
        except (AttendanceError, TimeoutError) as err:
            return [f"no screenshots: {err}"]
    return [
        f"Qt reports a fault that ends in a crash sooner or later: {text}" for text in messages.take_thread_faults()
    ]


def _opened(data_dir: Path) -> Application:
    """Open a new data folder whose key lies beside its data: a demo must not touch the user's keyring."""
    data_dir.mkdir(parents=True)
    (data_dir / "config.toml").write_text(_SETTINGS, encoding="utf-8")
    return Application(data_dir)
