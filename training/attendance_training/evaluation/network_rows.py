"""Embeddings of aligned faces by a network that is no installed pack: a run, a checkpoint, or a pack's folder."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import numpy as np

from attendance.errors import Reason
from attendance.file_kinds import EXPORTED_KINDS, NETWORK_KINDS, FileKind, kind_of, other_kind
from attendance_training.adversarial.recognizers import NetworkRecognizer
from attendance_training.data.check_command import open_faces
from attendance_training.errors import EvaluationDataUnusable
from attendance_training.evaluation.embeddings import NORM_TOLERANCE, EmbeddingRows
from attendance_training.finetune.faces_input import embed_crops
from attendance_training.packs.recognizer import Recognizer, open_recognizer
from attendance_training.runs.held_out import held_out_people
from attendance_training.runs.network_weights import open_network

_MOST_THREADS = 4


def embedded_rows(
    source: Path,
    faces: Path,
    *,
    held_out_of: Path,
    say: Callable[[str], object],
    progress: Callable[[str], object],
) -> EmbeddingRows:
    """Embed the people whom a run held out; everybody where none says so.

    Args:
        source: folder of a run or of a pack, or a file of weights.
        faces: folder, .rec or .npz of aligned faces with names.
        held_out_of: the run.
        say: takes a line for the user.
        progress: takes a few words on what comes next, once both files can be used.

    Raises:
        EvaluationDataUnusable: ``source`` holds no network.
        ModelError: the pack cannot be used.
        CheckpointUnusable: the weights cannot be.
        TrainingDataUnusable: the faces cannot be read.
    """
    other = other_kind(source, FileKind.RUN, *EXPORTED_KINDS, *NETWORK_KINDS)
    if other is not None:
        raise EvaluationDataUnusable(path=source, reason=other)
    opened = open_faces(faces)
    recognizer = _open(source)
    progress("embedding")
    found = embed_crops(faces, opened, recognizer)
    is_chosen = held_out_people(held_out_of, found.faces.people)
    chosen = found.faces.of_people(is_chosen)
    if not is_chosen.all():
        say(f"Of {len(is_chosen):,} people {len(chosen.people):,} were not trained on; these are measured.")
    if not (np.abs(np.linalg.norm(chosen.vectors, axis=1) - 1.0) <= NORM_TOLERANCE).all():  # NaN is not either
        raise EvaluationDataUnusable(path=source, reason=Reason("some of its embeddings are not numbers"))
    if not len(chosen.people):
        raise EvaluationDataUnusable(path=faces, reason=Reason("all of its people were trained on"))
    # A picture of RecordIO has a number and no folder.
    names = zip(chosen.photos, (chosen.people[number] for number in chosen.person), strict=True)
    paths = tuple(photo if photo.startswith(f"{person}/") else f"{person}/{photo}" for photo, person in names)
    return EmbeddingRows(paths, np.ones(len(paths), np.bool_), chosen.vectors, recognizer.model_id)


def _open(source: Path) -> Recognizer:
    if kind_of(source) in EXPORTED_KINDS:
        return open_recognizer(str(source), threads=min(_MOST_THREADS, os.cpu_count() or 1))
    found = open_network(source)
    return NetworkRecognizer(found.network, f"{source.name}:{found.backbone.name}")
