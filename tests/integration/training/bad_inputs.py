"""What the commands of the training are given by mistake; docs/results/bad-inputs.md has what each of them says."""

from __future__ import annotations

import errno
import os
import pickle
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from attendance.core.packs.format import Licence
from attendance.core.types import LicenceUse
from attendance_training.backbones.pretrained import save_arrays
from attendance_training.loop.config import read_config
from attendance_training.loop.session import train
from attendance_training.packs.folder import detector_files, write_pack
from tests.onnx_graphs import save_recognizer
from tests.unit.training.data.pictures import Crop, png, write_folder
from tests.unit.training.loop.tiny import SIZE, MadeUpFaces, Pooled, photo

PEOPLE, PHOTOS = 16, 3
PACK_SIZE = 32
RECIPE = f'backbone = "pooled"\nembedding_size = {SIZE}\nepochs = 1\npeople_per_batch = 4\ndegrade = false\n'
Here = Callable[[], object]
"""Changes what lies in the working folder."""
Broken = Callable[[pytest.MonkeyPatch], None]
"""Makes the file system refuse."""


@dataclass(frozen=True)
class Bad:
    """One bad input.

    Attributes:
        what: is wrong, for the page.
        words: of the command after ``attendance-train``.
        spoil: makes it so, in a folder where everything else is right.
        breaks: makes the file system refuse.
        made: what may lie there afterwards that did not before: folders in which nothing is half-written.
    """

    what: str
    words: str
    spoil: Here = lambda: None
    breaks: Broken = lambda _patch: None
    made: Sequence[str] = ()


def write_site(folder: Path) -> None:
    """Write one of each kind of file that a command takes, all right."""
    write_folder(
        folder / "faces", {person(who): [photo(who, number) for number in range(PHOTOS)] for who in everybody()}
    )
    write_crops(
        folder / "c.npz", {person(who): [photo(who, number) for number in range(PHOTOS)] for who in everybody()}
    )
    write_embeddings(folder / "e.npz", embeddings())
    (folder / "recipe.toml").write_text(RECIPE)
    (folder / "run").mkdir()
    save_arrays(folder / "run" / "weights.npz", Pooled(SIZE))
    save_arrays(folder / "w.npz", Pooled(SIZE))
    (folder / "old.pth").write_bytes(b"not a pickle")
    save_recognizer(folder / "m.onnx")
    write_site_pack(folder / "pack")


def everybody() -> range:
    return range(PEOPLE)


def person(number: int) -> str:
    return f"p{number:02}"


def write_crops(path: Path, people: dict[str, Sequence[Crop]]) -> Path:
    names = [f"{name}/{number}.png" for name, crops in people.items() for number in range(len(crops))]
    crops = np.stack([crop for own in people.values() for crop in own])
    np.savez(path, path=np.array(names), crop=crops, model_id=np.array("pack:1"))
    return path


def embeddings() -> NDArray[np.float32]:
    rows = np.random.default_rng(1).normal(size=(PEOPLE * PHOTOS, PACK_SIZE)).astype(np.float32)
    unit: NDArray[np.float32] = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    return unit


def write_embeddings(path: Path, rows: NDArray[np.float32], *, model_id: str = "") -> Path:
    names = [f"{person(row // PHOTOS)}/{row % PHOTOS}.png" for row in range(len(rows))]
    status = np.full(len(rows), "ok")
    np.savez(path, path=np.array(names), status=status, embedding=rows, model_id=np.array(model_id))
    return path


def write_site_pack(pack: Path) -> None:
    pack.mkdir()
    save_recognizer(pack / "rec.onnx", size=PACK_SIZE)
    detector = pack.with_name("detector.onnx")
    detector.write_bytes(b"detector")
    write_pack(
        pack,
        pack_id="pack",
        title="Pack",
        licence=Licence("none", "None.", use=LicenceUse.RESEARCH_ONLY),
        detector=detector_files(detector),
        embedding_size=PACK_SIZE,
        flip_average=False,
    )
    detector.unlink()


# --- ways to spoil -----------------------------------------------------------------------------------


def only(people: int, photos: int = PHOTOS) -> Here:
    def spoil() -> None:
        shutil.rmtree("faces")
        write_folder(Path("faces"), {person(who): [photo(who, n) for n in range(photos)] for who in range(people)})

    return spoil


def each_picture(change: Callable[[bytes], bytes]) -> Here:
    def spoil() -> None:
        for path in Path("faces").rglob("*.png"):
            path.write_bytes(change(path.read_bytes()))

    return spoil


def cut(path: str, share: float = 0.5) -> Here:
    def spoil() -> None:
        content = Path(path).read_bytes()
        Path(path).write_bytes(content[: int(len(content) * share)])

    return spoil


