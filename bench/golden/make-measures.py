"""Golden values for ml/metrics, ml/statistics and ml/drift: scikit-learn and SciPy on small fixed data.

python3 -m venv /tmp/golden && /tmp/golden/bin/pip install scikit-learn scipy
/tmp/golden/bin/python bench/golden/make-measures.py > bench/golden/measures.json
"""

import json
import sys
import warnings

import numpy as np
import scipy
import sklearn
from scipy import special, stats
from scipy.spatial.distance import jensenshannon
from sklearn import metrics
from sklearn.calibration import calibration_curve
from sklearn.preprocessing import label_binarize

warnings.simplefilter("ignore")
rng = np.random.default_rng(11)


def plain(value):
    if isinstance(value, np.ndarray):
        return value.tolist()
    if isinstance(value, np.generic):
        return value.item()
    return value


def regression(name, truth, predicted, w=None):
    size = np.abs(truth) + np.abs(predicted)
    smape = np.average(np.divide(2 * np.abs(truth - predicted), size, out=np.zeros(len(truth)), where=size > 0), weights=w)
    values = {
        "rmse": metrics.root_mean_squared_error(truth, predicted, sample_weight=w),
        "mae": metrics.mean_absolute_error(truth, predicted, sample_weight=w),
        "medae": metrics.median_absolute_error(truth, predicted, sample_weight=w),
        "max_error": np.abs(truth - predicted)[(np.ones(len(truth)) if w is None else w) > 0].max(),
        "mape": metrics.mean_absolute_percentage_error(truth, predicted, sample_weight=w),
        "smape": smape,
        "r2": metrics.r2_score(truth, predicted, sample_weight=w),
        "explained_variance": metrics.explained_variance_score(truth, predicted, sample_weight=w),
        "pinball_10": metrics.mean_pinball_loss(truth, predicted, alpha=0.1, sample_weight=w),
        "pinball_90": metrics.mean_pinball_loss(truth, predicted, alpha=0.9, sample_weight=w),
        "poisson_deviance": None,
    }
    if (truth >= 0).all() and (predicted > 0).all():
        values["poisson_deviance"] = metrics.mean_poisson_deviance(truth, predicted, sample_weight=w)
    return {"name": name, "task": "regression", "classCount": 0, "truth": truth, "predicted": predicted, "weights": w, "metrics": values}


def calibration_error(truth, p, w):
    confidence, hit = p.max(axis=1), p.argmax(axis=1) == truth
    bins = np.minimum(9, np.floor(confidence * 10)).astype(int)
    return sum(abs((w * (confidence - hit))[bins == b].sum()) for b in range(10)) / w.sum()


def one_against_rest(truth, p, w, score, average):
    values, shares = [], []
    for k in range(p.shape[1]):
        own = truth == k
        if (w * own).sum() == 0 or (w * ~own).sum() == 0:
            continue
        values.append(score(own, p[:, k], sample_weight=w))
        shares.append(1 if average == "macro" else (w * own).sum())
    return float(np.average(values, weights=shares)) if values else None


NEED_TWO_CLASSES = (
    "balanced_accuracy f1 f1_macro f1_weighted precision precision_weighted recall roc_auc roc_auc_weighted pr_auc mcc kappa"
).split()


def classification(name, truth, p, w=None):
    classes = p.shape[1]
    binary = classes == 2
    label = p.argmax(axis=1)
    ones = np.ones(len(truth)) if w is None else w
    average = "binary" if binary else "macro"
    kind = {"sample_weight": w, "zero_division": 0}
    values = {
        "accuracy": metrics.accuracy_score(truth, label, sample_weight=w),
        "balanced_accuracy": metrics.balanced_accuracy_score(truth, label, sample_weight=w),
        "f1_macro": metrics.f1_score(truth, label, average="macro", **kind),
        "f1_weighted": metrics.f1_score(truth, label, average="weighted", **kind),
        "precision": metrics.precision_score(truth, label, average=average, **kind),
        "recall": metrics.recall_score(truth, label, average=average, **kind),
        "log_loss": metrics.log_loss(truth, p, labels=list(range(classes)), sample_weight=w),
        "brier": metrics.brier_score_loss(truth, p, labels=list(range(classes)), sample_weight=w, scale_by_half=binary),
        "ece": calibration_error(truth, p, ones),
        "mcc": metrics.matthews_corrcoef(truth, label, sample_weight=w),
        "kappa": metrics.cohen_kappa_score(truth, label, sample_weight=w),
    }
    if values["kappa"] is not None and not np.isfinite(values["kappa"]):
        values["kappa"] = 0.0
    if binary:
        both = len(set(truth)) == 2
        values["f1"] = metrics.f1_score(truth, label, **kind)
        values["roc_auc"] = metrics.roc_auc_score(truth, p[:, 1], sample_weight=w) if both else None
        values["pr_auc"] = metrics.average_precision_score(truth, p[:, 1], sample_weight=w) if (truth == 1).any() else None
    else:
        complete = len(set(truth)) == classes and np.allclose(p.sum(axis=1), 1)
        for average, key in (("macro", "roc_auc"), ("weighted", "roc_auc_weighted")):
            values[key] = one_against_rest(truth, p, ones, metrics.roc_auc_score, average)
            if complete:
                whole = metrics.roc_auc_score(truth, p, multi_class="ovr", average=average, sample_weight=w)
                assert abs(whole - values[key]) < 1e-12
        values["pr_auc"] = one_against_rest(truth, p, ones, metrics.average_precision_score, "macro")
        if complete:
            flags = label_binarize(truth, classes=list(range(classes)))
            assert abs(metrics.average_precision_score(flags, p, sample_weight=w) - values["pr_auc"]) < 1e-12
        values["precision_weighted"] = metrics.precision_score(truth, label, average="weighted", **kind)
        for k in (2, 5):
            values[f"top_{k}_accuracy"] = (
                metrics.top_k_accuracy_score(truth, p, k=k, labels=list(range(classes)), sample_weight=w) if classes > k else None
            )
    if len(set(truth)) < 2:
        # scikit-learn answers with 0, 1 or the accuracy; with one true class these say nothing.
        for key in NEED_TWO_CLASSES:
            if key in values:
                values[key] = None
    task = "binary" if binary else "multiclass"
    return {"name": name, "task": task, "classCount": classes, "truth": truth, "predicted": p.ravel(), "weights": w, "metrics": values}


