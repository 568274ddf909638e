"""An evaluation as one HTML file: tables and plots, nothing fetched from anywhere."""

from __future__ import annotations

import html

from attendance_training.evaluation.report_plots import Picture, identification_plots, verification_plots
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

_WORST_PEOPLE = 20
_STYLE = """
:root{color-scheme:light}
body{margin:0;background:#F6F7F9;color:#12161C;font:15px/1.5 system-ui,'Segoe UI','Noto Sans',sans-serif}
main{max-width:1180px;margin:0 auto;padding:32px 24px 64px}
h1{font-size:28px;line-height:1.2;margin:0 0 8px}h2{font-size:20px;margin:40px 0 8px}p{margin:0 0 12px;max-width:75ch}
.muted{color:#4A5361}
.tiles{display:grid;grid-template-columns:repeat(auto-fill,minmax(160px,1fr));gap:12px;margin:24px 0}
.tile{background:#FFF;border:1px solid #D5DAE1;border-radius:8px;padding:12px 16px}
.tile b{display:block;font-size:16px;line-height:1.3;padding:5px 0;font-variant-numeric:tabular-nums}
.tile b.number{font-size:24px;padding:0}
.tile span{font-size:13px;color:#4A5361;display:block}
table{border-spacing:0;background:#FFF;border:1px solid #D5DAE1;border-radius:8px;margin:8px 0 20px}
th,td{padding:7px 12px;text-align:right;border-bottom:1px solid #D5DAE1;font-variant-numeric:tabular-nums}
td{white-space:nowrap}
th{font-size:13px;color:#4A5361;font-weight:600;vertical-align:bottom}tr:last-child td{border-bottom:0}
th:first-child,td:first-child{text-align:left}
.scroll{overflow-x:auto}
.plots{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,460px),1fr));gap:16px}
.plots img{box-sizing:border-box;width:100%;padding:12px;background:#FFF;border:1px solid #D5DAE1;border-radius:8px}
@media print{body{background:#FFF}main{padding:0}h2,h2+p{break-after:avoid}.scroll{overflow:visible}
.plots img,.tile,tr{break-inside:avoid}.plots{grid-template-columns:1fr 1fr}
th,td{padding:3px 5px;font-size:11px}td{white-space:normal}}
"""


def to_html(result: Evaluation) -> str:
    """Return the report as a whole HTML document."""
    parts = [_head(result), _tiles(result), _verification(result)]
    parts += [_identification(result)]
    if result.open_set is not None:
        parts += [_naming(result, result.open_set), _people(result.open_set)]
    parts += [_groups(result), _clustering(result), _settings(result)]
    body = "\n".join(part for part in parts if part)
    return (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>Evaluation</title><style>{_STYLE}</style></head>\n<body><main>\n{body}\n</main></body></html>\n"
    )


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
    return (
        _section("Verification", text) + _lines_table(verification_lines(result)) + _plots(verification_plots(result))
    )


def _identification(result: Evaluation) -> str:
    found = result.open_set
    if found is None:
        return _section("Identification", "") + _lines_table(identification_lines(result))
    text = (
        f"Who is it, or nobody we know? {found.roster:,} people are enrolled with {found.templates} photographs each; "
        f"their other {found.mated_probes:,} photographs are probes of staff, {found.nonmated_probes:,} photographs of "
        f"{found.strangers:,} other people are probes of strangers. FPIR is the share of strangers' probes that are "
        "given a name, FNIR the share of probes of staff that are not given the right one."
    )
    return (
        _section("Identification", text)
        + _lines_table(identification_lines(result))
        + _plots(identification_plots(found))
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
    return _section("Naming people", text) + _lines_table(naming_lines(result))


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
    return _section("Single people", text) + _table(header, rows)


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
    return _section("Groups", text) + _table(header, rows)


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
    return _section("Clustering", text) + _table(header, rows)


def _settings(result: Evaluation) -> str:
    text = (
        f"Intervals: 95 %, from {result.rounds:,} draws of people with replacement, for shares at least as wide as "
        f"Wilson's. Seed {result.seed}. Thresholds from {html.escape(result.thresholds_from)}. "
        "In the grey part of a plot fewer than ten mistakes are expected: the curve is mostly chance there."
    )
    return _section("How the intervals were made", text)


def _section(title: str, text: str) -> str:
    return f"<h2>{title}</h2><p>{text}</p>"


def _lines_table(lines: list[Line]) -> str:
    rows = [[line.label, line.value, line.interval, line.counted] for line in lines]
    return _table(["measure", "value", "95 % interval", "counted"], rows)


def _table(header: list[str], rows: list[list[str]]) -> str:
    """Return a table; all texts are escaped here."""
    head = "".join(f"<th scope='col'>{html.escape(cell)}</th>" for cell in header)
    body = "".join("<tr>" + "".join(f"<td>{html.escape(cell)}</td>" for cell in row) + "</tr>" for row in rows)
    return f"<div class='scroll'><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"


def _plots(plots: list[Picture]) -> str:
    images = "".join(f"<img alt='{html.escape(plot.title)}' src='{plot.address}'>" for plot in plots)
    return f"<div class='plots'>{images}</div>" if plots else ""
