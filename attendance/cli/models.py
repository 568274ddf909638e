"""Command group ``models``: packs of detector and recognizer."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from attendance.cli.session import print_json, session_of
from attendance.core.licence import licence_line, use_at
from attendance.core.packs.format import LANDMARK_ROLES
from attendance.core.plain_words import counted, shorten
from attendance.core.recognition.shadow import ShadowReport
from attendance.core.types import LicenceUse, PackInfo, Person
from attendance.errors import Reason
from attendance.errors.models import ModelMissing, SwitchRefused
from attendance.terminal import say, say_lines

models_app = typer.Typer(
    help="Model packs: list, install, import, calibrate, verify, use, remove; prepare, shadow, promote, discard, "
    "rollback.",
    no_args_is_help=True,
)

_LICENCE_CHARS = 80
"""Of a licence in a list; the whole text stands in the pack's manifest and on the page Models."""
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.add_typer(models_app, name="models")


def _line(info: PackInfo, now_utc: datetime, width: int) -> str:
    mark = "*" if info.is_active else " "
    calibrated = "calibrated" if info.calibration else "not calibrated"
    start = f"{mark} {info.pack_id:{width}} {info.embedding_size:4}-d  {info.detector_kind:6} {calibrated:14}"
    landmarks = ", ".join(LANDMARK_ROLES[role] for role in info.landmarks) or "no landmarks"
    use = "research only" if use_at(info, now_utc) is LicenceUse.RESEARCH_ONLY else "allowed"
    return f"{start} {landmarks:31} {use:13}  {shorten(str(licence_line(info, now_utc)), _LICENCE_CHARS)}"


def _say_missing(active: str) -> None:
    say(
        f"{active}, which is in use, is not installed or cannot be read: import it again, or go back with "
        "'attendance models rollback' or 'attendance models use bundled'",
        err=True,
    )


def _as_json(info: PackInfo, now_utc: datetime) -> dict[str, object]:
    """Return a pack for programs, with what its licence allows now."""
    said = {**asdict(info), "licence": str(licence_line(info, now_utc)), "use": use_at(info, now_utc)}
    del said["calibration_carried"]  # the same as calibration_data, for windows
    return said


@models_app.command("list")
def list_models(
    context: typer.Context, as_json: Annotated[bool, typer.Option("--json", help="Print JSON for programs.")] = False
) -> None:
    """List installed packs (* = in use) and those that can be installed."""
    with session_of(context).open() as application:
        store = application.packs.store
        active = application.packs.active_id
        packs = store.list(active)
        installed = {info.pack_id for info in packs}
        installable = [entry for name, entry in store.catalogue.items() if name not in installed]
        now = application.site.clock.now_utc()
    if as_json:
        found = [_as_json(info, now) for info in packs]
        print_json({"installed": found, "installable": [entry.pack_id for entry in installable]})
        return
    width = max(len(info.pack_id) for info in packs)
    for info in packs:
        say(_line(info, now, width))
    if active not in installed:
        _say_missing(active)
    if installable:
        say("can be installed:")
    for entry in installable:
        size = "size not published" if entry.size_bytes is None else f"{entry.size_bytes / 1e6:.0f} MB"
        say(f"  {entry.pack_id:12} {size:>18}  {entry.title}  [{shorten(entry.licence.name, _LICENCE_CHARS)}]")


@models_app.command("install")
def install(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="buffalo_l, raccoon_s, cheetah_l, ...")],
    yes: Annotated[bool, typer.Option("--yes", help="The licence was read and is accepted.")] = False,
    base_url: Annotated[str | None, typer.Option(help="Mirror folder that holds NAME.zip.")] = None,
) -> None:
    """Download a pack; resumes where an earlier try stopped."""
    from rich.progress import BarColumn, DownloadColumn, Progress, TransferSpeedColumn

    with session_of(context).open() as application:
        store = application.packs.store
        entry = store.catalogue.get(name)
        if entry is None:
            raise ModelMissing(pack=name, reason=Reason("known packs are {names}", names=[*store.catalogue]))
        say(f"Licence of {name}: {entry.licence.name}. {entry.licence.text}")
        if not yes and not typer.confirm("May your company use it under this licence?"):
            raise typer.Exit(1)
        with Progress("{task.description}", BarColumn(), DownloadColumn(), TransferSpeedColumn()) as bar:
            task = bar.add_task(name, total=None)
            info = store.install(
                name,
                progress=lambda done, total: bar.update(task, completed=done, total=total),
                base_url=base_url,
            )
    say(f"installed {info.pack_id}; 'attendance models use {info.pack_id}' switches to it")


