import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipeline.core.errors import DataError
from pipeline.core.tables import (
    CATEGORY,
    SPLIT,
    concatenate,
    read_by_model,
    read_history,
    read_split,
    read_table,
    write_by_model,
    write_history,
    write_table,
)
from pipeline.likelihood.score_tables import SCORES, read_scores

KINDS = {
    "number": pa.int32(),
    "name": pa.string(),
    "share": pa.float64(),
    "subset": pa.dictionary(pa.int8(), pa.string()),
}
SCHEMA = pa.schema({"id": pa.int32()} | KINDS)


@pytest.fixture
def table():
    return pd.DataFrame(
        {
            "id": np.arange(5, dtype=np.int32),
            "number": np.array([3, 1, 4, 1, 5], dtype=np.int32),
            "name": ["a", "b", "ß", "", "e"],
            "share": [0.1, -0.2, 0.3, 1e300, 5e-324],
            "subset": pd.Categorical(["test", "train", "test", "test", "train"], ["train", "test", "never"]),
        }
    )


@pytest.fixture
def path(tmp_path):
    return tmp_path / "table.parquet"


def test_a_table_comes_back_as_it_was(path, table):
    write_table(path, table, SCHEMA)
    pd.testing.assert_frame_equal(read_table(path, SCHEMA), table, check_dtype=False)


def test_the_file_has_the_types_it_promises(path, table):
    write_table(path, table.assign(more=1), SCHEMA)
    assert pq.read_schema(path).remove_metadata() == SCHEMA


def test_the_same_table_gives_the_same_bytes(path, table):
    write_table(path, table, SCHEMA)
    first = path.read_bytes()
    shuffled = table[["subset", "share", "name", "number", "id"]].set_axis([7, 8, 9, 10, 11])
    shuffled.attrs["made"] = "at another time"
    write_table(path, shuffled, SCHEMA)
    assert path.read_bytes() == first


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (lambda table: table.drop(columns="share"), "column share is missing"),
        (lambda table: table[:0], "there is no row"),
        (lambda table: table.assign(share=[0, 1, np.nan, 3, 4]), "share of row 2 is nan"),
        (lambda table: table.assign(share=[0, 1, 2, np.inf, 4]), "share of row 3 is inf"),
        (lambda table: table.assign(subset=pd.Categorical(["test"] * 4 + [None])), "subset of row 4 is nan"),
        (lambda table: table.assign(id=[0, 1, 2, 3, 1]), "id 1 is repeated"),
    ],
)
def test_a_table_that_breaks_its_promise_is_not_written(path, table, change, fault):
    write_table(path, table, SCHEMA, key=["id"])
    before = path.read_bytes()
    with pytest.raises(DataError, match=rf"table\.parquet: not written: {fault}"):
        write_table(path, change(table), SCHEMA, key=["id"])
    assert path.read_bytes() == before


def test_a_file_cut_anywhere_is_told(path, table):
    write_table(path, table, SCHEMA)
    whole = path.read_bytes()
    for length in range(0, len(whole), 13):
        path.write_bytes(whole[:length])
        with pytest.raises(DataError, match="not a whole parquet file"):
            read_table(path, SCHEMA)


def test_a_file_with_wrong_bytes_is_told_or_read(path, table):
    write_table(path, table, SCHEMA)
    whole, rng = np.frombuffer(path.read_bytes(), dtype=np.uint8), np.random.default_rng(0)
    outcomes = set()
    for _ in range(300):
        spoilt = whole.copy()
        spoilt[rng.integers(len(whole), size=2)] = rng.integers(256, size=2)
        path.write_bytes(spoilt.tobytes())
        try:
            outcomes.add(tuple(read_table(path, SCHEMA).columns))
        except DataError:
            outcomes.add("told")
    assert outcomes == {tuple(SCHEMA.names), "told"}


def test_columns_that_nobody_asked_for_are_passed_over(path, table):
    pq.write_table(pa.Table.from_pandas(table, SCHEMA).append_column("more", pa.array(range(5))), path)
    assert list(read_table(path, SCHEMA)) == SCHEMA.names


def test_a_repeated_key_is_refused_in_one_line(path, table):
    repeated = table.assign(number=[3, 1, 4, 4, 5], subset=["test", "test", "train", "train", "test"])
    repeated["subset"] = repeated["subset"].astype("category")
    write_table(path, repeated, SCHEMA, key=["id"])
    with pytest.raises(DataError, match=r"table\.parquet: number 4, subset train is repeated; remake it") as caught:
        read_table(path, SCHEMA, key=["number", "subset"])
    assert "\n" not in str(caught.value)


