"""The checks of `data/expectations` by Pandera or Great Expectations: the same file, the same checks, the verdict of each.

Standard input: {"path": Parquet, "checks": [{"type", "column", "parameters"}], "tool": "pandera" | "great-expectations", "rounds": n}
Standard output: {"samples": [seconds], "answer": "...", "version": "..."}
"""

import json
import os
import sys
import time
import warnings

os.environ["GX_ANALYTICS_ENABLED"] = "false"
os.environ["TQDM_DISABLE"] = "1"
warnings.simplefilter("ignore")

import pandas as pd

job = json.load(sys.stdin)
checks = job["checks"]


def by_pandera(frame):
    import pandera.pandas as pa

    low = lambda p: p.get("min")
    high = lambda p: p.get("max")

    def inside(value, p):
        return bool((low(p) is None or value >= low(p)) and (high(p) is None or value <= high(p)))

    columns, whole, names = {}, [], {}
    for i, check in enumerate(checks):
        kind, name, p = check["type"], check["column"], check["parameters"]
        if kind == "row-count":
            whole.append(pa.Check(lambda d, p=p: inside(len(d), p), name=str(i)))
            continue
        column = columns.setdefault(name, {"checks": [], "nullable": True, "unique": False})
        add = lambda c: column["checks"].append(c)
        share = p.get("share", 1)
        if kind == "not-null":
            if share == 1:
                column["nullable"] = False
                names[(name, "not_nullable")] = i
            else:
                add(pa.Check(lambda s, m=share: bool(s.notna().mean() >= m), name=str(i), ignore_na=False))
        elif kind == "between":
            if share == 1:
                add(pa.Check.in_range(low(p), high(p), name=str(i)))
            else:
                add(pa.Check(lambda s, p=p, m=share: bool(s.dropna().between(low(p), high(p)).mean() >= m), name=str(i)))
        elif kind == "mean-between":
            add(pa.Check(lambda s, p=p: inside(s.mean(), p), name=str(i)))
        elif kind == "quantile-between":
            add(pa.Check(lambda s, p=p: inside(s.quantile(p["quantile"]), p), name=str(i)))
        elif kind == "sd-between":
            add(pa.Check(lambda s, p=p: inside(s.std(), p), name=str(i)))
        elif kind == "in-set":
            add(pa.Check.isin(p["values"], name=str(i)))
        elif kind == "regex":
            add(pa.Check.str_matches(p["pattern"], name=str(i)))
        elif kind == "length":
            add(pa.Check.str_length(int(low(p)), int(high(p)), name=str(i)))
        elif kind == "unique":
            column["unique"] = True
            names[(name, "field_uniqueness")] = i
    schema = pa.DataFrameSchema({name: pa.Column(**c) for name, c in columns.items()}, checks=whole)
    try:
        schema.validate(frame, lazy=True)
        return []
    except pa.errors.SchemaErrors as errors:
        failed = set()
        for error in errors.schema_errors:
            check = error.check
            name = getattr(check, "name", None)
            if name is not None and str(name).isdigit():
                failed.add(int(name))
            else:
                failed.add(names[(error.schema.name, str(check))])
        return sorted(failed)


def by_great_expectations(frame):
    import great_expectations as gx

    e = gx.expectations
    made = {
        "row-count": lambda c, p: e.ExpectTableRowCountToBeBetween(min_value=p.get("min"), max_value=p.get("max")),
        "not-null": lambda c, p: e.ExpectColumnValuesToNotBeNull(column=c, mostly=p["share"]),
        "between": lambda c, p: e.ExpectColumnValuesToBeBetween(
            column=c, min_value=p.get("min"), max_value=p.get("max"), mostly=p["share"]
        ),
        "mean-between": lambda c, p: e.ExpectColumnMeanToBeBetween(column=c, min_value=p.get("min"), max_value=p.get("max")),
        "quantile-between": lambda c, p: e.ExpectColumnMedianToBeBetween(
            column=c, min_value=p.get("min"), max_value=p.get("max")
        ),
        "sd-between": lambda c, p: e.ExpectColumnStdevToBeBetween(column=c, min_value=p.get("min"), max_value=p.get("max")),
        "in-set": lambda c, p: e.ExpectColumnValuesToBeInSet(column=c, value_set=p["values"]),
        "regex": lambda c, p: e.ExpectColumnValuesToMatchRegex(column=c, regex=p["pattern"]),
        "length": lambda c, p: e.ExpectColumnValueLengthsToBeBetween(column=c, min_value=p["min"], max_value=p["max"]),
        "unique": lambda c, p: e.ExpectColumnValuesToBeUnique(column=c),
    }
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = {"globally": False}
    batch = (
        context.data_sources.add_pandas("p")
        .add_dataframe_asset("a")
        .add_batch_definition_whole_dataframe("b")
        .get_batch(batch_parameters={"dataframe": frame})
    )
    suite = gx.ExpectationSuite(name="s")
    for i, check in enumerate(checks):
        expectation = made[check["type"]](check["column"], check["parameters"])
        expectation.meta = {"i": i}
        suite.add_expectation(expectation)
    result = batch.validate(suite)
    assert len(result.results) == len(checks)
    return sorted(r.expectation_config.meta["i"] for r in result.results if not r.success)


run = by_pandera if job["tool"] == "pandera" else by_great_expectations
samples = []
for k in range(job["rounds"] + 1):
    begun = time.perf_counter()
    failed = run(pd.read_parquet(job["path"]))
    # The first round only loads what is loaded once.
    if k > 0:
        samples.append(time.perf_counter() - begun)
from importlib.metadata import version

answer = f"{len(checks)} checked, not met: {', '.join(map(str, failed))}"
name = "pandera" if job["tool"] == "pandera" else "great_expectations"
json.dump({"samples": samples, "answer": answer, "version": version(name)}, sys.stdout)
