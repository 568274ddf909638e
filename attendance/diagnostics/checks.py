"""`attendance doctor`: what works here, what does not, and what to do about it."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable, Iterator

from attendance.composition.application import Application
from attendance.core.licence import licence_line, use_at
from attendance.core.packs.format import LANDMARK_ROLES
from attendance.core.plain_words import counted
from attendance.core.types import LicenceUse, ProviderReport
from attendance.diagnostics.finding import Finding, Level
from attendance.diagnostics.fonts import examine_fonts
from attendance.errors import AttendanceError
from attendance.errors.models import RatesUnknown
from attendance.private_files import may_be_read_by_others
from attendance.services.door.gallery import damaged_trouble
from attendance.shown_text import shown_address

# Asking these of a database opens it, which upgrades one of an earlier version.
_NEED_DATABASE = frozenset({"models", "provider", "database", "people", "messages", "clock"})
# Below this a month of check-ins and a database backup may no longer fit.
_LOW_DISK_BYTES = 500_000_000
_SHOWN_CODES = 10
_USES = {
    LicenceUse.ALLOWED: "a company may use it",
    LicenceUse.DATA_NOT_DOCUMENTED: "a company may use it",
    LicenceUse.RESEARCH_ONLY: "a company may not use it",
}
# Two connections checkpointing at once can corrupt a WAL database before this version (SQLite release notes 3.51.3).
_WAL_RESET_FIX = (3, 51, 3)


def examine(application: Application) -> Iterator[Finding]:
    """Run every check; a check that fails is a finding, never an exception.

    Args:
        application: data folder to look at; checks change nothing in it.

    Yields:
        Findings in the order of the checks.
    """
    checks: tuple[tuple[str, Callable[[Application], Iterator[Finding]]], ...] = (
        ("versions", _versions),
        ("packages", _packages),
        ("models", _models),
        ("provider", _provider),
        ("database", _database),
        ("people", _people),
        ("key", _key),
        ("cameras", _cameras),
        ("windows", _windows),
        ("fonts", examine_fonts),
        ("messages", _messages),
        ("disk", _disk),
        ("clock", _clock),
        ("liveness", _liveness),
    )
    application.only_look()
    try:
        is_old = application.storage.is_upgrade_due()
    except AttendanceError:
        is_old = False  # the checks tell what is wrong with it
    for name, check in checks:
        try:
            yield from _left_to_upgrade(name, application) if is_old and name in _NEED_DATABASE else check(application)
        except AttendanceError as error:
            yield Finding(name, Level.ERROR, error.user_text, error.hint)


def _left_to_upgrade(name: str, application: Application) -> Iterator[Finding]:
    if name == "database":
        text = f"{application.paths.database} is of an earlier version; the next start of the program upgrades it."
        yield Finding(name, Level.WARNING, text, "Start the kiosk or the admin window, then run the doctor again.")


def _versions(application: Application) -> Iterator[Finding]:
    from attendance.diagnostics.installed import read_environment
    from attendance.diagnostics.versions import check_versions

    return check_versions(read_environment())


def _packages(application: Application) -> Iterator[Finding]:
    from attendance.diagnostics.installed import read_environment
    from attendance.diagnostics.versions import check_overwriting

    return check_overwriting(read_environment())


def _models(application: Application) -> Iterator[Finding]:
    store = application.packs.store
    active = application.packs.active_id
    for pack_id in store.pack_ids():
        use = " (in use)" if pack_id == active else ""
        problems = store.verify(pack_id)
        for problem in problems:
            yield Finding("models", Level.ERROR, problem.user_text, "Install or import the pack again.")
        if not problems:
            yield Finding("models", Level.OK, f"Pack {pack_id}{use}: every file matches its checksum.")
    for info in store.list(active):
        if not info.is_active:
            continue
        troubles = application.packs.troubles(info)
        if not info.calibration and not any(isinstance(trouble, RatesUnknown) for trouble in troubles):
            yield Finding(
                "models", Level.WARNING, f"Pack {info.pack_id} was never calibrated; a cautious threshold is used."
            )
        if _going_back(application):
            text = "An update brought another recognizer: the next start stays with the one before it for now."
            yield Finding("models", Level.OK, text)
        for trouble in troubles:
            yield Finding("models", Level.WARNING, trouble.user_text, trouble.hint)
        now = application.site.clock.now_utc()
        use = use_at(info, now)
        level = Level.WARNING if use is LicenceUse.RESEARCH_ONLY else Level.OK
        yield Finding("models", level, f"Licence of {info.pack_id}: {licence_line(info, now)} ({_USES[use]}).")


def _provider(application: Application) -> Iterator[Finding]:
    pack = application.packs.load(application.packs.active_id)
    wanted = application.settings.recognition.provider
    yield _where("provider", "Models run", pack.provider, wanted)
    if pack.landmarks is None:
        yield Finding("landmarks", Level.OK, f"Pack {pack.info.pack_id} has no landmark models.")
        return
    try:
        # Nothing else runs them before somebody is enrolled.
        for role, report in pack.landmarks.check().items():
            what = f"Pack {pack.info.pack_id} has a landmark model of {LANDMARK_ROLES[role]}, which runs"
            yield _where("landmarks", what, report, wanted)
    except AttendanceError as error:
        yield Finding("landmarks", Level.ERROR, error.user_text, error.hint)


def _where(check: str, what: str, report: ProviderReport, wanted: str) -> Finding:
    level = Level.OK if report.is_gpu or wanted == "cpu" else Level.WARNING
    return Finding(check, level, f"{what} on {report.active}: {report.reason}")


def _database(application: Application) -> Iterator[Finding]:
    path = application.paths.database
    if (lost := application.storage.database_gone) is not None:
        yield Finding("database", Level.ERROR, lost.user_text, lost.hint)
    elif not path.exists():
        yield Finding("database", Level.OK, f"No database yet; it will be made at {path}.")
    else:
        people = application.storage.roster.list_people()
        events = application.storage.check_in_log.count()
        problems = application.storage.database.integrity_problems()
        for problem in problems:
            yield Finding("database", Level.ERROR, f"{path}: {problem}", "Restore a backup.")
        for trouble in application.storage.looked_for_troubles(deep=True):
            yield Finding("database", Level.ERROR, trouble.user_text, trouble.hint)
        if kept := application.storage.check_in_reserve.kept:
            text = f"{counted(len(kept), 'check-in')} could not be saved and wait in {application.paths.reserve}."
            yield Finding("database", Level.ERROR, text, "Free some space and start the kiosk: it saves them.")
        if not problems:
            held = f"{counted(len(people), 'person', 'people')}, {counted(events, 'check-in')}"
            yield Finding("database", Level.OK, f"{path}: healthy, {held}.")
    found = tuple(int(part) for part in sqlite3.sqlite_version.split("."))
    if found < _WAL_RESET_FIX:
        yield Finding(
            "database",
            Level.OK,
            f"SQLite {sqlite3.sqlite_version} has a rare fault when two programs write at the same moment; "
            "run one kiosk and one admin window per database.",
        )


def _people(application: Application) -> Iterator[Finding]:
    if not application.paths.database.exists():
        return
    model_id = _going_back(application) or application.packs.inspect(application.packs.active_id).model_id
    damaged: list[int] = []
    application.storage.roster.load_templates(model_id, active_only=False, on_damaged=damaged.append)
    if (trouble := damaged_trouble(application.storage.roster, damaged)) is not None:
        yield Finding("people", Level.ERROR, trouble.user_text, trouble.hint)
    active = [person for person in application.storage.roster.list_people() if person.is_active]
    unknown = {person.id for person in application.storage.roster.people_without_templates(model_id)}
    lacking = [person for person in active if person.id in unknown]
    if not lacking:
        yield _known(application, len(active))
        return
    codes = ", ".join(person.code for person in lacking[:_SHOWN_CODES]) + (
        " ..." if len(lacking) > _SHOWN_CODES else ""
    )
    is_kept = any(person.crop_count for person in lacking)
    yield Finding(
        "people",
        Level.ERROR,
        f"Of {counted(len(active), 'active person', 'active people')}, the recognizer in use does not know "
        f"{len(lacking):,}: {codes}.",
        "Start the kiosk or the admin window: it learns them from their kept photographs."
        if is_kept
        else "Please enrol them again.",
    )


def _all(people: int) -> str:
    return "the one active person" if people == 1 else f"all {people:,} active people"


def _known(application: Application, people: int) -> Finding:
    """Tell whether the recognizer recognises those whom it knows, each photograph left out once."""
    in_use = application.packs.in_use
    own = application.packs.known_people(in_use) if in_use else None
    if own is not None and 2 * own.recognised < own.asked:
        return Finding(
            "people",
            Level.WARNING,
            f"Of {own.asked} photographs of your own people, the recognizer in use recognises {own.recognised}.",
            "Calibrate it, put another one in use, or go back with 'attendance models rollback'.",
        )
    return Finding("people", Level.OK, f"The recognizer in use knows {_all(people)}.")


def _going_back(application: Application) -> str | None:
    """Return the recognizer of the version before, where the next start puts it in use again."""
    return application.packs.earlier_default.going_back() if application.storage.has_database else None


def _key(application: Application) -> Iterator[Finding]:
    if not application.paths.database.exists():
        yield Finding("key", Level.OK, "The encryption key is made with the database.")
        return
    yield Finding(
        "key", Level.OK, f"Templates and photographs are encrypted; the key is in {application.storage.key.where}."
    )
    for path in (application.paths.data_dir, application.paths.config):
        if may_be_read_by_others(path):
            text = f"Other users of this computer may read {path}."
            yield Finding("key", Level.WARNING, text, "It is a link or somebody else's: make what it leads to private.")


def _cameras(application: Application) -> Iterator[Finding]:
    from attendance.vision.cameras.source import list_cameras

    cameras = list_cameras()
    configured = shown_address(application.settings.camera.source)
    if cameras:
        names = ", ".join(f"{camera.spec} ({camera.name})" for camera in cameras)
        yield Finding("cameras", Level.OK, f"Found {names}; configured: {configured}.")
    else:
        yield Finding(
            "cameras",
            Level.WARNING,
            f"No camera found; configured: {configured}.",
            "Plug one in, or set camera.source to a stream address or video file.",
        )


def _windows(application: Application) -> Iterator[Finding]:
    try:
        from attendance.windows.qt import qt_application

        name = qt_application().platformName()
    except ImportError as err:
        yield Finding(
            "windows",
            Level.ERROR,
            f"Qt cannot be loaded ({err}).",
            "On Debian and Ubuntu run packaging/setup.sh once; it installs the missing system libraries.",
        )
        return
    if name == "offscreen":
        yield Finding("windows", Level.WARNING, "No display found: windows can only be drawn off screen.")
    else:
        yield Finding("windows", Level.OK, f"Qt draws through {name}.")


def _messages(application: Application) -> Iterator[Finding]:
    if not application.storage.has_database:
        return
    refused = application.storage.outbox.status().refused
    if refused:
        text = f"The receiver refused {counted(refused, 'message')} for good."
        yield Finding("messages", Level.WARNING, text, "'attendance webhook refused' shows why and what to do.")


def _disk(application: Application) -> Iterator[Finding]:
    folder = application.paths.data_dir
    while not folder.exists():
        folder = folder.parent
    free = shutil.disk_usage(folder).free
    level = Level.OK if free >= _LOW_DISK_BYTES else Level.WARNING
    hint = "" if level is Level.OK else "Free some space before the log cannot be written."
    yield Finding("disk", level, f"{free / 1e9:.1f} GB free at {application.paths.data_dir}.", hint)


def _clock(application: Application) -> Iterator[Finding]:
    now = application.site.clock.now_utc()
    local = now.astimezone(application.site.zone)
    text = f"{local.isoformat(timespec='seconds')} in {application.site.zone.key}."
    if (wrong := application.door.clock_wrong()) is not None:
        yield Finding("clock", Level.ERROR, wrong.user_text, wrong.hint)
    elif (trouble := application.site.zone_trouble) is not None:
        yield Finding("clock", Level.WARNING, f"{text} {trouble.user_text}", trouble.hint)
    else:
        yield Finding("clock", Level.OK, text)


def _liveness(application: Application) -> Iterator[Finding]:
    yield Finding(
        "liveness",
        Level.WARNING,
        "Liveness is not checked: a good photograph of an enrolled person may be accepted.",
        "Place the kiosk where somebody sees it.",
    )
