"""Golden values for ml/: scikit-learn and SciPy on small fixed data.

python3 -m venv /tmp/golden && /tmp/golden/bin/pip install scikit-learn scipy
/tmp/golden/bin/python bench/golden/make-golden.py > bench/golden/golden.json
"""

import json
import sys
import warnings

import numpy as np
import scipy
import sklearn
from scipy import stats
from sklearn import linear_model, metrics

warnings.simplefilter("ignore")
rng = np.random.default_rng(7)


def plain(value):
    if isinstance(value, np.ndarray):
        return value.tolist()
    if isinstance(value, np.generic):
        return value.item()
    return value


def regression():
    truth = np.round(rng.normal(10, 4, 60), 4)
    truth[3] = 0.0
    predicted = np.round(truth + rng.normal(0, 1.5, 60), 4)
    smape = np.mean(2 * np.abs(truth - predicted) / (np.abs(truth) + np.abs(predicted)))
    return {
        "truth": truth,
        "predicted": predicted,
        "metrics": {
            "rmse": metrics.root_mean_squared_error(truth, predicted),
            "mae": metrics.mean_absolute_error(truth, predicted),
            "medae": metrics.median_absolute_error(truth, predicted),
            "mape": metrics.mean_absolute_percentage_error(truth, predicted),
            "smape": smape,
            "r2": metrics.r2_score(truth, predicted),
        },
    }


def calibration_error(truth, probabilities):
    confidence = probabilities.max(axis=1)
    hit = probabilities.argmax(axis=1) == truth
    bins = np.minimum(9, np.floor(confidence * 10)).astype(int)
    return sum(abs(confidence[bins == b].sum() - hit[bins == b].sum()) for b in range(10)) / len(truth)


def classification(classes, rows):
    truth = rng.integers(0, classes, rows)
    scores = rng.normal(0, 1, (rows, classes))
    scores[np.arange(rows), truth] += 1.2
    # Rounded coarsely, so that scores tie.
    p = np.round(np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True), 2)
    p[:, -1] = 1 - p[:, :-1].sum(axis=1)
    p = np.clip(p, 0, 1)
    label = p.argmax(axis=1)
    one_hot = np.eye(classes)[truth]
    binary = classes == 2
    average = {"average": "binary"} if binary else {"average": "macro"}
    values = {
        "accuracy": metrics.accuracy_score(truth, label),
        "balanced_accuracy": metrics.balanced_accuracy_score(truth, label),
        "f1_macro": metrics.f1_score(truth, label, average="macro"),
        "f1_weighted": metrics.f1_score(truth, label, average="weighted"),
        "precision": metrics.precision_score(truth, label, **average),
        "recall": metrics.recall_score(truth, label, **average),
        "roc_auc": metrics.roc_auc_score(truth, p[:, 1])
        if binary
        else np.mean([metrics.roc_auc_score(one_hot[:, k], p[:, k]) for k in range(classes)]),
        "pr_auc": metrics.average_precision_score(truth, p[:, 1])
        if binary
        else metrics.average_precision_score(one_hot, p, average="macro"),
        "log_loss": metrics.log_loss(truth, p, labels=list(range(classes))),
        "brier": metrics.brier_score_loss(truth, p[:, 1]) if binary else np.mean(((p - one_hot) ** 2).sum(axis=1)),
        "ece": calibration_error(truth, p),
        "mcc": metrics.matthews_corrcoef(truth, label),
        "kappa": metrics.cohen_kappa_score(truth, label),
    }
    if binary:
        values["f1"] = metrics.f1_score(truth, label)
    return {"truth": truth, "predicted": p.ravel(), "classCount": classes, "metrics": values}


