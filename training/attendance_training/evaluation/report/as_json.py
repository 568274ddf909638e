"""An evaluation as JSON for programs; ``docs/evaluation.md`` describes the format."""

from __future__ import annotations

import json
import math
from dataclasses import asdict
from typing import Any

import numpy as np
from numpy.typing import NDArray

from attendance_training.evaluation.suite import Evaluation, OpenSetResult
from attendance_training.evaluation.summary import INSUFFICIENT_PAIRS, INSUFFICIENT_PROBES
from attendance_training.evaluation.verification import RocCurve

REPORT_VERSION = 1
_CURVE_POINTS = 200


def to_json(result: Evaluation) -> str:
    """Return the report as JSON text with a final line break; a number that was not measured is null."""
    return json.dumps(_plain(build_report(result)), indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def build_report(result: Evaluation) -> dict[str, Any]:
    """Return the report as dictionaries and lists; numbers may be nan."""
    return {
        "report_version": REPORT_VERSION,
        "model_id": result.model_id,
        "data": {"people": result.people, "photos": result.photos, "read": result.read, "without_face": result.failed},
        "settings": {
            "security": result.security,
            "seed": result.seed,
            "rounds": result.rounds,
            "thresholds_from": result.thresholds_from,
        },
        "verification": {
            "genuine_pairs": result.curve.genuine_pairs,
            "impostor_pairs": result.curve.impostor_pairs,
            "auc": result.curve.auc,
            "ten_fold": INSUFFICIENT_PAIRS if result.ten_fold is None else asdict(result.ten_fold),
            "eer": INSUFFICIENT_PAIRS if result.eer is None else asdict(result.eer),
            "tar_at_far": [
                asdict(point) | {"tar": INSUFFICIENT_PAIRS if point.tar is None else asdict(point.tar)}
                for point in result.far_points
            ],
            "roc": _thin_roc(result.curve),
        },
        "identification": INSUFFICIENT_PROBES if result.open_set is None else _identification(result.open_set),
        "clustering": [
            {"fmr": fmr} | asdict(found) for fmr, found in zip(result.cluster_fmr, result.clusters, strict=True)
        ],
        "groups": {
            "pair_threshold": result.group_threshold,
            "people_without_group": result.ungrouped,
            "results": [asdict(group) for group in result.groups],
        },
    }


def thin_by_decades(rates: NDArray[np.float64], points: int = _CURVE_POINTS) -> NDArray[np.int64]:
    """Return the places of at most ``points`` of falling rates, evenly apart on a logarithmic scale.

    Args:
        rates: (k,) float64, falling, at least one above 0; the last of the zeros is kept too.
        points: at least 2.
    """
    positive = rates[rates > 0]
    wanted = np.geomspace(positive.max(), positive.min(), points - 1)
    # The first place whose rate is not above the wanted one.
    places = np.searchsorted(-rates, -wanted * (1 + 1e-12))
    return np.unique(np.append(np.minimum(places, len(rates) - 1), len(rates) - 1)).astype(np.int64)


def _identification(found: OpenSetResult) -> dict[str, Any]:
    places = thin_by_decades(found.curve.fpir)
    return {
        "roster": found.roster,
        "templates_a_person": found.templates,
        "probes_of_staff": found.mated_probes,
        "probes_of_strangers": found.nonmated_probes,
        "strangers": found.strangers,
        "fnir_at_fpir": [
            asdict(point) | {"fnir": INSUFFICIENT_PROBES if point.fnir is None else asdict(point.fnir)}
            for point in found.points
        ],
        "rank_1": asdict(found.cmc[0]),
        "cmc": [asdict(estimate) for estimate in found.cmc],
        "curve": {
            "threshold": found.curve.threshold[places],
            "fpir": found.curve.fpir[places],
            "fnir": found.curve.fnir[places],
        },
        "naming": asdict(found.classification) | {"is_extrapolated": found.choice.is_extrapolated},
        "people": [asdict(person) for person in found.by_person],
    }


def _thin_roc(curve: RocCurve) -> dict[str, Any]:
    if not curve.impostor_pairs:
        return {"threshold": [], "far": [], "tar": []}
    places = thin_by_decades(curve.far)
    return {"threshold": curve.threshold[places], "far": curve.far[places], "tar": curve.tar[places]}


def _plain(value: Any) -> Any:
    """Return arrays as lists and nan as None, which is what JSON has."""
    if isinstance(value, dict):
        return {key: _plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    if isinstance(value, np.ndarray):
        return _plain(value.tolist())
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value
