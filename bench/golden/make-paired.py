"""Golden values for paired comparisons (ml/metrics/compare-paired.ts, delong.ts, ml/statistics/corrected-t.ts).

python3 -m venv /tmp/golden && /tmp/golden/bin/pip install scikit-learn scipy
/tmp/golden/bin/python bench/golden/make-paired.py > bench/golden/paired.json
"""

import json
import sys

import numpy as np
from scipy import stats
from sklearn import metrics

rng = np.random.default_rng(20261129)


def delong(truth, a, b):
    """By definition in O(positives × negatives), as pROC's roc.test(paired = TRUE, method = "delong")."""
    kernel = lambda p, n: (p[:, None] > n[None, :]) + 0.5 * (p[:, None] == n[None, :])
    ka, kb = (kernel(s[truth == 1], s[truth == 0]) for s in (a, b))
    m, n = ka.shape
    cov10 = np.cov(ka.mean(axis=1), kb.mean(axis=1))
    cov01 = np.cov(ka.mean(axis=0), kb.mean(axis=0))
    contrast = np.array([-1, 1])
    return ka.mean(), kb.mean(), float(contrast @ (cov10 / m + cov01 / n) @ contrast)


def binary(rows, share, gain_a, gain_b, digits):
    truth = (rng.random(rows) < share).astype(int)
    common = rng.normal(0, 1, rows)
    score = lambda gain: np.round(1 / (1 + np.exp(-(gain * truth + common + rng.normal(0, 0.7, rows) - 1))), digits)
    a, b = score(gain_a), score(gain_b)
    area_a, area_b, variance = delong(truth, a, b)
    assert abs(area_a - metrics.roc_auc_score(truth, a)) < 1e-12
    errors = {
        "accuracy": ((a > 0.5) == truth).astype(float),
        "brier": (a - truth) ** 2,
    }
    others = {"accuracy": ((b > 0.5) == truth).astype(float), "brier": (b - truth) ** 2}
    bootstrap = {"f1": [], "pr_auc": [], "mcc": []}
    for _ in range(4000):
        at = rng.integers(0, rows, rows)
        if len(set(truth[at])) < 2:
            continue
        t, x, y = truth[at], a[at], b[at]
        bootstrap["f1"].append(metrics.f1_score(t, y > 0.5, zero_division=0) - metrics.f1_score(t, x > 0.5, zero_division=0))
        bootstrap["pr_auc"].append(metrics.average_precision_score(t, y) - metrics.average_precision_score(t, x))
        bootstrap["mcc"].append(metrics.matthews_corrcoef(t, y > 0.5) - metrics.matthews_corrcoef(t, x > 0.5))
    return {
        "truth": truth,
        "a": a,
        "b": b,
        "delong": {"a": area_a, "b": area_b, "variance": variance},
        # Means of paired differences: the standard error has a formula.
        "errors": {
            **{k: float(np.std(others[k] - errors[k], ddof=1) / np.sqrt(rows)) for k in errors},
            **{k: float(np.std(v, ddof=1)) for k, v in bootstrap.items()},
        },
        "pValues": {k: float(stats.ttest_rel(others[k], errors[k]).pvalue) for k in errors},
    }


def regression(rows, noise_a, noise_b):
    truth = np.round(rng.normal(50, 12, rows), 3)
    shared = rng.normal(0, 4, rows)
    a = np.round(truth + shared + rng.normal(0, noise_a, rows), 3)
    b = np.round(truth + shared + rng.normal(0, noise_b, rows), 3)
    rmse = lambda t, p: float(np.sqrt(np.mean((t - p) ** 2)))
    drawn = []
    for _ in range(4000):
        at = rng.integers(0, rows, rows)
        drawn.append(rmse(truth[at], b[at]) - rmse(truth[at], a[at]))
    absolute = np.abs(truth - b) - np.abs(truth - a)
    return {
        "truth": truth,
        "a": a,
        "b": b,
        "errors": {"rmse": float(np.std(drawn, ddof=1)), "mae": float(np.std(absolute, ddof=1) / np.sqrt(rows))},
        "pValues": {"mae": float(stats.ttest_1samp(absolute, 0).pvalue)},
    }


def folds(differences, train, held):
    d = np.array(differences)
    k = len(d)
    error = np.sqrt((1 / k + held / train) * d.var(ddof=1))
    t = d.mean() / error
    low, high = stats.t.interval(0.95, k - 1, loc=d.mean(), scale=error)
    return {
        "differences": differences,
        "rowsTrain": train,
        "rowsValidation": held,
        "low": low,
        "high": high,
        "p": 2 * stats.t.sf(abs(t), k - 1),
    }


def holm(p):
    order = np.argsort(p, kind="stable")
    out = np.empty(len(p))
    out[order] = np.minimum(1, np.maximum.accumulate((len(p) - np.arange(len(p))) * np.array(p)[order]))
    return {"p": p, "adjusted": out}


def plain(value):
    if isinstance(value, (np.ndarray, np.generic)):
        return value.tolist()
    raise TypeError(type(value))


json.dump(
    {
        "binary": [binary(300, 0.3, 1.0, 1.6, 6), binary(400, 0.08, 1.5, 1.6, 1), binary(250, 0.5, 1.2, 1.2, 6)],
        "regression": [regression(300, 3, 5), regression(200, 4, 4)],
        "folds": [folds([0.02, 0.01, 0.03, 0.015, 0.024], 800, 200), folds([0.2, -0.1, 0.05], 60, 30)],
        "holm": [holm([0.01, 0.04, 0.03, 0.005]), holm([0.02, 0.02, 0.9])],
    },
    sys.stdout,
    default=plain,
)
print()
