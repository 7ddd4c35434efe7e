import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipeline.core.storage import read_arrays, write_arrays
from stages.shared.layout import Layout
from tests.support.tiny import one_line


def alter(change):
    def damage(path):
        table = pq.read_table(path)
        pq.write_table(change(table), path)

    return damage


def set_cell(name, value):
    def change(table):
        place = table.column_names.index(name)
        values = table[name].to_pylist()
        values[7] = value
        return table.set_column(place, name, pa.array(values, table[name].type))

    return alter(change)


def cast(name, kind):
    return alter(lambda table: table.set_column(table.column_names.index(name), name, table[name].cast(kind)))


SCORES = {
    "no elbo": (alter(lambda table: table.drop_columns("elbo")), "column elbo is missing"),
    "two elbos": (alter(lambda table: table.append_column("elbo", table["elbo"])), "not a whole parquet file"),
    "single precision": (cast("log_likelihood", pa.float32()), "column log_likelihood is float, not double"),
    "text": (cast("draws", pa.string()), "column draws is string, not int32"),
    "plain text sets": (cast("subset", pa.string()), "column subset is string, not dictionary"),
    "nan": (set_cell("log_likelihood", float("nan")), "log_likelihood of row 7 is nan"),
    "infinity": (set_cell("pareto_k", float("inf")), "pareto_k of row 7 is inf"),
    "no number": (set_cell("ess", None), "ess of row 7 is nan"),
    "no label": (set_cell("label", None), "label of row 7 is nan"),
    "no region": (set_cell("region", None), "region of row 7 is nan"),
    "an id twice": (set_cell("id", 3), "id 3 is repeated"),
    "no row": (alter(lambda table: table.slice(0, 0)), "there is no row"),
    "cut": (lambda path: path.write_bytes(path.read_bytes()[:-9]), "not a whole parquet file"),
    "half": (lambda path: path.write_bytes(path.read_bytes()[: path.stat().st_size // 2]), "not a whole parquet file"),
    "empty": (lambda path: path.write_bytes(b""), "not a whole parquet file"),
    "a CSV": (lambda path: path.write_text("id,elbo\n1,2\n", encoding="utf-8"), "not a whole parquet file"),
}
SPLIT = {
    "fewer rows": (alter(lambda table: table.slice(0, 1000)), "1000 rows that do not belong to these 1797 images"),
    "another order": (
        alter(lambda table: table.take(np.arange(len(table))[::-1])),
        "do not belong to these 1797 images",
    ),
    "no set": (alter(lambda table: table.drop_columns("subset")), "column subset is missing"),
}
HISTORY = {
    "no column": (lambda path: path.write_text("epoch,learning_rate\n1,0.1\n", encoding="utf-8"), "train_elbo"),
    "no row": (lambda path: path.write_text(path.read_text().splitlines()[0], encoding="utf-8"), "no row"),
    "a word": (lambda path: path.write_text(path.read_text().replace("\n2,", "\n2,x"), encoding="utf-8"), "x"),
    "nan": (
        lambda path: path.write_text(path.read_text().replace("\n2,", "\n2,nan,1,1\n3,"), encoding="utf-8"),
        "finite",
    ),
    "empty": (lambda path: path.write_text("", encoding="utf-8"), "not a training curve"),
}
IMAGES = {
    "no labels": (lambda arrays: arrays.pop("label"), "array label is missing"),
    "fewer labels": (lambda arrays: arrays.update(label=arrays["label"][:-1]), "array label has the shape (1796,)"),
    "grey twos": (lambda arrays: arrays.update(binary_threshold=arrays["grey"]), "neither 0 nor 1"),
    "fractions": (lambda arrays: arrays.update(grey=arrays["grey"] / 255), "array grey is float64, not uint8"),
}
OUTPUTS = {
    "gather": lambda layout: sorted(layout.gathered("scores.parquet").parent.iterdir()),
    "compare": lambda layout: [layout.pairs, layout.dimensions, layout.effects],
    "plot": lambda layout: sorted([*layout.figures.iterdir(), *layout.panels.iterdir()]),
    "summarise": lambda layout: [layout.numbers, layout.metrics, layout.conditions, layout.table("pairs")],
}


def refuse(run_stage, project, name, path, fault):
    """Check that the stage fails on the file, keeps its previous outputs, and reports the fault in one line."""
    outputs = OUTPUTS[name](Layout(project))
    before = [output.read_bytes() for output in outputs]
    code, said = run_stage(project, name)
    assert code == 3
    assert one_line(said, f"{name}: {path.relative_to(project).as_posix()}: ", fault, "`dvc repro`")
    assert [output.read_bytes() for output in outputs] == before


CERTIFIED = {
    "no method": (alter(lambda table: table.drop_columns("method")), "column method is missing"),
    "nan": (set_cell("error", float("nan")), "error of row 7 is nan"),
    "cut": SCORES["cut"],
}
TABLES = {"scores": SCORES, "history": HISTORY, "certificate": CERTIFIED}


@pytest.mark.parametrize(("table", "case"), [(table, case) for table in TABLES for case in TABLES[table]])
def test_no_damaged_table_of_a_model_is_gathered(project, run_stage, table, case):
    damage, fault = TABLES[table][case]
    damage(path := getattr(Layout(project), table)("vae-20"))
    refuse(run_stage, project, "gather", path, fault)


GATHERED = {case: SCORES[case] for case in ("no elbo", "single precision", "plain text sets", "nan", "no label", "cut")}
READERS = [
    *(("compare", "scores.parquet", case) for case in GATHERED),
    *((name, "scores.parquet", case) for name in ("plot", "summarise") for case in ("no elbo", "nan", "cut")),
    *((name, "certificates.parquet", case) for name in ("plot", "summarise") for case in CERTIFIED),
]


@pytest.mark.parametrize(("name", "table", "case"), READERS)
def test_no_stage_uses_a_damaged_table_of_all_models(project, run_stage, name, table, case):
    damage, fault = CERTIFIED[case] if table.startswith("certificates") else GATHERED[case]
    damage(path := Layout(project).gathered(table))
    refuse(run_stage, project, name, path, fault)


@pytest.mark.parametrize("name", ["train", "score"])
@pytest.mark.parametrize("case", SPLIT)
def test_no_model_meets_a_split_of_other_images(project, run_stage, case, name):
    damage, fault = SPLIT[case]
    damage(Layout(project).split)
    code, said = run_stage(project, name, "vae-04")
    assert code == 3
    assert one_line(said, f"{name}: data/split/split.parquet: ", fault)


@pytest.mark.parametrize("case", IMAGES)
def test_no_model_meets_images_that_are_not_whole(project, run_stage, case):
    change, fault = IMAGES[case]
    arrays = read_arrays(Layout(project).images)
    change(arrays)
    write_arrays(Layout(project).images, arrays)
    code, said = run_stage(project, "train", "vae-04")
    assert code == 3
    assert one_line(said, "train: data/split/images.npz: ", fault)


def test_a_whole_table_of_another_kind_is_refused(project, run_stage):
    path = Layout(project).pairs
    pd.DataFrame({"difference": [1.0], "low": [0.0], "high": [2.0]}).to_parquet(path)
    refuse(run_stage, project, "summarise", path, "column model_a is missing")
