"""The engine's benchmark rows done by scikit-learn: same rows, same split, same settings, two threads.

Standard input: {"rows": [...], "train": [...], "validation": [...], "what": "linear" | "mlp", "rounds": n, ...}
Standard output: {"samples": [seconds], "answer": "...", "version": "..."}
"""

import json
import sys
import time
import warnings

import numpy as np
import sklearn
from sklearn.compose import ColumnTransformer
from sklearn.linear_model import ElasticNet
from sklearn.metrics import root_mean_squared_error
from sklearn.neural_network import MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

warnings.simplefilter("ignore")
job = json.load(sys.stdin)
categories, numbers, target = job["categories"], job["numbers"], job["target"]
x = np.array([[str(r[c]) for c in categories] + [float(r[n]) for n in numbers] for r in job["rows"]], dtype=object)
y = np.array([r[target] for r in job["rows"]], dtype=float)
train, held = np.array(job["train"]), np.array(job["validation"])


def pipeline():
    encode = ColumnTransformer(
        [
            ("words", OneHotEncoder(handle_unknown="ignore", sparse_output=False), list(range(len(categories)))),
            ("numbers", StandardScaler(), list(range(len(categories), len(categories) + len(numbers)))),
        ]
    )
    if job["what"] == "linear":
        return make_pipeline(encode, ElasticNet(alpha=job["alpha"], l1_ratio=job["l1Ratio"], max_iter=5000))
    return make_pipeline(
        encode,
        MLPRegressor(
            hidden_layer_sizes=job["hidden"],
            batch_size=job["batchSize"],
            learning_rate_init=0.003,
            max_iter=job["epochs"],
            n_iter_no_change=job["epochs"] + 1,
            random_state=1,
        ),
    )


samples = []
for k in range(job["rounds"] + 1):
    begun = time.perf_counter()
    model = pipeline().fit(x[train], y[train])
    predicted = model.predict(x[held])
    # The first round only loads what is loaded once.
    if k > 0:
        samples.append(time.perf_counter() - begun)
error = root_mean_squared_error(y[held], predicted)
json.dump({"samples": samples, "answer": f"RMSE {error:.2f}", "version": sklearn.__version__}, sys.stdout)
