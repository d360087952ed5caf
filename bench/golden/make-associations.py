"""Golden values for correlations of a profile: NumPy and SciPy on small fixed data.

python3 -m venv /tmp/golden && /tmp/golden/bin/pip install numpy scipy
/tmp/golden/bin/python bench/golden/make-associations.py > bench/golden/associations.json
"""

import json

import numpy as np
import scipy
from scipy import stats

rng = np.random.default_rng(11)
N = 300


def holes(values, share):
    """With NaN in some places."""
    values = values.astype(float).copy()
    values[rng.random(N) < share] = np.nan
    return values


x = np.round(rng.normal(5, 2, N), 4)
NUMBERS = {
    "x": x,
    "linear": np.round(2 * x + rng.normal(0, 1, N), 4),
    "curved": np.round(np.exp(x / 2), 4),
    "falling": np.round(-(x**3), 4),
    "ties": np.floor(x),
    "holes": holes(np.round(x + rng.normal(0, 2, N), 4), 0.2),
    "more holes": holes(np.floor(rng.normal(0, 3, N)), 0.3),
    "far": 1e9 + np.round(rng.normal(0, 1, N), 3),
    "constant": np.full(N, 3.0),
}
few = rng.integers(0, 3, N)
GROUPS = {
    "few": few.astype(float),
    "near few": np.where(rng.random(N) < 0.8, few, rng.integers(0, 3, N)).astype(float),
    "many": rng.integers(0, 40, N).astype(float),
    "same as few": (few * 7 % 3).astype(float),
    "holes": holes(rng.integers(0, 4, N), 0.25),
}


def both(a, b):
    keep = ~np.isnan(a) & ~np.isnan(b)
    return a[keep], b[keep]


def table(a, b):
    a, b = both(a, b)
    _, i = np.unique(a, return_inverse=True)
    _, j = np.unique(b, return_inverse=True)
    counts = np.zeros((i.max() + 1, j.max() + 1))
    np.add.at(counts, (i, j), 1)
    return counts


def cramers_v(a, b):
    """Bias-corrected: Bergsma, 2013."""
    counts = table(a, b)
    n = counts.sum()
    r, c = counts.shape
    chi2 = stats.chi2_contingency(counts, correction=False)[0]
    phi2 = max(0.0, chi2 / n - (r - 1) * (c - 1) / (n - 1))
    rr = r - (r - 1) ** 2 / (n - 1)
    cc = c - (c - 1) ** 2 / (n - 1)
    return np.sqrt(phi2 / (min(rr, cc) - 1))


def eta2(values, groups):
    v, g = both(values, groups)
    # Far from zero, means would round away what lies between groups.
    v = v - v[0]
    total = ((v - v.mean()) ** 2).sum()
    between = sum((g == k).sum() * (v[g == k].mean() - v.mean()) ** 2 for k in np.unique(g))
    return between / total


def mutual_information(a, b):
    counts = table(a, b)
    n = counts.sum()
    p = counts / n
    expected = p.sum(1, keepdims=True) * p.sum(0, keepdims=True)
    plug_in = stats.entropy(p.ravel(), expected.ravel())
    r, c = counts.shape
    return max(0.0, plug_in - (r - 1) * (c - 1) / (2 * n))


def pairs(names):
    names = list(names)
    return [(a, b) for i, a in enumerate(names) for b in names[i + 1 :]]


def plain(values):
    return [None if np.isnan(v) else float(v) for v in values]


spread = [k for k in NUMBERS if k != "constant"]
print(
    json.dumps(
        {
            "versions": {"numpy": np.__version__, "scipy": scipy.__version__},
            "numbers": {k: plain(v) for k, v in NUMBERS.items()},
            "groups": {k: plain(v) for k, v in GROUPS.items()},
            "pearson": [[a, b, stats.pearsonr(*both(NUMBERS[a], NUMBERS[b]))[0]] for a, b in pairs(spread)],
            "spearman": [[a, b, stats.spearmanr(*both(NUMBERS[a], NUMBERS[b]))[0]] for a, b in pairs(spread)],
            "cramersV": [[a, b, cramers_v(GROUPS[a], GROUPS[b])] for a, b in pairs(GROUPS)],
            "eta2": [[a, b, eta2(NUMBERS[a], GROUPS[b])] for a in spread for b in GROUPS],
            "mutualInformation": [[a, b, mutual_information(GROUPS[a], GROUPS[b])] for a, b in pairs(GROUPS)],
        }
    )
)
