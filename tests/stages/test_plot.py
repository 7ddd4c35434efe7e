from pathlib import Path

import pytest
from ruamel.yaml import YAML

from pipeline.core.errors import DataError
from pipeline.core.storage import write_arrays
from pipeline.core.tables import SPLIT, write_history, write_table
from pipeline.data.images import write_images
from pipeline.investigations.compare.tables import EFFECTS
from pipeline.investigations.regress.tables import write_regression
from pipeline.likelihood.score_tables import PAIRS, SCORES
from pipeline.validation.certify.tables import CERTIFIED
from stages.layout import Layout
from stages.plot import main
from tests.pipeline.figures.test_figures_atlas import NAMES
from tests.support.made_up import make_study

ROOT = Path(__file__).parents[2]
OF_MORE = {
    *("classification", "mistakes", "worth", "styles"),
    *("training-runs", "unseen"),
    *("voids", "void-images", "training-lengths"),
    *("accuracy", "monte-carlo", "likeliest", "shares"),
}
"""Figures of more than these two models and tables: of labels, of runs and tails, of latent spaces, of one model."""


@pytest.fixture
def layout(tmp_path):
    study, layout = make_study(models=2, side=8, images=700), Layout(tmp_path)
    _write_tables(layout, study)
    params = YAML(typ="safe").load((ROOT / "params.yaml").read_text(encoding="utf-8"))
    params["models"] = {name: model.model_dump() for name, model in study.models.items()}
    params["compare"]["pairs"] = [list(study.pair)]
    params["classify"]["models"] = []
    params["accuracy"]["models"] = []
    params["sample"]["models"] = list(study.models)
    params["diagnose"]["models"] = []
    params["certify"]["models"] = list(study.models)
    params["roles"] |= dict(zip(("small", "middle"), study.pair, strict=True))
    files = [file(name) for file in (layout.scores, layout.history, layout.certified) for name in study.models]
    files += [layout.sampled(kind) for kind in study.tables.samples]
    listed = [file.relative_to(tmp_path).as_posix() for file in files]
    with layout.params.open("w", encoding="utf-8") as stream:
        YAML().dump(params, stream)
    with layout.dvc_yaml.open("w", encoding="utf-8") as stream:
        YAML().dump({"stages": {"plot": {"deps": listed}}}, stream)
    return layout


def _write_tables(layout, study):
    tables = study.tables
    write_images(layout.images, tables.images)
    write_table(layout.split, tables.split, SPLIT)
    write_table(layout.pairs, tables.pairs.astype({"set": "category", "region": "category"}), PAIRS)
    write_table(layout.effects, tables.effects, EFFECTS)
    for kind, arrays in tables.samples.items():
        write_arrays(layout.sampled(kind), arrays)
    write_regression(layout.regression, tables.regression)
    for name, table in tables.scores.items():
        write_table(layout.scores(name), table, SCORES)
        write_table(layout.certified(name), tables.certified[name], CERTIFIED)
        write_history(layout.history(name), tables.histories[name])


def read_figures(layout):
    return {path.stem: path.read_bytes() for path in layout.figures.iterdir()}


def test_every_figure_is_written_with_the_same_bytes_each_time(layout):
    main(layout)
    first = read_figures(layout)
    assert set(first) == NAMES - OF_MORE
    assert all(svg.startswith(b"<?xml") for svg in first.values())
    main(layout)
    assert read_figures(layout) == first


def test_no_figure_is_written_from_a_broken_table(layout):
    table = layout.scores("vae-20")
    table.write_bytes(table.read_bytes()[:-100])
    with pytest.raises(DataError, match=r"vae-20\.parquet"):
        main(layout)
    assert not layout.figures.exists()
