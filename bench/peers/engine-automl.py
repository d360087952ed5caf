"""One table of `engine/automl-…` learnt by a peer: the same rows, the same rows held out, two threads.

Standard input: {"what": "lightgbm" | "xgboost" | "forest" | "linear" | "flaml", "task", "target", "categories", "numbers", "time", "rows": [...],
"splits": [{"seed", "train": [...], "held": [...]}], "seconds"}
Standard output: {"samples": [ROC AUC or RMSE of the held-out rows], "answer": "...", "version": "..."}
"""

import json
import logging
import sys
import time
import warnings

import numpy as np
import pandas as pd

warnings.simplefilter("ignore")
logging.disable(logging.WARNING)
job = json.load(sys.stdin)
what, task, categories, numbers = job["what"], job["task"], job["categories"], job["numbers"]
frame = pd.DataFrame(job["rows"])
for name in categories:
    frame[name] = frame[name].astype("category")
for name in numbers:
    frame[name] = frame[name].astype(float)
if job["time"]:
    # What our recipe makes of a time for trees.
    at = pd.to_datetime(frame[job["time"]])
    frame["at_elapsed"] = (at - at.min()).dt.total_seconds() / 86400
    frame["at_hour"], frame["at_weekday"], frame["at_month"], frame["at_day"] = at.dt.hour, at.dt.weekday, at.dt.month, at.dt.dayofyear
    numbers = [*numbers, "at_elapsed", "at_hour", "at_weekday", "at_month", "at_day"]
x = frame[[*numbers, *categories]]
binary = task == "binary"
y = frame[job["target"]]
y = (y == sorted(y.unique())[1]).astype(int) if binary else y.astype(float)


def encoded(linear):
    from sklearn.compose import ColumnTransformer
    from sklearn.impute import SimpleImputer
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import OneHotEncoder, OrdinalEncoder, StandardScaler

    words = (
        OneHotEncoder(handle_unknown="ignore", min_frequency=2)
        if linear
        else OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1, encoded_missing_value=-1)
    )
    cells = make_pipeline(SimpleImputer(), StandardScaler()) if linear else SimpleImputer()
    return ColumnTransformer([("numbers", cells, numbers), ("words", words, categories)])


def learner(seed):
    if what == "lightgbm":
        import lightgbm

        kind = lightgbm.LGBMClassifier if binary else lightgbm.LGBMRegressor
        return kind(n_jobs=2, random_state=seed, verbose=-1), lightgbm.__version__
    if what == "xgboost":
        import xgboost

        kind = xgboost.XGBClassifier if binary else xgboost.XGBRegressor
        return kind(n_jobs=2, random_state=seed, enable_categorical=True), xgboost.__version__
    import sklearn
    from sklearn.ensemble import RandomForestClassifier, RandomForestRegressor
    from sklearn.linear_model import LogisticRegression, Ridge
    from sklearn.pipeline import make_pipeline

    if what == "forest":
        kind = RandomForestClassifier if binary else RandomForestRegressor
        return make_pipeline(encoded(False), kind(n_jobs=2, random_state=seed)), sklearn.__version__
    model = LogisticRegression(max_iter=1000) if binary else Ridge()
    return make_pipeline(encoded(True), model), sklearn.__version__


def learn(train, seed):
    if what != "flaml":
        model, version = learner(seed)
        return model.fit(x.iloc[train], y.iloc[train]), version, what
    import flaml

    automl = flaml.AutoML()
    rows = np.array(train)
    settings = {}
    if job["time"]:
        rows = rows[np.argsort(frame[job["time"]].to_numpy()[rows], kind="stable")]
        settings["split_type"] = "time"
    automl.fit(
        x.iloc[rows].reset_index(drop=True),
        y.iloc[rows].reset_index(drop=True),
        task="classification" if binary else "regression",
        metric="roc_auc" if binary else "rmse",
        time_budget=job["seconds"],
        n_jobs=2,
        seed=seed,
        verbose=0,
        **settings,
    )
    return automl, flaml.__version__, automl.best_estimator


from sklearn.metrics import roc_auc_score, root_mean_squared_error

samples, words = [], []
for split in job["splits"]:
    begun = time.perf_counter()
    model, version, name = learn(split["train"], split["seed"])
    words.append(f"{name} {time.perf_counter() - begun:.0f} s")
    held = x.iloc[split["held"]]
    truth = y.iloc[split["held"]]
    samples.append(
        roc_auc_score(truth, model.predict_proba(held)[:, 1]) if binary else root_mean_squared_error(truth, model.predict(held))
    )
json.dump({"samples": samples, "answer": ", ".join(words), "version": version}, sys.stdout)
