"""What the page Models says about packs, works and their results."""

from __future__ import annotations

from PySide6.QtCore import QLocale

from attendance.core.types import PackInfo, ProviderReport
from attendance.services.recognizers.site_calibration import SiteCalibration
from attendance.services.training.service import TUNED
from attendance.ui.admin.models.pack_row import Part
from attendance.ui.admin.models.work import Task
from attendance.ui.admin.parts.counts import left_text
from attendance.ui.admin.parts.pace import Pace
from attendance.ui.admin.parts.recognizers.pack_words import device_text
from attendance.ui.admin.parts.words import translate
from attendance.ui.messages import joined
from attendance.ui.reasons import fixed_text, reason_text


def part_text(part: Part) -> str:
    """Return which part a pack plays."""
    return {
        Part.IN_USE: translate("admin", "In use"),
        Part.COMPARED: translate("admin", "Being compared"),
        Part.PREPARED_IN_PART: translate("admin", "Prepared in part"),
        Part.BEFORE: translate("admin", "In use before"),
        Part.INSTALLED: translate("admin", "Installed"),
    }[part]


def purpose_text(info: PackInfo) -> str:
    """Return what a pack is, in one line."""
    if info.is_bundled:
        return translate("admin", "Comes with the program; its thresholds were measured on many people")
    if info.pack_id.startswith(TUNED):
        return translate("admin", "Fitted to your staff on the page Training")
    if info.title == info.pack_id:
        return translate("admin", "From a file or folder of your own")
    return fixed_text(info.title)


def calibration_text(info: PackInfo) -> str:
    """Return on which photographs the thresholds of a pack were measured."""
    if not info.calibration:
        return translate("admin", "Not calibrated")
    carried = info.calibration_carried
    return fixed_text(info.calibration_data) if carried is None else reason_text(carried)


def landmarks_text(info: PackInfo) -> str:
    """Return which points of a face a pack finds beside the five of its detector; "" for none."""
    words = {
        "mesh_68": translate("admin", "68 points in space (how the head is turned)"),
        "points_106": translate("admin", "106 points (whether the eyes are open)"),
    }
    return ", ".join(words.get(role, role) for role in info.landmarks)


def where_text(report: ProviderReport) -> str:
    """Return on which device, and by which provider, the pack in use runs."""
    return f"{device_text(report)}, {report.active}"


def size_text(size_bytes: int | None) -> str:
    """Return how much is downloaded."""
    if size_bytes is None:
        return translate("admin", "size not published")
    return _size(size_bytes)


def work_text(task: Task, name: str, pace: Pace, *, is_stopping: bool) -> str:
    """Return what is done, how far it is, how fast, and how long it takes still."""
    if is_stopping:
        return translate("admin", "Stopping…")
    if task is Task.DOWNLOAD:
        return _download_text(name, pace)
    if task is Task.CHECK:
        return translate("admin", "Checking every file of {name}…").format(name=name)
    if task is Task.IMPORT:
        return translate("admin", "Bringing in {name}: its files are checked and its models run once…").format(
            name=name
        )
    if pace.total is None:
        return translate("admin", "Calibrating {name}: loading both models…").format(name=name)
    number = QLocale().toString
    text = translate("admin", "Calibrating {name}: {done} of {total} photos").format(
        name=name, done=number(pace.done), total=number(pace.total)
    )
    return _with_rest([text], pace)


def _download_text(name: str, pace: Pace) -> str:
    if pace.done and pace.done == pace.total:
        return translate("admin", "{name} is here: it is unpacked and checked, and its models run once…").format(
            name=name
        )
    if not pace.done:
        return translate("admin", "Downloading {name}: asking the server…").format(name=name)
    if pace.total is None:
        text = translate("admin", "Downloading {name}: {done}").format(name=name, done=_size(pace.done))
    else:
        text = translate("admin", "Downloading {name}: {done} of {total}").format(
            name=name, done=_size(pace.done), total=_size(pace.total)
        )
    parts = [text]
    if pace.per_s > 0:
        parts.append(translate("admin", "{size} per second").format(size=_size(round(pace.per_s))))
    return _with_rest(parts, pace)


def _with_rest(parts: list[str], pace: Pace) -> str:
    return " · ".join(parts if pace.left_s is None else [*parts, left_text(pace.left_s)])


def calibrated_text(name: str, found: SiteCalibration) -> str:
    """Return what a calibration found, in words for whoever decides whether the pack is good enough."""
    number = QLocale().toString
    parts = [
        translate("admin", "{name} is calibrated on {people} of your people and {photos} photos.").format(
            name=name, people=number(found.people), photos=number(found.photographs)
        )
    ]
    if found.after.asked:
        parts.append(
            translate(
                "admin",
                "Of {asked} photos of your people, {recognised} are recognised with it and {mistaken} taken for "
                "somebody else (with the bundled one: {before} and {before_mistaken}).",
            ).format(
                asked=number(found.after.asked),
                recognised=number(found.after.recognised),
                mistaken=number(found.after.mistaken),
                before=number(found.before.recognised),
                before_mistaken=number(found.before.mistaken),
            )
        )
    else:
        parts.append(translate("admin", "Nobody has two photos, so how many it recognises cannot be said."))
    parts.append(
        translate("admin", "It recognises somebody from a similarity of {threshold} on.").format(
            threshold=number(found.after.threshold, "f", 3)
        )
    )
    return joined(*parts)


def calibrated_hint(found: SiteCalibration, part: Part) -> str:
    """Return what follows from a calibration: a warning, and who does not know it yet."""
    parts = []
    if found.is_much_worse:
        parts.append(
            translate("admin", "Far fewer than with the bundled one: are mean, std, side and colour order right?")
        )
    if found.has_few_people:
        parts.append(
            translate(
                "admin",
                "With few people the thresholds are on the strict side: calibrate again when more are enrolled.",
            )
        )
    if part is Part.IN_USE:
        parts.append(translate("admin", "Kiosks and windows that run now take it over at their next start."))
    elif part is Part.COMPARED:
        parts.append(translate("admin", "Kiosks that compare it now take it over at their next start."))
    return joined(*parts)


def _size(count: int) -> str:
    return QLocale().formattedDataSize(count, 1, QLocale.DataSizeFormat.DataSizeSIFormat)
