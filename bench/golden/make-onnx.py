"""Writes onnx.json: small ONNX files of scikit-learn (skl2onnx) with the predictions scikit-learn gives, and files that must be refused.

Made with scikit-learn 1.9.1, skl2onnx and onnx as named in the file. Run: python bench/golden/make-onnx.py
"""

import base64
import json
import pathlib

import numpy as np
import onnx
import pandas as pd
import skl2onnx
import sklearn
from onnx import TensorProto, helper
from skl2onnx import to_onnx
from skl2onnx.common.data_types import FloatTensorType, StringTensorType
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import GradientBoostingRegressor, RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

random = np.random.default_rng(6)
rows = 120
x = random.normal(size=(rows, 3)).astype(np.float32)
y = x[:, 0] * 3 - x[:, 1] + random.normal(size=rows) * 0.1
three = np.array(["low", "middle", "high"])[np.digitize(y, [-1, 1])]
two = (y > 0).astype(int)
colour = random.choice(["red", "green", "blue"], size=rows)
table = pd.DataFrame({"size": x[:, 0], "colour": colour})
shown = 8


def text(model):
    return base64.b64encode(model.SerializeToString()).decode()


def case(name, task, model, columns, data, expected, classes=None, **more):
    return {
        "name": name,
        "task": task,
        "file": text(model),
        "columns": columns,
        "rows": data,
        "expected": np.asarray(expected, dtype=float).ravel().tolist(),
        **({"classes": classes} if classes else {}),
        **more,
    }


def numbers():
    return [{f"x{k + 1}": float(v) for k, v in enumerate(row)} for row in x[:shown]]


logistic = make_pipeline(StandardScaler(), LogisticRegression()).fit(x, three)
forest = RandomForestClassifier(n_estimators=4, max_depth=4, random_state=1).fit(x, two)
boosting = GradientBoostingRegressor(n_estimators=5, max_depth=2, random_state=1).fit(x, y)
network = MLPClassifier(hidden_layer_sizes=(4,), max_iter=60, random_state=1).fit(x, three)
mixed = make_pipeline(
    ColumnTransformer([("n", StandardScaler(), ["size"]), ("c", OneHotEncoder(handle_unknown="ignore"), ["colour"])]),
    LogisticRegression(),
).fit(table, two)
mixed_types = [("size", FloatTensorType([None, 1])), ("colour", StringTensorType([None, 1]))]
mixed_rows = [{"size": float(a), "colour": b} for a, b in zip(x[: shown - 1, 0], colour)] + [
    {"size": 0.5, "colour": "never seen"}
]
names = [str(c) for c in logistic.classes_]

cases = [
    case("logistic regression with ZipMap", "multiclass", to_onnx(logistic, x[:1]), 3, numbers(), logistic.predict_proba(x[:shown]), names),
    case("random forest without ZipMap", "binary", to_onnx(forest, x[:1], options={"zipmap": False}), 3, numbers(), forest.predict_proba(x[:shown]), ["0", "1"]),
    case("gradient boosting", "regression", to_onnx(boosting, x[:1]), 3, numbers(), boosting.predict(x[:shown])),
    case("network in double precision with ZipMap", "multiclass", to_onnx(network, x[:1].astype(np.float64)), 3, numbers(), network.predict_proba(x[:shown]), names),
    case(
        "columns of text and numbers",
        "binary",
        to_onnx(mixed, initial_types=mixed_types, options={"zipmap": False}),
        2,
        mixed_rows,
        mixed.predict_proba(pd.DataFrame(mixed_rows)),
        ["0", "1"],
    ),
]


def graph_model(nodes, initializers=(), sparse=(), domains=(), outputs=1, functions=()):
    graph = helper.make_graph(
        nodes,
        "g",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, [None, 2])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, [None, outputs])],
        list(initializers),
        sparse_initializer=list(sparse),
    )
    imports = [helper.make_opsetid("", 17)] + [helper.make_opsetid(d, 1) for d in domains]
    return helper.make_model(graph, opset_imports=imports, ir_version=8, functions=list(functions))


