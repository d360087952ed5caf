"""Golden decisions of pruners: Optuna asked after every report of studies with four trials at a time.

python3 -m venv /tmp/golden && /tmp/golden/bin/pip install optuna==5.0.0
/tmp/golden/bin/python bench/golden/make-pruners.py > bench/golden/pruners.json

A study's events, in order of time: [trial, step, value, 1 when pruned] for a report, [trial] for the end of a trial.
A pruner is made anew for each question, as ours is a pure function; only "auto" resources could tell the difference.
"""

import json
import math
import random
import warnings

import optuna
from optuna.pruners import (
    HyperbandPruner,
    MedianPruner,
    PatientPruner,
    PercentilePruner,
    SuccessiveHalvingPruner,
    ThresholdPruner,
)

optuna.logging.set_verbosity(optuna.logging.ERROR)
warnings.simplefilter("ignore")

PRUNERS = [
    ({"kind": "median"}, lambda: MedianPruner()),
    (
        {"kind": "median", "startupTrials": 2, "warmupSteps": 2, "intervalSteps": 3, "minTrials": 3},
        lambda: MedianPruner(n_startup_trials=2, n_warmup_steps=2, interval_steps=3, n_min_trials=3),
    ),
    (
        {"kind": "percentile", "percentile": 25, "startupTrials": 1},
        lambda: PercentilePruner(25.0, n_startup_trials=1),
    ),
    ({"kind": "successive-halving"}, lambda: SuccessiveHalvingPruner()),
    (
        {"kind": "successive-halving", "minResource": 1, "reductionFactor": 2, "minEarlyStoppingRate": 1},
        lambda: SuccessiveHalvingPruner(min_resource=1, reduction_factor=2, min_early_stopping_rate=1),
    ),
    (
        {"kind": "successive-halving", "minResource": 2, "reductionFactor": 3, "bootstrapCount": 2},
        lambda: SuccessiveHalvingPruner(min_resource=2, reduction_factor=3, bootstrap_count=2),
    ),
    ({"kind": "hyperband"}, lambda: HyperbandPruner()),
    (
        {"kind": "hyperband", "minResource": 1, "maxResource": 9, "reductionFactor": 2},
        lambda: HyperbandPruner(min_resource=1, max_resource=9, reduction_factor=2),
    ),
    (
        {"kind": "threshold", "lower": 0.15, "upper": 0.8, "warmupSteps": 1, "intervalSteps": 2},
        lambda: ThresholdPruner(lower=0.15, upper=0.8, n_warmup_steps=1, interval_steps=2),
    ),
    ({"kind": "patient", "patience": 1, "minDelta": 0.01}, lambda: PatientPruner(None, 1, min_delta=0.01)),
    (
        {"kind": "patient", "patience": 0, "pruner": {"kind": "median", "startupTrials": 2}},
        lambda: PatientPruner(MedianPruner(n_startup_trials=2), 0),
    ),
]
TRIALS, PARALLEL, STEPS = 14, 4, 9


def replay(settings, make, direction, seed):
    rng = random.Random(seed)
    study = optuna.create_study(study_name=f"study {seed}", direction=direction, pruner=make())
    sign = 1 if direction == "minimize" else -1
    running, events, begun = [], [], 0
    while begun < TRIALS or running:
        while begun < TRIALS and len(running) < PARALLEL:
            # A curve that falls from its own start to its own floor; some skip steps.
            running.append(
                {
                    "trial": study.ask(),
                    "floor": rng.random() / 2,
                    "rate": 0.1 + rng.random(),
                    "stride": rng.choice([1, 1, 1, 2]),
                    "step": rng.choice([0, 0, 1]),
                }
            )
            begun += 1
        job = rng.choice(running)
        trial = job["trial"]
        value = sign * (job["floor"] + 0.5 * math.exp(-job["rate"] * job["step"]) + 0.05 * rng.gauss(0, 1))
        value = math.nan if rng.random() < 0.04 else round(value, 3)
        trial.report(value, job["step"])
        study.pruner = make()
        prune = trial.should_prune()
        events.append([trial.number, job["step"], None if math.isnan(value) else value, int(prune)])
        job["step"] += job["stride"]
        if prune:
            study.tell(trial, state=optuna.trial.TrialState.PRUNED)
            running.remove(job)
        elif job["step"] > STEPS:
            study.tell(trial, sign * job["floor"])
            events.append([trial.number])
            running.remove(job)
    return {"pruner": settings, "name": study.study_name, "direction": direction, "events": events}


studies = [
    replay(settings, make, direction, 2 * i + j)
    for i, (settings, make) in enumerate(PRUNERS)
    for j, direction in enumerate(["minimize", "maximize"])
]
body = ",\n".join(json.dumps(study, separators=(",", ":")) for study in studies)
print(f'{{"optuna":"{optuna.__version__}","studies":[\n{body}\n]}}')