@models_app.command("import")
def import_pack(
    context: typer.Context,
    path: Annotated[Path, typer.Argument(help="A pack as .zip or folder, or a recognizer as .onnx.")],
    name: Annotated[str, typer.Option(help="Of an .onnx: name of the new pack; the file's without this.")] = "",
    mean: Annotated[float, typer.Option(help="Of an .onnx: subtracted from each pixel value 0..255.")] = 127.5,
    std: Annotated[float, typer.Option(help="Of an .onnx: divisor after that.")] = 127.5,
    side: Annotated[int | None, typer.Option(help="Of an .onnx: side of its input where it does not say.")] = None,
    colour: Annotated[str, typer.Option(help="Of an .onnx: order of the channels, rgb or bgr.")] = "rgb",
    licence: Annotated[str, typer.Option(help="Of an .onnx: who made it and under which terms.")] = "",
    allowed: Annotated[bool, typer.Option("--allowed", help="These terms allow a company to use it.")] = False,
) -> None:
    """Install a pack from a file, for doors without internet; a single .onnx gets the bundled pack's detector."""
    with session_of(context).open() as application:
        store = application.packs.store
        if path.suffix.lower() == ".onnx" and not path.is_dir():
            if allowed and not licence.strip():
                raise typer.BadParameter("--allowed needs --licence: who made it and under which terms")
            from attendance.core.packs.custom_recognizer import CustomRecognizer

            given = CustomRecognizer(name or path.stem, mean, std, side, colour, licence.strip(), may_be_used=allowed)
            info = store.import_recognizer(path, given)
        else:
            if name or licence or allowed or side is not None or (mean, std, colour) != (127.5, 127.5, "rgb"):
                raise typer.BadParameter("these options are for a single .onnx; a pack says it itself")
            info = store.import_pack(path)
        terms = shorten(str(licence_line(info, application.site.clock.now_utc())), _LICENCE_CHARS)
    say(f"installed {info.pack_id} ({terms}); 'attendance models use {info.pack_id}' switches to it")
    if not info.calibration:
        say(f"it is not calibrated: 'attendance models calibrate {info.pack_id}' does that on your own people")


@models_app.command("calibrate")
def calibrate(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="An installed pack.")],
    as_json: JsonOption = False,
) -> None:
    """Find the thresholds of a pack on the site's own people, from their kept photographs."""
    with session_of(context).open() as application, _progress("Embedding") as progress:
        found = application.packs.calibrate(name, progress)
    if as_json:
        print_json({"calibrated": name, **asdict(found)})
        return
    say(f"{name} is calibrated on {found.people} people and {counted(found.photographs, 'photograph')}")
    for which, own in (("bundled", found.before), (name, found.after)):
        say(
            f"  {which:12} threshold {own.threshold:.3f}: of {counted(own.asked, 'photograph')}, {own.recognised} "
            f"recognised, {own.mistaken} taken for somebody else"
        )
    if found.has_few_people:
        say("with few people the thresholds are on the strict side: calibrate again when more are enrolled")
    if found.is_much_worse:
        say("far fewer than with the bundled one: are mean, std, side and colour order right?")
    say("running programs take the new thresholds at their next start")


@models_app.command("verify")
def verify(context: typer.Context) -> None:
    """Check every file of every installed pack against its checksum."""
    problems = 0
    with session_of(context).open() as application:
        store = application.packs.store
        for pack_id in store.pack_ids():
            found = store.verify(pack_id)
            problems += len(found)
            say(f"{'BAD' if found else 'ok '}  {pack_id}")
            for problem in found:
                say(f"     {problem.user_text}", err=True)
        if (active := application.packs.active_id) not in store.pack_ids():
            problems += 1
            _say_missing(active)
    if problems:
        raise typer.Exit(1)


@contextmanager
def _progress(what: str) -> Iterator[Callable[[int, int], None]]:
    """Show a bar on the error stream, so that it never mixes with JSON."""
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True)) as bar:
        task = bar.add_task(what, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def _list_people(heading: str, people: Iterable[Person]) -> None:
    lines = [f"  {person.code} {person.name}" for person in people]
    if lines:
        say_lines("\n".join([heading, *lines]))


@models_app.command("use")
def use(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="An installed pack.")],
    force: Annotated[bool, typer.Option("--force", help="Also when it would harm the door; the log notes it.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Switch to a pack: everybody with kept photographs is re-embedded, then the switch happens at once."""
    from attendance.services.recognizers.switch import switch_pack

    with session_of(context).open() as application:
        packs = application.packs
        new_pack = packs.load_beside(name)
        with _progress("Re-embedding") as progress:
            outcome = switch_pack(
                recognizers=application.storage.recognizers,
                roster=application.storage.roster,
                new_pack=new_pack,
                check=packs.check_promotion,
                force=force,
                progress=progress,
            )
    if as_json:
        overruled = [str(problem) for problem in outcome.overruled]
        missing = [person.code for person in outcome.must_enrol_again]
        told = {"pack": name, "re_embedded": outcome.re_embedded, "overruled": overruled, "must_enrol_again": missing}
        print_json(told)
        return
    _say_overruled(outcome.overruled)
    say(f"{name} is in use: {counted(outcome.re_embedded, 'photograph')} re-embedded")
    _list_people("must be enrolled again (no kept photographs):", outcome.must_enrol_again)


def _say_overruled(problems: Iterable[Reason]) -> None:
    for problem in problems:
        say(f"overruled: {problem}", err=True)


@models_app.command("remove")
def remove(context: typer.Context, name: Annotated[str, typer.Argument(help="An installed pack.")]) -> None:
    """Remove an installed pack that is neither in use nor prepared; 'rollback' cannot go back to it then."""
    with session_of(context).open() as application:
        application.packs.remove(name)
    say(f"{name} is removed")


@models_app.command("prepare")
def prepare(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="An installed pack.")],
    as_json: JsonOption = False,
) -> None:
    """Embed all kept photographs with a pack, beside the one in use; running kiosks then compare the two."""
    with session_of(context).open() as application:
        with _progress("Embedding") as progress:
            outcome = application.packs.go_live.prepare(name, progress)
        if not outcome.is_finished:
            raise SwitchRefused(reason=Reason("{name} was discarded while it was being prepared", name=name))
        lost = application.packs.go_live.state().would_be_unknown
    if as_json:
        people = [asdict(person) for person in lost]
        print_json({"candidate": name, "embedded": outcome.embedded, "would_be_unknown": people})
        return
    say(f"{name} is prepared: {counted(outcome.embedded, 'photograph')} embedded")
    _list_people("would have to be enrolled again (no kept photographs):", lost)
    say("running kiosks compare it from now on; see 'attendance models shadow'")


