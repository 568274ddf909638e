"""An evaluation as one HTML file: tables and plots, nothing fetched from anywhere."""

from __future__ import annotations

import html

from attendance_training.evaluation.report.plots import identification_plots, verification_plots
from attendance_training.evaluation.suite import Evaluation, OpenSetResult
from attendance_training.evaluation.summary import (
    Line,
    cluster_lines,
    identification_lines,
    interval,
    naming_lines,
    percent,
    short_percent,
    verification_lines,
)
from attendance_training.reports.page import plots, section, table, whole_page

_WORST_PEOPLE = 20


def to_html(result: Evaluation) -> str:
    """Return the report as a whole HTML document."""
    parts = [_head(result), _tiles(result), _verification(result)]
    parts += [_identification(result)]
    if result.open_set is not None:
        parts += [_naming(result, result.open_set), _people(result.open_set)]
    parts += [_groups(result), _clustering(result), _settings(result)]
    return whole_page("Evaluation", "\n".join(part for part in parts if part))


def _head(result: Evaluation) -> str:
    model = html.escape(result.model_id or "model not noted")
    return (
        f"<h1>Face recognition, measured</h1><p class='muted'>{model}. {result.read:,} photographs, "
        f"{result.failed:,} without a face; used {result.photos:,} of {result.people:,} people: "
        f"{result.curve.genuine_pairs:,} pairs of one person, {result.curve.impostor_pairs:,} pairs of two.</p>"
    )


def _tiles(result: Evaluation) -> str:
    verification, identification, naming = (
        {line.label: line for line in lines}
        for lines in (verification_lines(result), identification_lines(result), naming_lines(result))
    )
    chosen = [
        next(iter(verification.values())),
        verification["equal error rate"],
        identification.get("rank-1"),
        identification.get(f"FNIR at FPIR {short_percent(0.01)}"),
        naming.get("macro F1"),
        *cluster_lines(result)[-1:],
    ]
    return f"<div class='tiles'>{''.join(_tile(line) for line in chosen if line is not None)}</div>"


def _tile(line: Line) -> str:
    value = "number" if line.interval else "words"
    return (
        f"<div class='tile'><span>{html.escape(line.label)}</span><b class='{value}'>{html.escape(line.value)}</b>"
        f"<span>{html.escape(line.interval or line.counted)}</span></div>"
    )


def _verification(result: Evaluation) -> str:
    text = (
        "Are two photographs of one person? FAR is the share of pairs of two people that pass, TAR the share of pairs "
        "of one person that pass; at the equal error rate as many of the one pass as of the other fail."
    )
    if result.ten_fold is not None:
        folds = result.ten_fold
        text += (
            f" The fold accuracy follows Labeled Faces in the Wild: {folds.source}; mean and standard error "
            f"{percent(folds.accuracy.value)} ± {percent(folds.standard_error)}; pairs with a photograph without a "
            f"face count as refused ({folds.without_face:,})."
        )
    return section("Verification", text) + _lines_table(verification_lines(result)) + plots(verification_plots(result))


def _identification(result: Evaluation) -> str:
    found = result.open_set
    if found is None:
        return section("Identification", "") + _lines_table(identification_lines(result))
    text = (
        f"Who is it, or nobody we know? {found.roster:,} people are enrolled with {found.templates} photographs each; "
        f"their other {found.mated_probes:,} photographs are probes of staff, {found.nonmated_probes:,} photographs of "
        f"{found.strangers:,} other people are probes of strangers. FPIR is the share of strangers' probes that are "
        "given a name, FNIR the share of probes of staff that are not given the right one."
    )
    return (
        section("Identification", text)
        + _lines_table(identification_lines(result))
        + plots(identification_plots(found))
    )


def _naming(result: Evaluation, found: OpenSetResult) -> str:
    choice = found.choice
    beyond = " It lies beyond what was measured." if choice.is_extrapolated else ""
    text = (
        f"What the kiosk would answer to the same probes at security “{html.escape(result.security)}”: threshold "
        f"{choice.threshold:.4f}, from {html.escape(result.thresholds_from)}.{beyond} It aims at naming "
        f"{short_percent(choice.fpir)} of strangers' probes. “Unknown” is one of the {found.classification.classes:,} "
        "classes. The kiosk wants several agreeing frames; this is one photograph a probe."
    )
    return section("Naming people", text) + _lines_table(naming_lines(result))


def _people(found: OpenSetResult) -> str:
    shown = found.by_person[:_WORST_PEOPLE]
    text = (
        f"The {len(shown)} enrolled people who are recognised least, of {len(found.by_person):,}. The interval is that "
        "of this person alone; the worst of many look bad by chance too."
    )
    rows = [
        [
            person.name,
            f"{round(person.named.value * person.named.trials)} of {person.named.trials}",
            percent(person.named.value),
            interval(person.named),
            f"{person.misnamed:,}",
            f"{person.taken_for:,}",
        ]
        for person in shown
    ]
    header = ["person", "named rightly", "share", "95 % interval", "given a wrong name", "others taken for them"]
    return section("Single people", text) + table(header, rows)


def _groups(result: Evaluation) -> str:
    if not result.groups:
        return ""
    text = (
        f"FAR and TAR of pairs within each group at one cosine, {result.group_threshold:.4f}; names at the kiosk's "
        f"threshold. People without a group: {result.ungrouped:,}."
    )
    rows = [
        [
            group.group,
            f"{group.people:,}",
            f"{group.photos:,}",
            *(
                cell
                for estimate in (group.far, group.tar, group.named, group.strangers_named)
                for cell in ("-" if not estimate.trials else f"{100 * estimate.value:.3g} %", interval(estimate))
            ),
        ]
        for group in result.groups
    ]
    names = ("FAR", "TAR", "staff named rightly", "strangers given a name")
    header = ["group", "people", "photographs", *(cell for name in names for cell in (name, "95 % interval"))]
    return section("Groups", text) + table(header, rows)


def _clustering(result: Evaluation) -> str:
    if not result.clusters:
        return ""
    text = (
        "Faces sorted into people without their names (average link), at the threshold of each false match rate. "
        f"Precision and recall count pairs of photographs. {result.clusters[0].photos:,} photographs of "
        f"{result.clusters[0].people:,} people."
    )
    rows = [
        [
            short_percent(fmr),
            f"{found.threshold:.4f}",
            f"{found.clusters:,}",
            *(cell for e in (found.precision, found.recall, found.f1) for cell in (percent(e.value), interval(e))),
        ]
        for fmr, found in zip(result.cluster_fmr, result.clusters, strict=True)
    ]
    names = ("precision", "recall", "F1")
    header = ["FMR", "cosine", "groups", *(cell for name in names for cell in (name, "95 % interval"))]
    return section("Clustering", text) + table(header, rows)


def _settings(result: Evaluation) -> str:
    text = (
        f"Intervals: 95 %, from {result.rounds:,} draws of people with replacement, for shares at least as wide as "
        f"Wilson's. Seed {result.seed}. Thresholds from {html.escape(result.thresholds_from)}. "
        "In the grey part of a plot fewer than ten mistakes are expected: the curve is mostly chance there."
    )
    return section("How the intervals were made", text)


def _lines_table(lines: list[Line]) -> str:
    rows = [[line.label, line.value, line.interval, line.counted] for line in lines]
    return table(["measure", "value", "95 % interval", "counted"], rows)
