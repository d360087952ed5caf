"""Boosted trees and forests of other libraries, one round at a time, so that ours and theirs alternate on the machine.

First line of standard input: {"file": row-major float32 features then float32 targets, "rows": n, "cols": f, "held": rows held out at the end,
"library": "lightgbm" | "xgboost" | "sklearn-forest", "trees": t, ...}. Then one line a round: {"what": "train"} or {"what": "predict"}.
Each is answered by a line {"value": seconds or rows/s, "answer": "...", "version": "...", "peak": MB}.
"""

import json
import resource
import sys
import time

import numpy as np


def auc(truth, score):
    order = np.argsort(score, kind="stable")
    ranks = np.empty(len(score))
    ranks[order] = np.arange(1, len(score) + 1)
    positive = truth > 0.5
    p = positive.sum()
    return (ranks[positive].sum() - p * (p + 1) / 2) / (p * (len(truth) - p))


job = json.loads(sys.stdin.readline())
rows, cols = job["rows"], job["cols"]
data = np.fromfile(job["file"], dtype=np.float32)
x = data[: rows * cols].reshape(rows, cols)
y = data[rows * cols :]
split = rows - job["held"]
library, trees = job["library"], job["trees"]

if library == "lightgbm":
    import lightgbm as lib

    shape = {"num_leaves": 255, "max_depth": 8, "max_bin": 255, "min_data_in_leaf": 20}

    def train():
        data = lib.Dataset(x[:split], y[:split], params={"max_bin": 255, "verbose": -1})
        return lib.train(
            {"objective": "binary", "learning_rate": 0.1, "num_threads": 2, "verbose": -1, "seed": 1, **shape},
            data,
            trees,
        )

    def score(model, rows):
        return model.predict(rows, num_threads=2)

elif library == "xgboost":
    import xgboost as lib

    def train():
        data = lib.QuantileDMatrix(x[:split], y[:split], max_bin=255, nthread=2)
        return lib.train(
            {
                "objective": "binary:logistic",
                "eta": 0.1,
                "tree_method": "hist",
                "max_depth": 8,
                "max_leaves": 255,
                "max_bin": 255,
                "nthread": 2,
                "verbosity": 0,
                "seed": 1,
            },
            data,
            trees,
        )

    def score(model, rows):
        return model.inplace_predict(rows)

else:
    import sklearn as lib
    from sklearn.ensemble import RandomForestClassifier

    def train():
        return RandomForestClassifier(n_estimators=trees, n_jobs=2, random_state=1).fit(x[:split], y[:split])

    def score(model, rows):
        return model.predict_proba(rows)[:, 1]


model = None
for line in sys.stdin:
    what = json.loads(line)["what"]
    if model is None or what == "train":
        begun = time.perf_counter()
        model = train()
        value = time.perf_counter() - begun
    if what == "predict":
        begun = time.perf_counter()
        score(model, x)
        value = rows / (time.perf_counter() - begun)
    elif what == "predict-one":
        one = x[:1]
        begun = time.perf_counter()
        for _ in range(200):
            score(model, one)
        value = (time.perf_counter() - begun) / 200 * 1e6
    answer = f"AUC {auc(y[split:], score(model, x[split:])):.4f}"
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"value": value, "answer": answer, "version": lib.__version__, "peak": peak}), flush=True)