@models_app.command("shadow")
def shadow(context: typer.Context, as_json: JsonOption = False) -> None:
    """Show what is in use, what is prepared, and how the two compared at the door."""
    with session_of(context).open() as application:
        state = application.packs.go_live.state()
    if as_json:
        print_json(asdict(state))
        return
    readiness = "" if state.candidate is None else " (prepared)" if state.prepared else " (not prepared yet)"
    say(f"in use     {state.active}")
    say(f"candidate  {state.candidate or '-'}{readiness}")
    say(f"before     {state.previous or '-'}")
    if state.shadow is not None:
        _print_report(state.shadow)
    _list_people("not known to the recognizer in use:", state.unknown)
    _list_people("would not be known to the candidate (no kept photographs):", state.would_be_unknown)


def _print_report(report: ShadowReport) -> None:
    checks = report.same_person + report.only_old + report.other_person
    say(f"{counted(report.probes, 'face')} seen by both, {counted(checks, 'check-in')} among them")
    for text, number in (
        ("same person", report.same_person),
        ("not known to the candidate", report.only_old),
        ("another person", report.other_person),
        ("refused now, known to the candidate", report.only_new),
    ):
        say(f"  {number:6} {text}")
    if checks:
        say(f"mean similarity of the check-ins: {report.mean_old:.3f} now, {report.mean_new:.3f} candidate")
    for person in report.people:
        say(
            f"  {person.code} {person.name}: {person.not_known} not known, {person.mistaken} as another person, "
            f"{person.newly_known} newly known"
        )


@models_app.command("promote")
def promote(
    context: typer.Context,
    force: Annotated[
        bool, typer.Option("--force", help="Also when it would harm the door or somebody must be enrolled again.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Put the candidate in use, at once; running kiosks follow within seconds."""
    with session_of(context).open() as application:
        with _progress("Embedding what is new") as progress:
            outcome = application.packs.go_live.promote(force=force, progress=progress)
        active = application.packs.active_id
    if as_json:
        overruled = [str(one) for one in outcome.overruled]
        print_json({"active": active, **asdict(outcome), "overruled": overruled})
        return
    _say_overruled(outcome.overruled)
    say(f"{active} is in use; 'attendance models rollback' goes back")
    _list_people("must be enrolled again (no kept photographs):", outcome.must_enrol_again)


@models_app.command("discard")
def discard(context: typer.Context, as_json: JsonOption = False) -> None:
    """Forget the candidate, its templates and what was compared; what is in use stays."""
    with session_of(context).open() as application:
        candidate = application.storage.recognizers.choice().candidate
        application.packs.go_live.discard()
    if as_json:
        print_json({"discarded": candidate})
    else:
        say("there is no candidate" if candidate is None else f"{candidate} is no candidate any more")


@models_app.command("rollback")
def rollback(context: typer.Context, as_json: JsonOption = False) -> None:
    """Go back to the recognizer before the last switch, at once; photographs kept since then are embedded after it."""
    with session_of(context).open() as application:
        active = application.packs.go_live.rollback()
        unknown = application.packs.go_live.state().unknown
        if not as_json:
            say(f"{active} is in use again")
            _list_people("enrolled since the switch, known again as soon as embedded (or enrolled again):", unknown)
        embedded = application.packs.go_live.wait()
        still = application.packs.go_live.state().unknown
    if as_json:
        number = 0 if embedded is None else embedded.embedded
        print_json({"active": active, "embedded": number, "unknown": [asdict(person) for person in still]})
        return
    if embedded is not None:
        say(f"{counted(embedded.embedded, 'photograph')} embedded")
    _list_people("must be enrolled again (no kept photographs):", still)
