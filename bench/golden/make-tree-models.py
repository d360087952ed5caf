"""Golden values for ml/interop and ml/explain: small models of LightGBM and XGBoost, rows, and what those libraries predict.

/tmp/golden/bin/pip install lightgbm xgboost-cpu pandas
/tmp/golden/bin/python bench/golden/make-tree-models.py > bench/golden/tree-models.json
"""

import json
import os
import sys
import tempfile

import lightgbm as lgb
import numpy as np
import xgboost as xgb

rng = np.random.default_rng(5)
rows = 600
X = np.round(rng.normal(size=(rows, 4)), 3)
X[:, 1] = rng.integers(0, 40, rows)  # a category
X[:, 2] = np.where(rng.random(rows) < 0.4, 0, X[:, 2])  # often zero
X[rng.random((rows, 4)) < 0.08] = np.nan
known = np.nan_to_num(X)
score = known[:, 0] + (known[:, 1] % 3) - known[:, 2] ** 2 + 0.5 * known[:, 3]
targets = {
    "regression": score,
    # A zero is unlike its neighbours.
    "zeros": score + 4 * (X[:, 2] == 0),
    "counts": rng.poisson(np.exp(0.5 * score.clip(-3, 3))).astype(float),
    "binary": (score > 0.5).astype(float),
    "multiclass": np.digitize(score, [-0.3, 1.2]).astype(float),
}
probe = np.vstack(
    [
        X[:40],
        # Nothing known, zeros, codes never seen or none, numbers far out, float32 neighbours.
        [np.nan] * 4,
        [0, 0, 0, 0],
        [1, 39, -0.0, 1e30],
        [0.1, 41, 1e-36, -1e30],
        [-1e-36, 1000, 5e-35, 3],
        [0.3, 63, -5e-35, -3],
    ]
)
CATEGORY = [1]


def plain(values):
    return [None if np.isnan(v) else float(v) for v in np.asarray(values, dtype=float).ravel()]


def lightgbm(target, **parameters):
    data = lgb.Dataset(X, targets[target], categorical_feature=parameters.pop("category", CATEGORY))
    settings = dict(
        num_leaves=6, learning_rate=0.3, verbose=-1, seed=1, num_threads=1, min_data_per_group=5, cat_smooth=1, **parameters
    )
    booster = lgb.train(settings, data, 4)
    text = booster.model_to_string()
    return {
        "settings": {"target": target, **parameters},
        # Settings and importances behind the trees are not read.
        "model": text[: text.index("end of trees")] + "end of trees\n",
        "predictions": plain(booster.predict(probe)),
        "contributions": plain(booster.predict(probe[:10], pred_contrib=True)),
    }


def xgboost(target, **parameters):
    kinds = ["q", "c", "q", "q"] if parameters.pop("categories", True) else ["q"] * 4
    at = probe if kinds[1] == "q" else probe[:40]
    data = xgb.DMatrix(X, targets[target], feature_types=kinds, enable_categorical=True)
    settings = dict(max_depth=3, learning_rate=0.4, seed=1, nthread=1, max_cat_to_onehot=1, **parameters)
    booster = xgb.train(settings, data, 3)
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "model.json")
        booster.save_model(path)
        with open(path) as file:
            text = file.read()
    predicted = booster.predict(xgb.DMatrix(at, feature_types=kinds, enable_categorical=True))
    return {"settings": {"target": target, **parameters}, "model": text, "rows": len(at), "predictions": plain(predicted)}


everything = {
    "versions": {"lightgbm": lgb.__version__, "xgboost": xgb.__version__, "numpy": np.__version__},
    "cols": 4,
    "x": plain(probe),
    "lightgbm": [
        lightgbm("regression", objective="regression"),
        lightgbm("zeros", objective="regression", zero_as_missing=True),
        lightgbm("regression", objective="regression", use_missing=False),
        lightgbm("regression", objective="quantile", alpha=0.9, category=[]),
        lightgbm("counts", objective="poisson"),
        lightgbm("binary", objective="binary", sigmoid=0.7),
        lightgbm("binary", objective="binary", boosting="rf", bagging_freq=1, bagging_fraction=0.6),
        lightgbm("multiclass", objective="multiclass", num_class=3),
    ],
    "xgboost": [
        xgboost("regression", objective="reg:squarederror", categories=False),
        xgboost("binary", objective="binary:logistic"),
        xgboost("counts", objective="count:poisson", num_parallel_tree=2, subsample=0.6),
        xgboost("multiclass", objective="multi:softprob", num_class=3),
    ],
}
json.dump(everything, sys.stdout, separators=(",", ":"))
