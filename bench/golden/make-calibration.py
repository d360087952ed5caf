"""Golden values of calibration and grouped folds, by scikit-learn and SciPy: writes calibration.json beside this file.

Isotonic: sklearn.isotonic.IsotonicRegression(out_of_bounds="clip"). Platt: the minimum of the loss that scikit-learn's sigmoid calibration
minimizes, found to machine precision with SciPy, and scikit-learn's own (less exact) answer beside it.
"""

import json
from pathlib import Path

import numpy as np
import scipy
import sklearn
from scipy.optimize import minimize
from scipy.special import expit
from sklearn.calibration import _sigmoid_calibration
from sklearn.isotonic import IsotonicRegression

rng = np.random.default_rng(11)


def case(rows, weighted, ties):
    z = rng.normal(size=rows) * 2
    p = expit(z)
    if ties:
        p = np.round(p, 1)
    y = (rng.random(rows) < expit(0.5 * z + 0.3)).astype(float)
    w = rng.random(rows) * 2 if weighted else np.ones(rows)
    grid = np.linspace(-0.05, 1.05, 45)
    isotonic = IsotonicRegression(out_of_bounds="clip").fit(p, y, sample_weight=w)
    scores = np.log(np.clip(p, 1e-12, 1 - 1e-12) / (1 - np.clip(p, 1e-12, 1 - 1e-12)))
    yes, no = w[y == 1].sum(), w[y == 0].sum()
    target = np.where(y == 1, (yes + 1) / (yes + 2), 1 / (no + 2))

    def loss(ab):
        raw = ab[0] * scores + ab[1]
        return np.sum(w * (target * raw + np.logaddexp(0, -raw)))

    def gradient(ab):
        d = w * (target - expit(-(ab[0] * scores + ab[1])))
        return np.array([np.sum(d * scores), np.sum(d)])

    def hessian(ab):
        q = expit(-(ab[0] * scores + ab[1]))
        h = w * q * (1 - q)
        return np.array([[np.sum(h * scores * scores), np.sum(h * scores)], [np.sum(h * scores), np.sum(h)]])

    found = minimize(loss, [-1, 0], jac=gradient, hess=hessian, method="trust-exact", options={"gtol": 1e-12}).x
    for _ in range(5):
        found = found - np.linalg.solve(hessian(found), gradient(found))
    theirs = _sigmoid_calibration(scores, y, sample_weight=w if weighted else None)
    return {
        "p": p.tolist(),
        "y": y.tolist(),
        "w": w.tolist() if weighted else None,
        "grid": grid.tolist(),
        "isotonic": isotonic.predict(grid).tolist(),
        "platt": found.tolist(),
        "sklearnPlatt": [float(theirs[0]), float(theirs[1])],
    }


out = {
    "madeWith": f"scikit-learn {sklearn.__version__}, SciPy {scipy.__version__}, NumPy {np.__version__}",
    "cases": [case(60, False, False), case(80, True, False), case(100, False, True), case(100, True, True)],
}
Path(__file__).with_name("calibration.json").write_text(json.dumps(out) + "\n")