def test_the_tables_of_several_models_come_back_by_model_in_their_order(path, table):
    tables = {
        "vae-20": table.assign(subset=pd.Categorical(["test"] * 5)),
        "a-vae": table[:2].assign(subset=pd.Categorical(["within-low", "train"])),
        "vae-04": table[3:].reset_index(drop=True),
    }
    write_by_model(path, tables, SCHEMA)
    found = read_by_model(path, SCHEMA)
    assert list(found) == list(tables)
    for name, own in tables.items():
        pd.testing.assert_frame_equal(found[name], own, check_dtype=False, check_categorical=False)
        assert isinstance(found[name]["subset"].dtype, pd.CategoricalDtype)
    assert pq.read_schema(path).remove_metadata() == pa.schema([pa.field("model", pa.string()), *SCHEMA])
    assert pq.read_schema(path).field("subset").type == CATEGORY


def test_models_may_be_none(path):
    write_by_model(path, {}, SCHEMA)
    assert read_by_model(path, SCHEMA) == {}


def test_the_tables_of_several_models_are_checked_when_they_are_written_and_read(path, table):
    write_by_model(path, {"vae-04": table}, SCHEMA)
    before = path.read_bytes()
    for bad, fault in ((table.drop(columns="share"), "column share is missing"), (table[:0], "there is no row")):
        with pytest.raises(DataError, match=rf"table\.parquet: not written: {fault} \(vae-20\)"):
            write_by_model(path, {"vae-04": table, "vae-20": bad}, SCHEMA)
    assert path.read_bytes() == before
    with pytest.raises(DataError, match=r"table\.parquet: column more is missing; remake it"):
        read_by_model(path, pa.schema([*SCHEMA, pa.field("more", pa.int32())]))
    write_table(path, table, SCHEMA)
    with pytest.raises(DataError, match="column model is missing"):
        read_by_model(path, SCHEMA)


@pytest.fixture
def split(path):
    ids = np.arange(6, dtype=np.int32)
    words = pd.Categorical(["train"] * 6)
    numbers = {"ink": 0.1, "pc1": np.linspace(-1, 1, 6), "pc1_within_class": 0.0}
    table = pd.DataFrame(
        {"id": ids, "label": np.int8(3), "official": words, "subset": words, "region": words} | numbers
    )
    write_table(path, table, SPLIT)
    return path, ids


def test_a_split_belongs_to_its_images(split):
    path, ids = split
    assert read_split(path, ids)["id"].tolist() == ids.tolist()
    for others in (ids[:-1], ids[::-1], ids + 1):
        with pytest.raises(DataError, match="rows that do not belong to these"):
            read_split(path, others)


def test_scores_are_those_of_the_contract():
    assert SCORES.names[:4] == ["id", "label", "subset", "region"]
    assert {SCORES.field(name).type for name in ("elbo", "log_likelihood", "standard_error")} == {pa.float64()}


def test_a_training_curve_comes_back(tmp_path):
    history = pd.DataFrame({"epoch": [1, 2], "learning_rate": [1e-3, 1 / 3], "train_elbo": [-200.5, -1e2 / 3]})
    history["validation_elbo"] = [-201.25, -100.0]
    write_history(tmp_path / "history.csv", history)
    pd.testing.assert_frame_equal(read_history(tmp_path / "history.csv"), history, check_exact=True)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "epoch,learning_rate,train_elbo,validation_elbo\n",
        "epoch,learning_rate,train_elbo\n1,0.1,2\n",
        "epoch,learning_rate,train_elbo,validation_elbo\n1,0.1,-2,nan\n",
        "epoch,learning_rate,train_elbo,validation_elbo\n1,0.1,-inf,-2\n",
        "epoch,learning_rate,train_elbo,validation_elbo\n1,much,-2,-2\n",
        "epoch,learning_rate,train_elbo,validation_elbo\n,0.1,-2,-2\n",
    ],
)
def test_what_is_no_training_curve_is_told(tmp_path, text):
    (tmp_path / "history.csv").write_text(text, encoding="utf-8")
    with pytest.raises(DataError, match=r"history\.csv: .*remake it with `dvc repro`"):
        read_history(tmp_path / "history.csv")


def test_tables_stand_under_each_other(table):
    both = concatenate({"one": table[:2], "two": table[3:]}, "model")
    assert both["model"].tolist() == ["one", "one", "two", "two"]
    assert both["id"].tolist() == [0, 1, 3, 4]
    assert both.index.tolist() == [0, 1, 2, 3]


def test_a_scores_file_is_read_by_name(path, table):
    write_table(path, table, SCHEMA)
    with pytest.raises(DataError, match="column label is missing"):
        read_scores(path)
