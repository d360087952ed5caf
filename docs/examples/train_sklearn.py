"""Learns with scikit-learn for FlexiML's external trainer and leaves the model as ONNX.

pip install scikit-learn skl2onnx pandas pyarrow
fleximl train --data bikes --target cnt --command "python /srv/train_sklearn.py" --set trees=200
"""

import json
import os
import pathlib

import pandas as pd
from skl2onnx import to_onnx
from skl2onnx.common.data_types import FloatTensorType, StringTensorType
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import RandomForestClassifier, RandomForestRegressor
from sklearn.impute import SimpleImputer
from sklearn.model_selection import cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder

told = json.loads(pathlib.Path(os.environ["FLEXIML_PARAMETERS"]).read_text())
train = pd.read_parquet(os.environ["FLEXIML_TRAIN"])
output = pathlib.Path(os.environ["FLEXIML_OUTPUT"])
target = told["target"]

# Each column is an input of its own: numbers as float, texts as string. Dates are left out here.
x = train.drop(columns=[target])
numbers = [name for name in x if pd.api.types.is_numeric_dtype(x[name]) and not pd.api.types.is_bool_dtype(x[name])]
texts = [name for name in x if x[name].dtype == object or pd.api.types.is_string_dtype(x[name])]
x = x[numbers + texts].astype({name: "float32" for name in numbers})
# A missing text reaches the model as an empty one.
x[texts] = x[texts].fillna("")

Forest = RandomForestRegressor if told["task"] == "regression" else RandomForestClassifier
forest = Forest(
    n_estimators=int(told["parameters"].get("trees", 100)),
    min_samples_leaf=int(told["parameters"].get("leaf", 3)),
    random_state=told["seed"] % 2**31,
)
prepare = ColumnTransformer(
    [("numbers", SimpleImputer(strategy="median"), numbers), ("texts", OneHotEncoder(handle_unknown="ignore"), texts)]
)
model = make_pipeline(prepare, forest)

# Lines of JSON are drawn as they come; lines that are printed go to the log of the run.
scores = cross_val_score(model, x, train[target], cv=3)
with open(os.environ["FLEXIML_METRICS"], "a") as lines:
    for step, score in enumerate(scores, 1):
        lines.write(json.dumps({"step": step, "fold_score": score}) + "\n")
print(f"{len(train)} rows, {len(numbers)} numbers, {len(texts)} texts; score of folds {scores.mean():.4f}")

model.fit(x, train[target])
types = [(name, FloatTensorType([None, 1])) for name in numbers] + [(name, StringTensorType([None, 1])) for name in texts]
onnx = to_onnx(model, initial_types=types)
(output / "model.onnx").write_bytes(onnx.SerializeToString())
(output / "metrics.json").write_text(json.dumps({"cv_score": float(scores.mean())}))
