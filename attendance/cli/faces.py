"""Command ``embed``: embeddings of a picture folder, for checking accuracy from outside."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from attendance.cli.session import session_of
from attendance.errors import Reason
from attendance.file_kinds import FileKind, other_kind
from attendance.terminal import say


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command("embed")(embed)


def embed(
    context: typer.Context,
    path: Annotated[Path, typer.Argument(help="A picture, or a folder searched recursively.")],
    output: Annotated[Path, typer.Option("--output", "-o", metavar="OUT.npz", help="File to write.")],
    pack: Annotated[str | None, typer.Option(help="Pack to use instead of the active one.")] = None,
    crops: Annotated[Path | None, typer.Option(metavar="CROPS.npz", help="Also write the aligned faces.")] = None,
) -> None:
    """Embed the largest centred face of every picture.

    The .npz holds arrays of equal length: path (relative text), status (ok, no_face, unreadable), embedding
    (float32, unit length, zeros where not ok), box (x0 y0 x1 y1), landmarks (5x2), det_score.
    CROPS.npz holds path and crop (112x112x3 uint8, blue green red) of the pictures that are ok.
    """
    from rich.console import Console
    from rich.progress import track

    from attendance.errors.pictures import ImageUnreadable
    from attendance.services.people.bulk_embedding import embed_files, save_crops, save_embeddings

    with session_of(context).open() as application:
        root, files = (path.parent, [path]) if path.is_file() else (path, application.images.list_images(path))
        other = other_kind(path, FileKind.PICTURES, FileKind.PICTURE)
        if not files or (path.is_file() and other is not None):
            none = Reason("the folder holds no picture") if path.is_dir() else Reason("there is no such file or folder")
            raise ImageUnreadable(path=path, reason=other or none)
        loaded = application.recognizer.pack if pack is None else application.packs.load(pack)
        rows = embed_files(loaded, application.images, root, files, keep_crops=crops is not None)
        table = list(track(rows, total=len(files), description="Embedding", console=Console(stderr=True)))
        save_embeddings(output, table, loaded.info)
        if crops is not None:
            save_crops(crops, table, loaded.info)
    good = sum(row.status == "ok" for row in table)
    say(f"{good} of {len(table)} pictures embedded with {loaded.info.model_id}, written to {output}")