def probabilities(truth, classes, digits, strength=1.2):
    scores = rng.normal(0, 1, (len(truth), classes))
    scores[np.arange(len(truth)), truth] += strength
    p = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
    if digits is None:
        return p
    # Rounded coarsely, so that scores tie; the last class takes up what is missing.
    p = np.round(p, digits)
    p[:, -1] = np.round(1 - p[:, :-1].sum(axis=1), digits)
    return np.abs(p)


def scored():
    def weights(n):
        w = np.round(rng.uniform(0.1, 3, n), 2)
        w[::7] = 0
        return w

    y = np.round(rng.normal(10, 4, 60), 3)
    count = rng.poisson(3, 60).astype(float)
    near = np.round(y + rng.normal(0, 1.5, 60), 3)
    cases = [
        regression("plain", y, near),
        regression("weights", y, near, weights(60)),
        regression("even weights", np.array([1.0, 2, 3, 4]), np.array([0.0, 0, 0, 0]), np.array([1.0, 1, 2, 0])),
        regression("counts with zeros", count, np.round(count * 0.6 + 1, 3)),
        regression("counts, weights", count, np.round(count * 0.6 + 1, 3), weights(60)),
        regression("constant prediction", y, np.full(60, 9.5)),
        regression("constant truth", np.full(20, 4.0), np.linspace(3, 5, 20)),
        regression("perfect", y, y),
    ]
    for classes, rows in ((2, 120), (3, 90), (7, 160)):
        truth = rng.integers(0, classes, rows)
        truth[:classes] = np.arange(classes)
        for digits in (None, 1):
            p = probabilities(truth, classes, digits)
            ties = "ties" if digits else "plain"
            cases.append(classification(f"{classes} classes, {ties}", truth, p))
            cases.append(classification(f"{classes} classes, {ties}, weights", truth, p, weights(rows)))
        constant = np.tile(np.eye(classes)[0] * 0.5 + 0.5 / classes, (rows, 1))
        cases.append(classification(f"{classes} classes, constant prediction", truth, constant))
    truth = rng.integers(0, 3, 80)
    p = probabilities(truth, 4, 2)
    cases.append(classification("a class without rows", truth, p))
    cases.append(classification("a class without rows, weights", truth, p, weights(80)))
    cases.append(classification("one class", np.zeros(20, int), probabilities(np.zeros(20, int), 2, 2)))
    cases.append(classification("only positives", np.ones(20, int), probabilities(np.ones(20, int), 2, 2)))
    cases.append(classification("sure and wrong", np.array([0, 1, 1, 0]), np.array([[0.0, 1], [1, 0], [0, 1], [1, 0]])))
    return cases


def curves():
    truth = rng.integers(0, 2, 60)
    # Ties, but none at a border of bins, where scikit-learn takes the bin below and we the one above.
    p = probabilities(truth, 2, 2) * 0.98 + 0.007
    fpr, tpr, _ = metrics.roc_curve(truth, p[:, 1], drop_intermediate=False)
    precision, recall, _ = metrics.precision_recall_curve(truth, p[:, 1])
    observed, predicted = calibration_curve(truth, p[:, 1], n_bins=10)
    return {
        "truth": truth,
        "predicted": p.ravel(),
        "roc": {"fpr": fpr, "tpr": tpr},
        "pr": {"precision": precision[::-1], "recall": recall[::-1]},
        "calibration": {"observed": observed, "predicted": predicted},
    }


