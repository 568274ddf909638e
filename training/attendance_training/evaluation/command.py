"""``attendance-train evaluate``."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from attendance.errors import Reason
from attendance.file_errors import report_error
from attendance.file_kinds import FileKind, is_network, kind_of
from attendance_training.errors import EvaluationDataUnusable
from attendance_training.evaluation.embeddings import EmbeddingRows, group_rows, read_rows
from attendance_training.evaluation.groups import read_groups
from attendance_training.evaluation.pairs import read_pairs
from attendance_training.evaluation.report.as_json import to_json
from attendance_training.evaluation.suite import Evaluation, evaluate
from attendance_training.evaluation.summary import all_lines
from attendance_training.files.atomic_file import replace_file
from attendance_training.packs.folder import read_calibration

JSON_NAME = "report.json"
HTML_NAME = "report.html"


def run(
    source: Path,
    *,
    faces: Path | None,
    held_out_of: Path | None,
    out: Path,
    pairs: Path | None,
    groups: Path | None,
    pack: Path | None,
    enrolled: int,
    security: str,
    max_per_person: int,
    seed: int,
    say: Callable[[str], None],
    progress: Callable[[str], None],
) -> Evaluation:
    """Read the files, measure, write both reports and say the table.

    Args:
        source: file that ``attendance embed`` wrote; with ``faces`` a network, see ``network_rows.embedded_rows``.
        faces: aligned faces to measure a network with.
        held_out_of: run whose held-out people are measured; None for those of ``source``, if it is one.
        out: folder of the reports; made when absent.
        pairs: for the 10-fold protocol; None draws them.
        groups: CSV with a group for each person.
        pack: folder whose calibration gives the thresholds; None takes them from the photographs.
        enrolled: photographs enrolled of each person.
        security: "relaxed", "normal" or "strict".
        max_per_person: photographs used of one person; a pairs file may name the others too.
        seed: of all draws.
        say: takes each line of the outcome.
        progress: takes a few words on what comes next.

    Raises:
        EvaluationDataUnusable: a file holds too little or the wrong things.
        ModelError: the pack has no readable manifest, or is another than the embeddings'.
        ReportError: the folder cannot be made.
        StorageError: a report cannot be written.
    """
    rows = _rows(source, faces, held_out_of or source, say, progress)
    data = group_rows(rows, faces or source, max_per_person=max_per_person, error=EvaluationDataUnusable)
    if pack is None and kind_of(source) is FileKind.PACK:
        pack = source
    calibration = None if pack is None else read_calibration(pack, model_id=data.model_id)
    folded = None if pairs is None else read_pairs(pairs, rows)
    group_of = None if groups is None else read_groups(groups, data.names)
    try:
        out.mkdir(parents=True, exist_ok=True)  # before the minutes of work, not after
    except OSError as err:
        raise report_error(err, out) from err
    result = evaluate(
        data,
        pairs=folded,
        group_of=group_of,
        calibration=calibration,
        enrolled=enrolled,
        security=security,
        seed=seed,
        progress=progress,
    )
    progress("report")
    from attendance_training.evaluation.report.as_html import to_html  # noqa: PLC0415 - matplotlib takes a while to import

    replace_file(out / JSON_NAME, to_json(result).encode())
    replace_file(out / HTML_NAME, to_html(result).encode())
    for text in describe(result):
        say(text)
    say(f"Wrote {out / HTML_NAME} and {out / JSON_NAME}")
    return result


def _rows(
    source: Path, faces: Path | None, held_out_of: Path, say: Callable[[str], None], progress: Callable[[str], None]
) -> EmbeddingRows:
    if faces is None and not is_network(source):
        return read_rows(source, EvaluationDataUnusable)
    if faces is None:
        reason = Reason("it is a network; give the people to measure it with: --faces crops.npz")
        raise EvaluationDataUnusable(path=source, reason=reason)
    from attendance_training.evaluation.network_rows import embedded_rows  # noqa: PLC0415 - torch takes seconds

    return embedded_rows(source, faces, held_out_of=held_out_of, say=say, progress=progress)


def describe(result: Evaluation) -> list[str]:
    """Return the table for the terminal."""
    lines = all_lines(result)
    label_width = max(len(line.label) for line in lines) + 2
    value_width = max(len(line.value) for line in lines) + 2
    texts = [
        f"{result.read:,} photographs, {result.failed:,} without a face; "
        f"used {result.photos:,} of {result.people:,} people",
        f"{'':<{label_width}}{'':<{value_width}}{'95 % interval':<18}  counted",
    ]
    texts += [f"{x.label:<{label_width}}{x.value:<{value_width}}{x.interval:<18}  {x.counted}" for x in lines]
    if result.open_set is not None:
        choice = result.open_set.choice
        texts.append(
            f"Names at threshold {choice.threshold:.4f}: {result.open_set.roster:,} people with "
            f"{result.open_set.templates} photographs, security {result.security}, from {result.thresholds_from}"
        )
    return texts
