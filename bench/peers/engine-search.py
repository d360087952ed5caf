"""Searches of the engine's benchmark rows done by Optuna's TPE as it comes (multivariate since 5.0).

Standard input: {"what": "study", "function": "branin" | "hartmann6", "budgets": [n, ...], "seeds": [n, ...]}
             or {"what": "suggest", "trials": n, "rounds": n}
Standard output: {"samples": [...], "answer": "...", "version": "..."}; of studies log10 regret, seeds within budgets; of suggestions
milliseconds each.
"""

import json
import math
import sys
import time

import optuna

optuna.logging.set_verbosity(optuna.logging.ERROR)
job = json.load(sys.stdin)


def branin(x):
    a, b = -5 + 15 * x[0], 15 * x[1]
    return (b - 5.1 / (4 * math.pi**2) * a * a + 5 / math.pi * a - 6) ** 2 + 10 * (1 - 1 / (8 * math.pi)) * math.cos(a) + 10


A = [[10, 3, 17, 3.5, 1.7, 8], [0.05, 10, 17, 0.1, 8, 14], [3, 3.5, 1.7, 10, 17, 8], [17, 8, 0.05, 10, 0.1, 14]]
P = [
    [1312, 1696, 5569, 124, 8283, 5886],
    [2329, 4135, 8307, 3736, 1004, 9991],
    [2348, 1451, 3522, 2883, 3047, 6650],
    [4047, 8828, 8732, 5743, 1091, 381],
]
ALPHA = [1, 1.2, 3, 3.2]


def hartmann6(x):
    return -sum(
        weight * math.exp(-sum(a * (v - 1e-4 * p) ** 2 for a, p, v in zip(A[i], P[i], x)))
        for i, weight in enumerate(ALPHA)
    )


FUNCTIONS = {"branin": (branin, 2, 0.397887357729738), "hartmann6": (hartmann6, 6, -3.322368011415514)}


def objective(function, dimensions):
    return lambda trial: function([trial.suggest_float(f"x{d}", 0, 1) for d in range(dimensions)])


if job["what"] == "study":
    function, dimensions, least = FUNCTIONS[job["function"]]
    samples = [[] for _ in job["budgets"]]
    for seed in job["seeds"]:
        study = optuna.create_study(sampler=optuna.samplers.TPESampler(seed=seed))
        study.optimize(objective(function, dimensions), n_trials=max(job["budgets"]))
        values = [trial.value for trial in study.trials]
        for k, budget in enumerate(job["budgets"]):
            samples[k].append(math.log10(max(min(values[:budget]) - least, 1e-12)))
    flat = [value for budget in samples for value in budget]
    answer = "TPESampler()"
else:
    study = optuna.create_study(sampler=optuna.samplers.TPESampler(seed=1))
    study.optimize(objective(hartmann6, 6), n_trials=job["trials"])
    flat = []
    for _ in range(job["rounds"]):
        begun = time.perf_counter()
        trial = study.ask()
        x = [trial.suggest_float(f"x{d}", 0, 1) for d in range(6)]
        flat.append((time.perf_counter() - begun) * 1000)
        study.tell(trial, state=optuna.trial.TrialState.FAIL)
    answer = f"value {hartmann6(x):.2f}"
json.dump({"samples": flat, "answer": answer, "version": optuna.__version__}, sys.stdout)
