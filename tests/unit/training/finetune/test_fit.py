"""Training on embeddings: it learns where there is something to learn, and stays where there is not."""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import pytest
import torch

from attendance_training.finetune import fit
from attendance_training.finetune.fit import FitData, FitOptions, adapt, fit_adapter, validation_score
from tests.unit.training.finetune.made_up import SIZE, faces, unit

OPTIONS = FitOptions(rank=8, steps=120, check_every=20, anchor=0.1)


def fit_data(nuisance: float = 1.5) -> FitData:
    staff = faces(12, 4, nuisance=nuisance)
    validation = faces(8, 4, seed=2, nuisance=nuisance)
    general = faces(40, 2, seed=3, nuisance=nuisance)
    return FitData(
        vectors=staff.vectors,
        labels=staff.person,
        bystanders=faces(3, 1, seed=6).vectors,
        general=general.vectors,
        disputed=np.empty((0, SIZE), np.float32),
        disputed_as=np.empty(0, np.int64),
        threshold=0.6,
        validation=validation.vectors,
        validation_labels=validation.person,
    )


def test_that_a_nuisance_that_all_share_is_learned_for_people_who_were_not_trained_on() -> None:
    data = fit_data()
    fitted = fit_adapter(data, OPTIONS)
    assert fitted.step > 0
    score = validation_score(fitted.adapter, data)
    assert score == max(fitted.validation)
    assert score > fitted.validation[0] + 0.2
    moved = 1 - (adapt(fitted.adapter, data.general) * data.general).sum(axis=1)
    assert moved.max() > 1e-3


def test_that_the_identity_is_kept_when_no_step_is_better() -> None:
    rng = np.random.default_rng(1)
    data = fit_data()
    wrong = replace(data, labels=rng.permutation(data.labels), general=data.general[:1])
    fitted = fit_adapter(wrong, replace(OPTIONS, learning_rate=0.5, anchor=0.0, patience=3))
    assert fitted.step == 0
    np.testing.assert_allclose(adapt(fitted.adapter, data.vectors), data.vectors, atol=1e-6)
    assert fitted.steps == 60  # patience: three probes, twenty steps apart


def test_that_the_same_seed_gives_the_same_adapter() -> None:
    data = fit_data()
    short = replace(OPTIONS, steps=30)
    first, again, other = (fit_adapter(data, replace(short, seed=seed)) for seed in (1, 1, 2))
    assert first.validation == again.validation
    assert first.validation != other.validation
    torch.testing.assert_close(first.adapter.up, again.adapter.up, atol=0, rtol=0)


def test_that_a_disputed_face_moves_away_from_whom_it_was_taken_for(monkeypatch: pytest.MonkeyPatch) -> None:
    rising = itertools.count()
    monkeypatch.setattr(fit, "validation_score", lambda *_given: float(next(rising)))  # the last step is kept
    data = fit_data()
    rng = np.random.default_rng(9)
    victim = data.vectors[data.labels == 4]
    disputed = unit(victim[:2] + 0.2 * rng.normal(size=(2, SIZE)))
    disputing = replace(data, disputed=disputed, disputed_as=np.array([4, 4]), threshold=0.5)

    def nearest(one: FitData) -> float:
        fitted = fit_adapter(one, OPTIONS)
        assert fitted.step == OPTIONS.steps
        return float((adapt(fitted.adapter, disputed) @ adapt(fitted.adapter, victim).T).max())

    assert nearest(disputing) < nearest(data) - 0.05


def test_that_a_strong_anchor_holds_general_faces_in_place() -> None:
    data = fit_data()
    loose, firm = (fit_adapter(data, replace(OPTIONS, anchor=anchor)) for anchor in (0.0, 100.0))
    moved = [1 - (adapt(one.adapter, data.general) * data.general).sum(axis=1).mean() for one in (loose, firm)]
    assert moved[1] < 0.2 * moved[0]


def test_that_validation_without_a_pair_scores_nothing() -> None:
    data = fit_data()
    alone = replace(data, validation=data.validation[:1], validation_labels=np.zeros(1, np.int64))
    assert validation_score(fit_adapter(data, replace(OPTIONS, steps=1)).adapter, alone) == 0.0
