"""Command group ``models``: packs of detector and recognizer."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from attendance.cli.session import print_json, session_of
from attendance.core.plain_words import counted
from attendance.core.types import PackInfo
from attendance.errors import ModelMissing

models_app = typer.Typer(help="Model packs: list, install, import, verify, use.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.add_typer(models_app, name="models")


def _line(info: PackInfo) -> str:
    mark = "*" if info.is_active else " "
    calibrated = "calibrated" if info.calibration else "not calibrated"
    return f"{mark} {info.pack_id:12} {info.embedding_size:4}-d  {info.detector_kind:6} {calibrated:14} {info.licence}"


@models_app.command("list")
def list_models(
    context: typer.Context, as_json: Annotated[bool, typer.Option("--json", help="Print JSON for programs.")] = False
) -> None:
    """List installed packs (* = in use) and those that can be installed."""
    with session_of(context).open() as application:
        store = application.model_store
        packs = store.list(application.active_pack_id)
        installed = {info.pack_id for info in packs}
        installable = [entry for name, entry in store.catalogue.items() if name not in installed]
    if as_json:
        print_json({"installed": [asdict(info) for info in packs], "installable": [e.pack_id for e in installable]})
        return
    for info in packs:
        typer.echo(_line(info))
    if installable:
        typer.echo("can be installed:")
    for entry in installable:
        typer.echo(f"  {entry.pack_id:12} {entry.size_bytes / 1e6:4.0f} MB  {entry.title}  [{entry.licence.name}]")


@models_app.command("install")
def install(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="buffalo_l, buffalo_s, antelopev2, ...")],
    yes: Annotated[bool, typer.Option("--yes", help="The licence was read and is accepted.")] = False,
    base_url: Annotated[str | None, typer.Option(help="Mirror folder that holds NAME.zip.")] = None,
) -> None:
    """Download a pack; resumes where an earlier try stopped."""
    from rich.progress import BarColumn, DownloadColumn, Progress, TransferSpeedColumn

    with session_of(context).open() as application:
        store = application.model_store
        entry = store.catalogue.get(name)
        if entry is None:
            raise ModelMissing(pack=name, reason=f"known packs are {', '.join(store.catalogue)}")
        typer.echo(f"Licence of {name}: {entry.licence.name}. {entry.licence.text}")
        if not yes and not typer.confirm("May your company use it under this licence?"):
            raise typer.Exit(1)
        with Progress("{task.description}", BarColumn(), DownloadColumn(), TransferSpeedColumn()) as bar:
            task = bar.add_task(name, total=None)
            info = store.install(
                name,
                progress=lambda done, total: bar.update(task, completed=done, total=total),
                base_url=base_url,
            )
    typer.echo(f"installed {info.pack_id}; 'attendance models use {info.pack_id}' switches to it")


@models_app.command("import")
def import_pack(
    context: typer.Context, path: Annotated[Path, typer.Argument(help="A pack as .zip or folder.")]
) -> None:
    """Install a pack from a file, for doors without internet."""
    with session_of(context).open() as application:
        info = application.model_store.import_pack(path)
    typer.echo(f"installed {info.pack_id} ({info.licence}); 'attendance models use {info.pack_id}' switches to it")


@models_app.command("verify")
def verify(context: typer.Context) -> None:
    """Check every file of every installed pack against its checksum."""
    problems = 0
    with session_of(context).open() as application:
        store = application.model_store
        for pack_id in store.pack_ids():
            found = store.verify(pack_id)
            problems += len(found)
            typer.echo(f"{'BAD' if found else 'ok '}  {pack_id}")
            for sentence in found:
                typer.echo(f"     {sentence}", err=True)
    if problems:
        raise typer.Exit(1)


@models_app.command("use")
def use(context: typer.Context, name: Annotated[str, typer.Argument(help="An installed pack.")]) -> None:
    """Switch to a pack: everybody with kept photographs is re-embedded, then the switch happens at once."""
    from rich.progress import Progress

    from attendance.services.model_switch import switch_pack

    with session_of(context).open() as application:
        new_pack = application.load_pack(name)
        with Progress() as bar:
            task = bar.add_task("Re-embedding", total=None)
            outcome = switch_pack(
                recognizers=application.recognizers,
                roster=application.roster,
                new_pack=new_pack,
                progress=lambda done, total: bar.update(task, completed=done, total=total),
            )
    typer.echo(f"{name} is in use: {counted(outcome.re_embedded, 'photograph')} re-embedded")
    if outcome.must_enrol_again:
        typer.echo("must be enrolled again (no kept photographs):")
        for person in outcome.must_enrol_again:
            typer.echo(f"  {person.code} {person.name}")
