"""Embeds kept crops with another recognizer, beside what the computer is there for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import islice

from attendance.core.ports.recognizers import Recognizers
from attendance.core.ports.vision import VisionPack
from attendance.core.types import Template

_BATCH = 32
"""Crops a run: 1.2 MB of pixels; larger batches are no faster on a processor."""

Progress = Callable[[int, int], None]
"""(crops done, crops in all); called after each batch."""


@dataclass(frozen=True, slots=True)
class EmbedOutcome:
    """How far it came.

    Attributes:
        embedded: crops embedded in this run.
        is_finished: False when it was stopped, or the pack is not the candidate any more.
    """

    embedded: int
    is_finished: bool


def embed_missing(
    recognizers: Recognizers,
    pack: VisionPack,
    *,
    is_candidate: bool,
    progress: Progress | None = None,
    should_stop: Callable[[], bool] = lambda: False,
) -> EmbedOutcome:
    """Embed every kept crop that this recognizer has no template of; each batch is saved at once.

    A run that was cut short, even by a power failure, is gone on with by the next one.

    Args:
        recognizers: crops and templates.
        pack: its recognizer runs in the calling thread.
        is_candidate: the pack is the candidate, and the run ends when it is that no longer; else it is in use.
        progress: see ``Progress``.
        should_stop: asked before each batch.

    Raises:
        StorageError: crops cannot be read or templates cannot be written.
    """
    model_id = pack.embedder.model_id
    total = recognizers.count_crops_without(model_id)
    crops = recognizers.iter_crops_without(model_id)
    done = 0
    while not should_stop():
        batch = list(islice(crops, _BATCH))
        if not batch:
            return EmbedOutcome(done, is_finished=True)
        embeddings = pack.embedder.embed([crop for _, _, crop in batch])
        rows = [
            Template(person_id, model_id, embedding, crop_id=crop_id)
            for (crop_id, person_id, _), embedding in zip(batch, embeddings, strict=True)
        ]
        if not recognizers.add_templates(rows, candidate=pack.info.pack_id if is_candidate else None):
            break
        done += len(batch)
        if progress is not None:
            progress(done, max(done, total))  # people may have been enrolled meanwhile
    return EmbedOutcome(done, is_finished=False)