def distributions():
    return {
        "normalTail": [[z, stats.norm.sf(z)] for z in (-4, -1.3, 0, 0.2, 1, 2.5, 6)],
        "normalQuantile": [[p, stats.norm.ppf(p)] for p in (1e-9, 0.001, 0.02, 0.3, 0.5, 0.77, 0.999)],
        "studentTails": [[t, f, 2 * stats.t.sf(t, f)] for t in (0.1, 1, 2.5, 9) for f in (1, 4, 30, 500)],
        "studentQuantile": [[p, f, stats.t.isf(p / 2, f)] for p in (0.05, 0.01) for f in (1, 2, 4, 9, 100)],
        "incompleteBeta": [[x, a, b, special.betainc(a, b, x)] for x in (0.01, 0.4, 0.9) for a, b in ((0.5, 0.5), (2, 7), (40, 3))],
    }


def bins(a, b):
    """Evidently's: Sturges over the pooled data with more than 20 distinct reference values, else one bin per value."""
    if len(np.unique(a)) > 20:
        edges = np.histogram_bin_edges(np.concatenate([a, b]), bins=int(np.ceil(np.log2(len(a) + len(b)) + 1)))
        return np.histogram(a, edges)[0], np.histogram(b, edges)[0]
    values = np.unique(np.concatenate([a, b]))
    return np.array([(a == v).sum() for v in values]), np.array([(b == v).sum() for v in values])


def distances(a, b):
    p, q = a / a.sum(), b / b.sum()
    chi = stats.chi2_contingency([a, b], correction=False)
    values = {
        "jensenShannon": jensenshannon(p, q),
        "hellinger": np.sqrt(max(0, 1 - np.sqrt(p * q).sum())),
        "chiSquare": [chi.statistic, chi.pvalue],
    }
    if (a > 0).all():
        fit = stats.chisquare(b, a * b.sum() / a.sum())
        values["chiSquareFit"] = [fit.statistic, fit.pvalue]
        values["kl"] = stats.entropy(p, q) if (b > 0).all() else None
    return values


def drift():
    fixed = np.array([1, 2, 2, 3, 3, 3, 4, 4, 5, 6, 7, 8.0]), np.array([2, 3, 4, 5, 5, 6, 7, 8, 9, 10.0])
    pairs = [
        fixed,
        (np.arange(100.0), 10 + 1.1 * np.arange(80)),
        (np.round(rng.normal(0, 1, 60), 1), np.round(rng.normal(0.3, 1, 45), 1)),
        (np.round(rng.normal(0, 1, 150), 4), np.round(rng.normal(0, 1, 133), 4)),
        (np.round(rng.normal(0, 1, 40), 3), np.round(rng.normal(2, 2, 90), 3)),
        (np.round(rng.normal(0, 1, 15), 2), np.round(rng.normal(0.5, 1, 18), 2)),
    ]
    samples = []
    for a, b in pairs:
        anderson = stats.anderson_ksamp([a, b], variant="midrank")
        cramer = stats.cramervonmises_2samp(a, b)
        ks = stats.ks_2samp(a, b)
        rank = stats.mannwhitneyu(a, b, alternative="greater", method="asymptotic")
        p, q = bins(a, b)
        samples.append(
            {
                "a": np.sort(a),
                "b": np.sort(b),
                "ks": [ks.statistic, ks.pvalue],
                "wasserstein": stats.wasserstein_distance(a, b),
                "normedWasserstein": stats.wasserstein_distance(a, b) / max(np.std(a), 0.001),
                "andersonDarling": [anderson.statistic, anderson.pvalue],
                "cramerVonMises": [cramer.statistic, cramer.pvalue],
                "mannWhitney": [rank.statistic / len(a) / len(b), rank.pvalue],
                "binned": [p, q],
                "jensenShannon": jensenshannon(p / p.sum(), q / q.sum()),
            }
        )
    tables = [{"a": a, "b": b, **distances(np.array(a), np.array(b))} for a, b in
              (([50, 30, 20], [30, 30, 20]), ([500, 20, 3], [480, 60, 9]), ([10, 10], [40, 1]), ([5, 5, 0], [5, 0, 7]))]
    tails = [[n, d, stats.kstwo.sf(d, n)] for n in (3, 20, 90, 140, 141, 500, 5000, 100000, 1000000)
             for d in np.round(np.array([0.3, 0.6, 1, 1.3, 1.6, 2.2, 3]) / np.sqrt(n), 7) if d < 1]
    return {"samples": samples, "tables": tables, "kolmogorovTails": tails}


document = {
    "versions": {"sklearn": sklearn.__version__, "scipy": scipy.__version__, "numpy": np.__version__},
    "scored": scored(),
    "curves": curves(),
    "distributions": distributions(),
    "drift": drift(),
}
json.dump(document, sys.stdout, default=plain)
print()