def outside(name="w"):
    tensor = helper.make_tensor(name, TensorProto.FLOAT, [2, 1], [1.0, 2.0])
    tensor.ClearField("float_data")
    tensor.data_location = TensorProto.EXTERNAL
    entry = tensor.external_data.add()
    entry.key, entry.value = "location", "../../etc/passwd"
    return tensor


w = helper.make_tensor("w", TensorProto.FLOAT, [2, 1], [1.0, -2.0])
product = helper.make_node("MatMul", ["x", "w"], ["z"])
sigmoid = helper.make_node("Sigmoid", ["z"], ["y"])
identity = helper.make_node("Identity", ["z"], ["y"])
score = x[:shown, :2] @ np.array([[1.0], [-2.0]])
cases.append(
    case(
        "one output for the second class",
        "binary",
        graph_model([product, sigmoid], [w]),
        2,
        [{"x1": float(a), "x2": float(b)} for a, b in x[:shown, :2]],
        np.hstack([1 - 1 / (1 + np.exp(-score)), 1 / (1 + np.exp(-score))]),
        ["no", "yes"],
        named=["no", "yes"],
    )
)

sparse = onnx.SparseTensorProto()
sparse.dims.extend([2, 1])
sparse.values.CopyFrom(outside("w"))
sparse.indices.CopyFrom(helper.make_tensor("i", TensorProto.INT64, [2], [0, 1]))
branch = helper.make_graph(
    [helper.make_node("Constant", [], ["c"], value=outside("v"))], "b", [], [helper.make_tensor_value_info("c", TensorProto.FLOAT, None)]
)
plain = helper.make_graph(
    [helper.make_node("Constant", [], ["c2"], value=w)], "p", [], [helper.make_tensor_value_info("c2", TensorProto.FLOAT, None)]
)
flag = helper.make_tensor("flag", TensorProto.BOOL, [], [True])
function = helper.make_function(
    "own", "F", ["a"], ["b"], [helper.make_node("Constant", [], ["k"], value=outside("v")), helper.make_node("Identity", ["a"], ["b"])], [helper.make_opsetid("", 17)]
)
loop_body = helper.make_graph(
    [helper.make_node("Identity", ["keep"], ["again"])],
    "l",
    [helper.make_tensor_value_info("n", TensorProto.INT64, []), helper.make_tensor_value_info("keep", TensorProto.BOOL, [])],
    [helper.make_tensor_value_info("again", TensorProto.BOOL, [])],
)
refused = {
    "weights in another file": (graph_model([product, identity], [outside()]), "other files"),
    "sparse weights in another file": (graph_model([product, identity], sparse=[sparse]), "other files"),
    "weights in another file, in a branch": (
        graph_model([helper.make_node("If", ["flag"], ["w"], then_branch=branch, else_branch=plain), product, identity], [flag]),
        "other files",
    ),
    "weights in another file, in a function": (
        graph_model([helper.make_node("F", ["x"], ["y"], domain="own")], domains=["own"], functions=[function]),
        "other files",
    ),
    "operators of others": (graph_model([helper.make_node("Evil", ["x"], ["y"], domain="com.evil")], domains=["com.evil"]), "none of ONNX"),
    "a loop": (graph_model([helper.make_node("Loop", ["", "flag"], [], body=loop_body), product, identity], [w, flag]), "run for ever"),
    "no probabilities": (graph_model([product, identity], [w]), "no probabilities"),
}

pathlib.Path(__file__).with_name("onnx.json").write_text(
    json.dumps(
        {
            "made": {"scikit-learn": sklearn.__version__, "skl2onnx": skl2onnx.__version__, "onnx": onnx.__version__},
            "cases": cases,
            "refused": [{"name": name, "file": text(model), "words": words} for name, (model, words) in refused.items()],
        }
    )
    + "\n"
)