def arrays(path: str, change: Callable[[dict[str, NDArray[np.generic]]], object]) -> Here:
    """Change what an .npz holds."""

    def spoil() -> None:
        with np.load(path) as archive:
            held = {name: archive[name].copy() for name in archive.files}
        change(held)
        np.savez(path, **held)  # type: ignore[arg-type]

    return spoil


def text(path: str, content: str, encoding: str = "utf-8") -> Here:
    return lambda: Path(path).write_bytes(content.encode(encoding))


def copied(source: str, target: str) -> Here:
    return lambda: (Path(target).parent.mkdir(parents=True, exist_ok=True), shutil.copyfile(source, target))


def nan_in(path: str) -> Here:
    def change(held: dict[str, NDArray[np.generic]]) -> None:
        name = next(name for name, values in held.items() if values.dtype == np.float32)
        held[name].flat[0] = np.nan  # type: ignore[call-overload]

    return arrays(path, change)


def pairs_file(packed: Callable[[tuple[list[bytes], list[bool]]], bytes]) -> Here:
    pictures = [png(photo(60 + pair // 2, number)) for pair in range(20) for number in range(2)]
    return lambda: Path("lfw.bin").write_bytes(packed((pictures, [pair % 2 == 0 for pair in range(20)])))


def crops_of(people: int, photos: int = PHOTOS) -> Here:
    return lambda: write_crops(
        Path("c.npz"), {person(who): [photo(who, number) for number in range(photos)] for who in range(people)}
    )


def outsiders(people: int = 300, name: str = "g{:03}") -> Here:
    crops = {name.format(who): [photo(100 + who, number) for number in range(2)] for who in range(people)}
    return lambda: write_crops(Path("g.npz"), crops)


def both(first: Here, second: Here) -> Here:
    return lambda: (first(), second())


def begun_run() -> None:
    """Leave the state of a run on other pictures, as a stopped training does."""
    config = read_config(Path("recipe.toml"))
    train(MadeUpFaces(), MadeUpFaces().rows, config, out=Path("o"), data_hash="another")


def full_disk(patch: pytest.MonkeyPatch) -> None:
    def refuse(_file: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    patch.setattr(os, "fsync", refuse)


def no_permission(patch: pytest.MonkeyPatch) -> None:
    """As for a user who may read everything and write nothing; a test that is run by root may write anywhere."""

    def refuse(path: Path, *_given: object, **_named: object) -> None:
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))

    def may(path: Path, mode: int) -> bool:
        return not mode & os.W_OK and allowed(path, mode)

    allowed = os.access
    patch.setattr(Path, "mkdir", refuse)
    patch.setattr(os, "access", may)


TRAIN = "train --faces faces --recipe recipe.toml --out o"
FROM_CROPS = "train --faces c.npz --recipe recipe.toml --out o"
TUNE = "finetune --pack pack --faces c.npz --general g.npz -o tuned"
OTHER_KINDS: Sequence[Bad] = (
    Bad("pictures for a network", "export-pack faces -o p"),
    Bad("embeddings for a network", "export-pack e.npz -o p"),
    Bad("a recipe for a network", "export-pack recipe.toml -o p"),
    Bad("a name that is nothing", "export-pack absent -o p"),
    Bad("a network and nobody to measure it with", "evaluate run -o r"),
    Bad("faces for embeddings", "evaluate c.npz -o r"),
    Bad("pictures for embeddings", "evaluate faces -o r"),
    Bad("a training for faces", "evaluate run --faces run -o r"),
    Bad("embeddings for a network, with faces", "evaluate e.npz --faces faces -o r"),
    Bad("faces for embeddings", "calibrate c.npz --pack run"),
    Bad("a training for faces", "check-faces run"),
    Bad("embeddings for published weights", "import-weights e.npz --backbone iresnet18 -o w2.npz"),
    Bad("weights for the state of a training", "compact run/weights.npz -o s.safetensors"),
    Bad("embeddings for faces", "train --faces e.npz --recipe recipe.toml --out o"),
    Bad("a training for a recipe", "train --faces faces --recipe run --out o"),
    Bad("embeddings for weights", "train --faces faces --recipe recipe.toml --start e.npz --out o"),
    Bad("a training for a pack", "finetune --pack run --faces faces --general faces -o o"),
    Bad("an ONNX file for a pack", "finetune --pack m.onnx --faces faces --general faces -o o"),
    Bad(
        "named pictures for a distillation",
        "distil --crops faces --teacher m.onnx --recipe d.toml --out o",
        text("d.toml", 'backbone = "dense112_tiny"\nminutes = 1\n'),
    ),
)
DAMAGED: Sequence[Bad] = (
    Bad("crops.npz cut off", FROM_CROPS, cut("c.npz")),
    Bad("every picture cut off", TRAIN, each_picture(lambda content: content[: len(content) // 2])),
    Bad("pictures that are none", TRAIN, each_picture(lambda _content: b"a text")),
    Bad(
        "an index of RecordIO that is not there",
        "train --faces train.rec --recipe recipe.toml --out o",
        text("train.rec", "none"),
    ),
    Bad(
        "a tar file that is compressed",
        "train --faces shards --recipe recipe.toml --out o",
        lambda: (Path("shards").mkdir(), text("shards/a.tar", "\x1f\x8b and more", "latin-1")()),
    ),
    Bad("weights cut off", f"{TRAIN} --start w.npz", cut("w.npz")),
    Bad("a torch file that is none", "export-pack old.pth -o p"),
    Bad(
        "weights with code in them",
        f"{TRAIN} --start w.npz",
        lambda: np.savez("w.npz", x=np.array([{"an": "object"}]), allow_pickle=True),
    ),
    Bad("pairs with code in them", f"{TRAIN} --validation lfw.bin", pairs_file(lambda _pairs: pickle.dumps(print))),
    Bad("pairs cut off", f"{TRAIN} --validation lfw.bin", pairs_file(lambda pairs: pickle.dumps(pairs)[:999])),
    Bad("embeddings cut off", "evaluate e.npz -o r", cut("e.npz")),
    Bad("the state of a training cut off", "compact s.safetensors -o t.safetensors", text("s.safetensors", "x" * 99)),
    Bad("a manifest cut off", "calibrate e.npz --pack pack", cut("pack/manifest.json")),
    Bad("the pack's network cut off", TUNE, both(outsiders(), cut("pack/rec.onnx"))),
)
TOO_LITTLE: Sequence[Bad] = (
    Bad("one person", TRAIN, only(1)),
    Bad("two people", TRAIN, only(2)),
    Bad("one picture of each", f"{TRAIN} --held-out 0.3", only(PEOPLE, 1)),
    Bad("an empty folder", "check-faces empty", lambda: Path("empty").mkdir()),
    Bad(
        "fewer people than a batch",
        f"{TRAIN} --held-out 0.3",
        text("recipe.toml", RECIPE.replace("batch = 4", "batch = 64")),
    ),
    Bad(
        "nine pairs",
        f"{TRAIN} --validation lfw.bin",
        pairs_file(lambda pairs: pickle.dumps((pairs[0][:18], pairs[1][:9]))),
    ),
    Bad(
        "embeddings of one person",
        "evaluate e.npz -o r",
        lambda: write_embeddings(Path("e.npz"), embeddings()[:PHOTOS]),
    ),
    Bad(
        "embeddings of one person",
        "calibrate e.npz --pack pack",
        lambda: write_embeddings(Path("e.npz"), embeddings()[:PHOTOS]),
    ),
    Bad("crops of one person", "robustness --crops c.npz --recognizer pack -o r", crops_of(1)),
    Bad("one crop of each of the staff", TUNE, both(outsiders(), crops_of(PEOPLE, 1))),
    Bad("a few outsiders", TUNE, outsiders(40)),
    Bad("no outsiders", TUNE),
)
NOT_WHAT_IT_SAYS: Sequence[Bad] = (
    Bad("pictures of another side", TRAIN, each_picture(lambda _content: png(photo(1, 1)[:96, :96]))),
    Bad("crops of another side", FROM_CROPS, arrays("c.npz", lambda held: held.update(crop=held["crop"][:, :96, :96]))),
    Bad(
        "crops that are not numbers (NaN)",
        FROM_CROPS,
        arrays("c.npz", lambda held: held.update(crop=held["crop"] * np.float32("nan"))),
    ),
    Bad("a picture in nobody's folder", TRAIN, copied("faces/p00/0.png", "faces/0.png")),
    Bad("a crop in nobody's folder", FROM_CROPS, arrays("c.npz", lambda held: held["path"].__setitem__(0, "0.png"))),
    Bad(
        "two crops of one name", FROM_CROPS, arrays("c.npz", lambda held: held["path"].__setitem__(0, held["path"][1]))
    ),
    Bad(
        "two embeddings of one name",
        "evaluate e.npz -o r",
        arrays("e.npz", lambda held: held["path"].__setitem__(0, held["path"][1])),
    ),
    Bad("fewer names than crops", FROM_CROPS, arrays("c.npz", lambda held: held.update(path=held["path"][1:]))),
    Bad("one person under two names", "check-faces faces", lambda: shutil.copytree("faces/p00", "faces/zoe")),
    Bad(
        "pictures to validate with that are trained on",
        f"{TRAIN} --validation v",
        copied("faces/p00/0.png", "v/q/0.png"),
    ),
    Bad("staff among the outsiders", TUNE, outsiders(name="p{:02}")),
    Bad("weights that are not numbers (NaN)", f"{TRAIN} --start w.npz", nan_in("w.npz")),
    Bad("weights that are not numbers (NaN)", "export-pack run -o p", nan_in("run/weights.npz")),
    Bad("weights of another network", f"{TRAIN} --start w.npz", lambda: save_arrays(Path("w.npz"), Pooled(24))),
    Bad("weights of another network", "export-pack run -o p --backbone dense112"),
    Bad("embeddings that are not numbers (NaN)", "evaluate e.npz -o r", nan_in("e.npz")),
    Bad(
        "embeddings that are not numbers (NaN)",
        "finetune --pack pack --faces e.npz --general g.npz -o tuned",
        both(outsiders(), nan_in("e.npz")),
    ),
    Bad(
        "embeddings that are not of unit length",
        "evaluate e.npz -o r",
        arrays("e.npz", lambda held: held.update(embedding=held["embedding"] * np.float32(3))),
    ),
    Bad(
        "embeddings of another pack",
        "finetune --pack pack --faces e.npz --general g.npz -o tuned",
        both(outsiders(), lambda: write_embeddings(Path("e.npz"), embeddings(), model_id="other:0123456789ab")),
    ),
    Bad(
        "embeddings of another pack",
        "calibrate e.npz --pack pack",
        lambda: write_embeddings(Path("e.npz"), embeddings(), model_id="other:0123456789ab"),
    ),
    Bad(
        "embeddings where crops are needed",
        "finetune --train last-stage --checkpoint w.npz --pack pack --faces e.npz --general g.npz -o tuned",
        outsiders(),
    ),
)
TEXTS: Sequence[Bad] = (
    Bad(
        "a CSV that is not UTF-8",
        "evaluate e.npz -o r --groups g.csv",
        text("g.csv", "person,group\np00,Köln\n", "latin-1"),
    ),
    Bad("a CSV without its columns", "evaluate e.npz -o r --groups g.csv", text("g.csv", "name,site\np00,Bern\n")),
    Bad("a CSV of other people", "evaluate e.npz -o r --groups g.csv", text("g.csv", "person,group\nzoe,Bern\n")),
    Bad(
        "a CSV with one name twice",
        "evaluate e.npz -o r --groups g.csv",
        text("g.csv", "person,group\np00,Bern\np00,Lyon\n"),
    ),
    Bad("a list of pairs that is none", "evaluate e.npz -o r --pairs p.txt", text("p.txt", "hello\n")),
    Bad("a recipe that is not UTF-8", TRAIN, text("recipe.toml", f"{RECIPE}# Tür\n", "latin-1")),
    Bad("a recipe that is no TOML", TRAIN, text("recipe.toml", "epochs = = 3\n")),
    Bad("a recipe with NaN", TRAIN, text("recipe.toml", f"{RECIPE}peak_lr = nan\n")),
    Bad("a recipe with a text for a number", TRAIN, text("recipe.toml", f'{RECIPE}seed = "one"\n')),
    Bad(
        "a recipe with a margin in degrees", TRAIN, text("recipe.toml", f"{RECIPE}[loss_options]\nmargin_rad = 28.6\n")
    ),
    Bad("a plan of a sweep with one seed", "sweep plan.toml --faces c.npz -o o", text("plan.toml", "seeds = [1]\n")),
)
PLACES: Sequence[Bad] = (
    Bad("a file in place of the run's folder", TRAIN, text("o", "mine")),
    Bad("a run of other pictures", f"{TRAIN} --held-out 0.3", begun_run),
    Bad("a pack that exists", "export-pack run -o p", text("p", "mine")),
    Bad("a pack that exists", TUNE, both(outsiders(), text("tuned", "mine"))),
    Bad("a folder that holds shards", "shards faces -o s", lambda: (Path("s").mkdir(), text("s/a.tar", "mine")())),
    Bad("no permission", TRAIN, breaks=no_permission),
    Bad("no permission", "export-pack run -o p", breaks=no_permission),
    Bad("a full disk", f"{TRAIN} --held-out 0.3", breaks=full_disk, made=("o",)),
    Bad("a full disk", "export-pack run -o p", breaks=full_disk),
    Bad("a full disk", "shards faces -o s", breaks=full_disk, made=("s",)),
    Bad("a full disk", "evaluate e.npz -o r", breaks=full_disk, made=("r",)),
)
CASES = (*OTHER_KINDS, *DAMAGED, *TOO_LITTLE, *NOT_WHAT_IT_SAYS, *TEXTS, *PLACES)
