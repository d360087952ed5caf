"""Golden values for the recipe steps: scikit-learn's transformers on small fixed data.

python3 -m venv /tmp/golden && /tmp/golden/bin/pip install scikit-learn scipy
/tmp/golden/bin/python bench/golden/make-recipes.py > bench/golden/recipes.json
"""

import json
import sys

import numpy as np
import sklearn
from scipy import stats
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.preprocessing import (
    MinMaxScaler,
    PowerTransformer,
    QuantileTransformer,
    RobustScaler,
    StandardScaler,
    TargetEncoder,
)
from sklearn.utils import murmurhash3_32

rng = np.random.default_rng(11)

# Skewed, with ties, a few missing; the last ten rows are new ones beyond the range.
numbers = np.round(rng.lognormal(1, 1, 130), 1)
numbers[[3, 40, 77]] = np.nan
numbers[120:] = [-5, 0, numbers[0], 1.05, 2.22, 7, 30, 100, np.nan, 3]
train, column = numbers[:120], numbers.reshape(-1, 1)
fitted = {
    "standard": StandardScaler(),
    "robust": RobustScaler(),
    "min-max": MinMaxScaler(),
    "yeo-johnson": PowerTransformer("yeo-johnson", standardize=False),
    "uniform": QuantileTransformer(n_quantiles=100, output_distribution="uniform"),
    "normal": QuantileTransformer(n_quantiles=100, output_distribution="normal"),
}
scaled = {}
for name, transformer in fitted.items():
    transformer.fit(train[~np.isnan(train)].reshape(-1, 1) if name in ("uniform", "normal") else train.reshape(-1, 1))
    scaled[name] = [None if np.isnan(v) else float(v) for v in transformer.transform(column)[:, 0]]

texts = [
    "The quick brown fox jumps over the lazy dog",
    "Der flinke braune Fuchs springt über den faulen Hund",
    "the dog sleeps; the fox does not, and THE fox is quick",
    "a b c",
    "",
    "naïve café: 12 coffees, 3_000 cups, x2",
    "Быстрая лиса и ленивая собака; лиса ест",
    "İstanbul ΣΊΣΥΦΟΣ straße",
    "don't stop — the dog, the dog!",
    "fox fox fox fox dog",
]
tfidf = TfidfVectorizer()
weights = tfidf.fit_transform(texts[:8]).toarray()
new_weights = tfidf.transform(texts[8:]).toarray()

levels = [str(v) for v in rng.choice(list("abcdef"), 80, p=[0.4, 0.25, 0.2, 0.1, 0.03, 0.02])]
outcomes = {
    "regression": np.round(rng.normal(50, 20, 80), 2),
    "binary": rng.integers(0, 2, 80),
    "multiclass": rng.integers(0, 3, 80),
}
kind = {"regression": "continuous", "binary": "binary", "multiclass": "multiclass"}
encoded = {}
for task, y in outcomes.items():
    encoder = TargetEncoder(smooth=10.0, target_type=kind[task]).fit(np.array(levels).reshape(-1, 1), y)
    new = encoder.transform(np.array(["a", "b", "c", "d", "e", "f", "never seen"]).reshape(-1, 1))
    encoded[task] = {"y": y.tolist(), "encodings": new.tolist()}

words = ["", "a", "ab", "abc", "abcd", "hello world", "straße", "лиса", "😀 emoji", "x" * 100]

json.dump(
    {
        "versions": {"python": sys.version.split()[0], "scikit-learn": sklearn.__version__, "numpy": np.__version__},
        "numbers": [None if np.isnan(v) else float(v) for v in numbers],
        "train": 120,
        "lambda": float(fitted["yeo-johnson"].lambdas_[0]),
        "scaled": scaled,
        "normalQuantiles": [[p, float(stats.norm.ppf(p))] for p in (1e-300, 1e-7, 0.001, 0.07, 0.3, 0.5, 0.6, 0.93, 0.9999)],
        "texts": texts,
        "trainTexts": 8,
        "terms": tfidf.get_feature_names_out().tolist(),
        "weights": np.vstack([weights, new_weights]).tolist(),
        "levels": levels,
        "encoded": encoded,
        "hashes": [[word, int(murmurhash3_32(word, seed=0, positive=True))] for word in words],
    },
    sys.stdout,
    ensure_ascii=False,
)
print()
