"""Golden values for ml/trainers/linear: coefficients, standard errors and p-values from the formulas, with numpy and SciPy.

Least squares as weighted least squares (statsmodels' WLS), logistic and Poisson by Newton's method to rounding (statsmodels' GLM with frequency
weights); penalised Poisson by scikit-learn's PoissonRegressor.

/tmp/golden/bin/python bench/golden/make-linear.py > bench/golden/linear.json
"""

import json
import sys

import numpy as np
import scipy
import sklearn
from scipy import stats
from sklearn.linear_model import PoissonRegressor

rng = np.random.default_rng(11)
n, p = 80, 4
x = np.round(rng.normal(size=(n, p)) * [1, 10, 0.1, 3] + [0, 100, -2, 5], 3)
z = (x - [0, 100, -2, 5]) / [1, 10, 0.1, 3]
weights = rng.integers(1, 4, n).astype(float)
squared = np.round(3 + z @ [2, -1, 0.5, 0] + rng.normal(size=n), 3)
binary = (rng.random(n) < 1 / (1 + np.exp(-(z @ [1, -0.5, 0, 0.3])))).astype(float)
poisson = rng.poisson(np.exp(0.5 + z @ [0.4, -0.3, 0.1, 0])).astype(float)
design = np.column_stack([np.ones(n), x])


def table(beta, covariance, tails):
    errors = np.sqrt(np.diag(covariance))
    statistic = beta / errors
    return {"estimate": beta, "standardError": errors, "p": tails(np.abs(statistic))}


def least_squares(w):
    gram = design.T @ (w[:, None] * design)
    beta = np.linalg.solve(gram, design.T @ (w * squared))
    scale = np.sum(w * (squared - design @ beta) ** 2) / (n - p - 1)
    return table(beta, scale * np.linalg.inv(gram), lambda t: 2 * stats.t.sf(t, n - p - 1))


def newton(y, w, mean, variance):
    # In standardised columns, for the condition of the matrix; the intercept's own unit comes back with them.
    centred = np.column_stack([np.ones(n), z])
    back = np.zeros((p + 1, p + 1))
    back[0, 0] = 1
    for j, (shift, scale) in enumerate(zip([0, 100, -2, 5], [1, 10, 0.1, 3])):
        back[j + 1, j + 1] = 1 / scale
        back[0, j + 1] = -shift / scale
    beta = np.zeros(p + 1)
    for _ in range(100):
        mu = mean(centred @ beta)
        hessian = centred.T @ ((w * variance(mu))[:, None] * centred)
        beta = beta + np.linalg.solve(hessian, centred.T @ (w * (y - mu)))
    return table(back @ beta, back @ np.linalg.inv(hessian) @ back.T, lambda t: 2 * stats.norm.sf(t))


def logistic(w):
    return newton(binary, w, lambda s: 1 / (1 + np.exp(-s)), lambda mu: mu * (1 - mu))


def counts(w):
    return newton(poisson, w, np.exp, lambda mu: mu)


ones = np.ones(n)
cases = []
for name, w in [("plain", ones), ("weighted", weights)]:
    cases.append({"loss": "squared", "weights": name, **least_squares(w)})
    cases.append({"loss": "logistic", "weights": name, **logistic(w)})
    cases.append({"loss": "poisson", "weights": name, **counts(w)})
ridge = []
for alpha in [0.01, 0.5]:
    model = PoissonRegressor(alpha=alpha, tol=1e-12, max_iter=10_000).fit(z, poisson)
    ridge.append({"alpha": alpha, "coefficients": model.coef_, "intercept": model.intercept_})
json.dump(
    {
        "versions": {"numpy": np.__version__, "scipy": scipy.__version__, "scikit-learn": sklearn.__version__},
        "rows": n,
        "cols": p,
        "x": x.ravel(),
        "z": z.ravel(),
        "weights": weights,
        "targets": {"squared": squared, "logistic": binary, "poisson": poisson},
        "cases": cases,
        "ridge": ridge,
    },
    sys.stdout,
    default=lambda value: value.tolist() if hasattr(value, "tolist") else float(value),
)