def linear():
    rows, cols = 80, 6
    x = np.round(rng.normal(0, 1, (rows, cols)), 3)
    x[:, 5] = np.round(x[:, 0] * 0.7 + rng.normal(0, 0.3, rows), 3)
    y = np.round(3 + x @ [2, -1, 0.5, 0, 0, 0.3] + rng.normal(0, 0.5, rows), 3)
    weights = np.round(rng.uniform(0.2, 2, rows), 2)
    label = (x @ [1.5, -1, 0, 0, 0.5, 0] + rng.normal(0, 1, rows) > 0.2).astype(int)
    many = np.argmax(x[:, :3] * 1.5 + rng.normal(0, 1, (rows, 3)), axis=1)
    cases = []

    def add(task, target, alpha, l1, model, w=None):
        model.fit(x, target, sample_weight=w)
        coefficients, intercepts = np.atleast_2d(model.coef_), np.atleast_1d(model.intercept_)
        cases.append(
            {
                "task": task,
                "alpha": alpha,
                "l1Ratio": l1,
                "weighted": w is not None,
                "coefficients": coefficients,
                "intercepts": intercepts,
            }
        )

    total = weights.sum()
    tight = {"tol": 1e-13, "max_iter": 1_000_000}
    add("regression", y, 0, 0, linear_model.LinearRegression())
    add("regression", y, 0, 0, linear_model.LinearRegression(), weights)
    add("regression", y, 0.3, 0, linear_model.Ridge(alpha=0.3 * rows, solver="cholesky"))
    add("regression", y, 0.3, 0, linear_model.Ridge(alpha=0.3 * total, solver="cholesky"), weights)
    add("regression", y, 0.1, 0.5, linear_model.ElasticNet(alpha=0.1, l1_ratio=0.5, **tight))
    add("regression", y, 0.2, 1, linear_model.Lasso(alpha=0.2, **tight))
    add("regression", y, 0.1, 0.5, linear_model.ElasticNet(alpha=0.1, l1_ratio=0.5, **tight), weights)
    for task, target in (("binary", label), ("multiclass", many)):
        for alpha, w in ((0.01, None), (0.2, None), (0.05, weights)):
            c = 1 / ((rows if w is None else total) * alpha)
            add(task, target, alpha, 0, linear_model.LogisticRegression(C=c, solver="newton-cg", tol=1e-12, max_iter=10000), w)
        c = 1 / (rows * 0.05)
        add(
            task,
            target,
            0.05,
            0.5,
            linear_model.LogisticRegression(C=c, l1_ratio=0.5, penalty="elasticnet", solver="saga", tol=1e-13, max_iter=200000),
        )
    return {"rows": rows, "cols": cols, "x": x.ravel(), "y": y, "weights": weights, "binary": label, "multiclass": many, "cases": cases}


def drift():
    pairs = [
        ([1, 2, 2, 3, 3, 3, 4, 4, 5, 6, 7, 8], [2, 3, 4, 5, 5, 6, 7, 8, 9, 10]),
        (rng.normal(0, 1, 40), rng.normal(0.2, 1, 40)),
        (rng.normal(0, 1, 300), rng.normal(0.1, 1.2, 211)),
        (rng.normal(0, 1, 50), rng.normal(3, 1, 60)),
        (rng.normal(0, 1, 6000), rng.normal(0.03, 1, 5000)),
    ]
    ks = []
    for a, b in pairs:
        a, b = np.round(a, 5), np.round(b, 5)
        result = stats.ks_2samp(a, b, method="exact" if len(a) * len(b) <= 4_000_000 else "asymp")
        keep = len(a) < 1000
        ks.append(
            {
                **({"a": a, "b": b} if keep else {}),
                "n": len(a),
                "m": len(b),
                "statistic": result.statistic,
                "pValue": result.pvalue,
            }
        )
    tables = []
    for a, b in (([50, 30, 20], [30, 30, 20]), ([500, 20, 3], [480, 60, 9]), ([10, 10], [40, 1])):
        chi = stats.chi2_contingency([a, b], correction=False)
        p, q = np.array(a) / sum(a), np.array(b) / sum(b)
        tables.append({"a": a, "b": b, "psi": np.sum((p - q) * np.log(p / q)), "statistic": chi.statistic, "pValue": chi.pvalue})
    gamma = [{"a": a, "x": x, "q": scipy.special.gammaincc(a, x)} for a in (0.5, 1, 3.5, 20) for x in (0.01, 0.7, 3, 25)]
    return {"ks": ks, "tables": tables, "gamma": gamma}


document = {
    "versions": {"sklearn": sklearn.__version__, "scipy": scipy.__version__, "numpy": np.__version__},
    "regression": regression(),
    "binary": classification(2, 120),
    "multiclass": classification(4, 150),
    "linear": linear(),
    "drift": drift(),
}
json.dump(document, sys.stdout, default=plain)
print()
