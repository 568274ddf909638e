"""One fine-tuning from its files to a new pack: read, look for wrong labels, train, measure, write what is better."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from attendance.core.packs.calibration import Calibration, Carried
from attendance.core.packs.manifest_file import read_manifest
from attendance.core.recognition.leave_one_out import DEFAULT_MARGIN
from attendance.core.recognition.thresholds import GallerySize
from attendance.core.types import FmrPoint
from attendance.errors import Reason
from attendance_training.errors import ExportFailed
from attendance_training.evaluation.calibration import count_cross_pairs
from attendance_training.files.atomic_file import replace_file
from attendance_training.finetune.candidate import Candidate, Source, train_candidate
from attendance_training.finetune.faces_input import LoadedFaces, load_faces, refuse_other_input
from attendance_training.finetune.feedback import Feedback, Line
from attendance_training.finetune.fit import FitOptions
from attendance_training.finetune.judging.comparison import compare
from attendance_training.finetune.judging.gate import GateDecision
from attendance_training.finetune.judging.measure import Rules, own_points
from attendance_training.finetune.network.options import NetworkOptions
from attendance_training.finetune.network.pack_network import PackNetwork, load_network
from attendance_training.finetune.pack_writer import write_adapted_pack
from attendance_training.finetune.prepare import (
    check_general,
    clean_staff,
    fit_data,
    known_disputes,
    listed,
    refuse_too_few,
    refuse_wrong_labels,
    say_alone,
)
from attendance_training.finetune.report import (
    Counts,
    FinetuneReport,
    gate_table,
    model_card,
    outcome,
    refusals,
    without_names,
)
from attendance_training.finetune.split import StaffSplit, halve_people, split_staff
from attendance_training.finetune.staff import NamedFaces
from attendance_training.packs.export import Parity
from attendance_training.packs.folder import read_calibration
from attendance_training.packs.recognizer import OnnxRecognizer, open_recognizer
from attendance_training.reports.text import to_json
from attendance_training.runs.run_folder import refuse_unwritable

_MOST_THREADS = 4
"""That embed the crops: more bring little for so small a network."""

Options = FitOptions | NetworkOptions
"""The first trains an adapter, the second the network itself."""


@dataclass(frozen=True, slots=True)
class Inputs:
    """What the command was given.

    Attributes:
        pack: folder of the pack to tune.
        faces: of the staff; see ``load_faces``.
        general: of other people, likewise.
        output: folder of the new pack; does not exist.
        disputed: photographs in a folder named like the person they were taken for; None without.
        report: of the gate, without its ending; None: beside the new pack, when there is one.
        security: level of the kiosk.
        margin: cosine that the kiosk asks for between the best and the second-best person.
        split_seed: of the division of staff and general people.
        checkpoint: weights of the network behind the pack, None where the pack itself has them (``open_network``); only
            when the network itself is trained, as the next two.
        backbone: name of that network; "" for whichever it is.
        work: folder of the checkpoints of a training; None: none are written.
    """

    pack: Path
    faces: Path
    general: Path
    output: Path
    disputed: Path | None = None
    report: Path | None = None
    security: str = "normal"
    margin: float = DEFAULT_MARGIN
    split_seed: int = 1
    checkpoint: Path | None = None
    backbone: str = ""
    work: Path | None = None


@dataclass(frozen=True, slots=True, eq=False)
class _Material:
    """Everything read, checked and divided."""

    staff: NamedFaces
    split: StaffSplit
    bench: NamedFaces
    rules: Rules
    source: Source
    counts: Counts
    sample_bgr: NDArray[np.uint8]


def finetune(inputs: Inputs, options: Options, feedback: Feedback) -> GateDecision:
    """Run everything.

    Args:
        inputs: what from and where to.
        options: of the training.
        feedback: takes what happens; its ``commit`` is called before anything is written.

    Returns:
        Why the candidate was promoted, or not: then no pack was written.

    Raises:
        TrainingDataUnusable: the staff cannot be used, or there are too few people.
        EvaluationDataUnusable: the general set is too small, or holds people of the staff.
        ModelError: the pack or the checkpoint cannot be used, or the export failed.
        StorageError: the pack or the report cannot be written.
    """
    if inputs.output.exists():
        raise ExportFailed(path=inputs.output, reason=Reason("it exists already; give the new pack another name"))
    for folder in (inputs.output.parent, inputs.work):
        if folder is not None:
            refuse_unwritable(folder)
    read_manifest(inputs.pack)  # a single ONNX file can be opened, and no pack be made of it
    recognizer = open_recognizer(str(inputs.pack), threads=min(_MOST_THREADS, os.cpu_count() or 1))
    network = None
    if isinstance(options, NetworkOptions):  # at once: reading the faces takes long
        network = load_network(inputs.checkpoint or inputs.pack, inputs.backbone, recognizer)
    material = _prepare(inputs, recognizer, network, feedback)
    feedback.phase("train")
    feedback.progress(f"training on {material.counts.photos:,} photographs ...")
    started = time.perf_counter()
    candidate = train_candidate(material.source, options, feedback)
    seconds = time.perf_counter() - started
    feedback.phase("measure")
    feedback.progress("measuring ...")
    staff, bench = material.staff, material.bench
    compared = compare(staff, bench, material.split, material.rules, candidate.renew, best_step=candidate.step)
    decision = compared.decision
    report = FinetuneReport(
        base=recognizer.model_id,
        counts=material.counts,
        options=options,
        seconds=seconds,
        best_step=candidate.step,
        steps=candidate.steps,
        validation=candidate.validation,
        decision=decision,
        outcome=decision.outcome,
    )
    feedback.say(gate_table(decision))
    if decision.is_promoted:
        feedback.phase("export")
        report = _write_pack(report, candidate, compared.points, material, inputs, feedback)
        feedback.say(f"Wrote {inputs.output}")
    else:
        listed("checks not passed", refusals(decision), feedback.say)
    feedback.commit()
    if decision.is_promoted or inputs.report is not None:
        _write_report(inputs.report or inputs.output.with_name(f"{inputs.output.name}.report"), report, feedback.say)
    feedback.say(outcome(decision))
    return decision


def _prepare(inputs: Inputs, recognizer: OnnxRecognizer, network: PackNetwork | None, feedback: Feedback) -> _Material:
    say = feedback.say
    feedback.phase("read")
    for path in (inputs.faces, inputs.general, inputs.disputed):
        if path is not None:
            refuse_other_input(path)
    keep_crops = network is not None
    loaded = _load(inputs.faces, recognizer, keep_crops, feedback)
    loaded_general = _load(inputs.general, recognizer, keep_crops, feedback)
    general = loaded_general.faces
    feedback.phase("check")
    check_general(general, loaded.faces, inputs.general)
    calibration = read_calibration(inputs.pack)
    points = calibration.points or own_points(general)
    rules = Rules(points, calibration.photos_per_person, inputs.security, inputs.margin)
    threshold = rules.threshold(GallerySize(len(loaded.faces.people), len(loaded.faces.photos)))
    staff = clean_staff(loaded.faces, threshold=threshold, say=say)
    refuse_wrong_labels(loaded.faces, staff, inputs.faces)
    refuse_too_few(staff, inputs.faces)
    books = {}
    if loaded.book and loaded_general.book:
        books["faces"] = loaded.book.joined(loaded_general.book)
    disputed = None
    if inputs.disputed is not None:
        loaded_disputed = _load(inputs.disputed, recognizer, keep_crops, feedback)
        disputed = known_disputes(loaded_disputed.faces, staff, say)
        if loaded_disputed.book:
            books["disputed"] = loaded_disputed.book
    wanted = frozenset(disputed.people) if disputed else frozenset[str]()
    split = split_staff(staff, seed=inputs.split_seed, wanted=wanted)
    say_alone(staff, split, say)
    replay, bench = halve_people(general, seed=inputs.split_seed)
    data, photos = fit_data(staff, split, replay, disputed, threshold=threshold)
    counts = Counts(
        people=int((~split.alone).sum()),
        trained=int(split.trained.sum()),
        validation=int(split.validation.sum()),
        unseen=int(split.unseen.sum()),
        alone=int(split.alone.sum()),
        photos=len(data.labels),
        probes=int((split.is_probe & (split.trained | split.unseen)[staff.person]).sum()),
        left_out=len(loaded.left_out) + len(loaded.faces.photos) - len(staff.photos),
        disputed=len(data.disputed),
        replay=len(replay.people),
        general=len(bench.people),
    )
    source = Source(recognizer, data, photos, books, network, inputs.checkpoint or inputs.pack, inputs.work)
    return _Material(staff, split, bench, rules, source, counts, loaded.sample_bgr)


def _load(path: Path, recognizer: OnnxRecognizer, keep_crops: bool, feedback: Feedback) -> LoadedFaces:
    def progress(done: int) -> None:
        feedback.progress(f"{path.name}: {done:,} faces embedded ...")

    loaded = load_faces(path, recognizer, keep_crops=keep_crops, progress=progress)
    listed(f"left out of {path}", [f"{item.name}: {item.reason}" for item in loaded.left_out], feedback.say)
    return loaded


def _write_pack(
    report: FinetuneReport,
    candidate: Candidate,
    points: tuple[FmrPoint, ...],
    material: _Material,
    inputs: Inputs,
    feedback: Feedback,
) -> FinetuneReport:
    """Write the pack and return the report with the agreement of its file."""
    bench = material.bench
    counts = bench.counts()
    source = Carried(report.base, people=len(bench.people), photographs=len(bench.photos))
    calibration = Calibration(
        data=str(source.reason),
        impostor_pairs=count_cross_pairs(counts),
        points=points,
        photos_per_person=material.rules.photos_per_person,
        carried=source,
    )

    def describe(parity: Parity) -> tuple[str, str]:
        known = replace(report, parity=parity)
        return model_card(known, inputs.output.name), to_json(without_names(known))

    parity = write_adapted_pack(
        inputs.pack,
        inputs.output,
        write_recognizer=lambda path: candidate.write(path, material.sample_bgr),
        describe=describe,
        before_rename=feedback.commit,
        calibration=calibration,
    )
    return replace(report, parity=parity)


def _write_report(name: Path, report: FinetuneReport, say: Line) -> None:
    lines = "".join(f"- {line}\n" for line in refusals(report.decision))
    text = f"# Fine-tuning of {report.base}: {report.decision.outcome}\n\n"
    replace_file(name.with_name(f"{name.name}.md"), f"{text}{gate_table(report.decision)}\n{lines}".encode())
    replace_file(name.with_name(f"{name.name}.json"), to_json(report).encode())
    say(f"Wrote {name}.md and {name}.json; they may hold names of people.")
