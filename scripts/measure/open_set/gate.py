"""Plants candidates whose effect is known and counts what the gate of a fine-tuning does with them.

    python scripts/measure/open_set/gate.py EMBEDDINGS.npz --pack FOLDER [--staff 60] [--outsiders 350] [--camera 1.5]

EMBEDDINGS is ``attendance embed`` of photographs in folders by person with the pack. Nothing is trained: a candidate is
a change of the embeddings. The door's camera is made bad by adding noise of length ``--camera`` to every embedding,
staff and outsiders alike; a better candidate takes a part of it away. What a candidate really does is measured on
everybody's photographs, each left out once, with strangers refused as often by both. See docs/results/gate.md.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from open_set_trials import Floats, name_of, number_people, read_faces, unit

from attendance.core.packs.manifest_file import read_manifest
from attendance.core.training_gate import Outcome
from attendance_training.finetune.judging.changes import threshold_at_rate
from attendance_training.finetune.judging.comparison import compare
from attendance_training.finetune.judging.measure import Rules, measure
from attendance_training.finetune.split import halve_people, split_staff
from attendance_training.finetune.staff import NamedFaces

SPLITS = 5
WORLDS = 4
"""Different staffs and outsiders."""


@dataclass(frozen=True, slots=True, eq=False)
class World:
    """One company at one door.

    Attributes:
        staff: with the pack's embeddings through the bad camera.
        outsiders: likewise.
        clean: embedding of each photograph without the camera's noise, by its name.
        noise: of each photograph.
    """

    staff: NamedFaces
    outsiders: NamedFaces
    clean: dict[str, Floats]
    noise: dict[str, Floats]

    def rows(self, faces: NamedFaces, camera: float) -> Floats:
        """Return the embeddings of the photographs with so much of the noise."""
        clean, noise = (np.stack([values[photo] for photo in faces.photos]) for values in (self.clean, self.noise))
        return unit(clean + camera * noise)


@dataclass(frozen=True, slots=True)
class Plant:
    """A candidate.

    Attributes:
        kind: "harmful", "equal" or "better": what it was planted as.
        change: (world, faces, whether they are staff, random numbers) -> the candidate's embeddings.
    """

    name: str
    kind: str
    change: Callable[[World, NamedFaces, bool, np.random.Generator], NDArray[np.floating]]


ITSELF = Plant("the pack itself", "equal", lambda _world, faces, _staff, _rng: faces.vectors)


def plants(camera: float) -> list[Plant]:
    """Return all candidates: harm of many kinds, changes without effect, and gains of several sizes."""
    size = 192
    turn = np.linalg.qr(np.random.default_rng(9).normal(size=(size, size)))[0]
    common = unit(np.random.default_rng(3).normal(size=(1, size)))

    def less(share: float) -> Callable[..., Floats]:
        return lambda world, faces, _staff, _rng: world.rows(faces, (1 - share) * camera)

    def noisy(amount: float, who: str) -> Callable[..., Floats]:
        def change(_world: World, faces: NamedFaces, is_staff: bool, rng: np.random.Generator) -> Floats:
            if who not in ("all", "staff" if is_staff else "outsiders"):
                return faces.vectors
            return unit(faces.vectors + amount * unit(rng.normal(size=faces.vectors.shape)))

        return change

    def lost(count: int, share: float = 0.0) -> Callable[..., Floats]:
        def change(world: World, faces: NamedFaces, is_staff: bool, rng: np.random.Generator) -> Floats:
            vectors = world.rows(faces, (1 - share) * camera)
            victims = set(world.staff.people[:: max(1, len(world.staff.people) // count)][:count])
            is_victim = np.array([name in victims for name in faces.people])[faces.person] & is_staff
            vectors[is_victim] = unit(rng.normal(size=(int(is_victim.sum()), vectors.shape[1])))
            return vectors

        return change

    def merged(share: float) -> Callable[..., Floats]:
        def change(world: World, faces: NamedFaces, is_staff: bool, _rng: np.random.Generator) -> Floats:
            vectors = world.rows(faces, (1 - share) * camera)
            pair = world.staff.people[3:5]
            means = [
                vectors[[faces.people[p] == name for p in faces.person]].mean(axis=0)
                for name in pair
                if is_staff and name in faces.people
            ]
            if len(means) == 2:
                is_pair = np.array([name in pair for name in faces.people])[faces.person]
                vectors[is_pair] = unit(vectors[is_pair] + 4.0 * (means[0] + means[1]))
            return vectors

        return change

    def nearer(amount: float, share: float) -> Callable[..., Floats]:
        def change(world: World, faces: NamedFaces, is_staff: bool, rng: np.random.Generator) -> Floats:
            vectors = world.rows(faces, (1 - share) * camera)
            if is_staff:
                return vectors
            towards = world.staff.vectors[rng.integers(0, len(world.staff.vectors), len(vectors))]
            return unit((1 - amount) * vectors + amount * towards)

        return change

    def first(count: int) -> Callable[..., Floats]:
        return lambda _world, faces, _staff, _rng: unit(faces.vectors[:, :count])

    def biased(amount: float) -> Callable[..., Floats]:
        return lambda _world, faces, _staff, _rng: unit(faces.vectors + amount * common)

    def constant(_world: World, faces: NamedFaces, _staff: bool, _rng: np.random.Generator) -> Floats:
        return np.broadcast_to(common, faces.vectors.shape).copy()

    def not_numbers(_world: World, faces: NamedFaces, _staff: bool, _rng: np.random.Generator) -> Floats:
        vectors = faces.vectors.copy()
        vectors[0, 0] = np.nan
        return vectors

    return [
        ITSELF,
        Plant("all embeddings turned", "equal", lambda _w, faces, _s, _r: unit(faces.vectors @ turn)),
        Plant("noise 0.02", "equal", noisy(0.02, "all")),
        Plant("noise 0.05", "equal", noisy(0.05, "all")),
        *(
            Plant(f"{share:.0%} of the camera's noise gone", "better", less(share))
            for share in (0.02, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.7)
        ),
        *(Plant(f"noise {amount:g} on everybody", "harmful", noisy(amount, "all")) for amount in (0.3, 0.5, 0.8, 1.2)),
        *(
            Plant(f"noise {amount:g} on the staff", "harmful", noisy(amount, "staff"))
            for amount in (0.3, 0.5, 0.8, 1.2)
        ),
        *(Plant(f"{count} colleagues lost", "harmful", lost(count)) for count in (1, 2, 3, 5)),
        *(
            Plant(f"{share:.0%} of the noise gone, {count} colleagues lost", "harmful", lost(count, share))
            for share in (0.1, 0.3, 0.5)
            for count in (1, 2)
        ),
        *(
            Plant(f"{share:.0%} of the noise gone, two colleagues as one", "harmful", merged(share))
            for share in (0.0, 0.1, 0.3, 0.5)
        ),
        *(Plant(f"strangers {amount:.0%} nearer", "harmful", nearer(amount, 0.0)) for amount in (0.1, 0.2, 0.3, 0.5)),
        *(
            Plant(f"{share:.0%} of the noise gone, strangers {amount:.0%} nearer", "harmful", nearer(amount, share))
            for share, amount in ((0.1, 0.3), (0.2, 0.3), (0.3, 0.4), (0.3, 0.5))
        ),
        *(Plant(f"first {count} of 192 numbers", "harmful", first(count)) for count in (128, 96, 64, 32)),
        *(Plant(f"a direction of {amount:g} common to all", "harmful", biased(amount)) for amount in (1.0, 2.0)),
        Plant("squared", "harmful", lambda _w, faces, _s, _r: unit(np.sign(faces.vectors) * faces.vectors**2)),
        Plant("the same for everybody", "harmful", constant),
        Plant("one value not a number", "harmful", not_numbers),
    ]


def world(paths: Sequence[str], vectors: Floats, staff: int, outsiders: int, camera: float, seed: int) -> World:
    """Draw a company of people with three photographs and more, and other people."""
    rng = np.random.default_rng(seed)
    clean = dict(zip(paths, vectors, strict=True))
    noise = dict(zip(paths, unit(rng.normal(size=vectors.shape)), strict=True))
    names, counts = np.unique([name_of(path) for path in paths], return_counts=True)
    chosen = rng.choice(names[counts >= 3], staff, replace=False)
    others = rng.choice(np.setdiff1d(names, chosen), outsiders, replace=False)

    def faces(people: NDArray[np.str_]) -> NamedFaces:
        kept = set(people.tolist())
        photos = sorted(path for path in paths if name_of(path) in kept)
        of, person = number_people(photos)
        rows = unit(np.stack([clean[photo] + camera * noise[photo] for photo in photos]))
        return NamedFaces(tuple(of.tolist()), tuple(photos), person, rows)

    return World(faces(chosen), faces(others), clean, noise)


def share_named(given: World, plant: Plant, rules: Rules) -> float:
    """Return per cent of all staff's photographs that are named, as many strangers passing as the pack aims at.

    nan when the candidate is broken.
    """
    sides = [
        faces.with_vectors(np.asarray(plant.change(given, faces, is_staff, np.random.default_rng(5)), np.float32))
        for faces, is_staff in ((given.staff, True), (given.outsiders, False))
    ]
    if not np.isfinite(sides[0].vectors).all():
        return float("nan")
    measured = measure(sides[0], split_staff(given.staff), sides[1], rules)
    return 100 * float(measured.everybody.named(threshold_at_rate(measured)).mean())


def judge(place: World, plant: Plant, rules: Rules, seed: int) -> Outcome:
    """Return what the gate does with a candidate, with one division of staff and outsiders."""
    split = split_staff(place.staff, seed=seed)
    _, bench = halve_people(place.outsiders, seed=seed)
    staff = set(place.staff.people)

    def renew(faces: NamedFaces) -> NamedFaces:
        changed = plant.change(place, faces, faces.people[0] in staff, np.random.default_rng(seed))
        return faces.with_vectors(np.asarray(changed, np.float32))

    return compare(place.staff, bench, split, rules, renew, best_step=1, seed=seed).decision.outcome


def main() -> None:
    """Print one row for each candidate."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("embeddings", type=Path)
    parser.add_argument("--pack", type=Path, required=True)
    parser.add_argument("--staff", type=int, default=60)
    parser.add_argument("--outsiders", type=int, default=350)
    parser.add_argument("--camera", type=float, default=1.5)
    given = parser.parse_args()
    rows = read_faces(given.embeddings)
    calibration = read_manifest(given.pack).calibration
    if calibration is None:
        parser.error(f"{given.pack} is not calibrated")
    rules = Rules(calibration.points, calibration.photos_per_person, "normal")
    company = given.staff, given.outsiders, given.camera
    worlds = [world(rows.paths, rows.vectors, *company, seed) for seed in range(WORLDS)]
    known = [share_named(place, ITSELF, rules) for place in worlds]
    print(f"The pack knows {np.mean(known):.1f} % of the staff's photographs.\n")
    totals: Counter[tuple[str, str]] = Counter()
    print("| candidate | planted as | effect, points | promoted | held | refused |\n|---|---|---|---|---|---|")
    for plant in plants(given.camera):
        outcomes = Counter(judge(place, plant, rules, seed) for place in worlds for seed in range(1, SPLITS + 1))
        totals.update({(plant.kind, outcome): count for outcome, count in outcomes.items()})
        effect = np.mean([share_named(place, plant, rules) for place in worlds]) - np.mean(known)
        cells = " | ".join(str(outcomes[one]) for one in Outcome)
        print(f"| {plant.name} | {plant.kind} | {effect:+.1f} | {cells} |", flush=True)
    for kind in ("harmful", "equal", "better"):
        print(f"| **all** | {kind} | | {' | '.join(str(totals[kind, one]) for one in Outcome)} |")


if __name__ == "__main__":
    main()
