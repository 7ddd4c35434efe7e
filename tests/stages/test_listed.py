import shutil

import pytest

from pipeline.core.storage import read_json
from pipeline.likelihood.score_tables import read_pairs
from stages import wiring
from stages.layout import Layout
from tests.support.tiny import MODELS, copy_finished, edit

TWIN = (
    "  vae-06: {latent_dim: 3, conditional: false, train_on: core, binarization: bernoulli, seed: 0, duration: 1, "
    "score_on: all}\n"
)
PAIR = "  - [vae-06, vae-04]\n"
AGGREGATES = ["compare", "plot", "summarise"]


@pytest.fixture
def layout(project):
    """The finished project with a third model, a twin of the second."""
    layout = Layout(project)
    shutil.copytree(layout.weights("vae-20").parent, layout.weights("vae-06").parent)
    shutil.copy2(layout.scores("vae-20"), layout.scores("vae-06"))
    shutil.copy2(layout.certified("vae-20"), layout.certified("vae-06"))
    edit(layout.params, "  vae-20: {latent_dim", f"{TWIN}  vae-20: {{latent_dim")
    edit(layout.params, "  - - vae-20\n", f"{PAIR}  - - vae-20\n")
    return layout


@pytest.fixture
def joined(once, layout, run_stage, tmp_path):
    """The same after the twin was listed and took part, and what was said of it."""

    def make(folder):
        copied = Layout(copy_finished(layout.root, folder))
        wiring.main(copied)
        return run_all(copied, run_stage)

    folder, lines = once("a model joined", make)
    return Layout(copy_finished(folder, tmp_path / "joined")), lines


def run_all(layout, run_stage):
    said = [run_stage(layout.root, name) for name in AGGREGATES]
    assert [code for code, _ in said] == [0, 0, 0]
    return [line for _, text in said for line in text.splitlines()]


def models_of(layout):
    pairs, numbers = read_pairs(layout.pairs), read_json(layout.numbers)
    drawn = layout.figure("training").read_text(encoding="utf-8")
    return (
        set(pairs["model_a"]) | set(pairs["model_b"]),
        {key.split(".")[0] for key in numbers if key.endswith(".test.log_likelihood")},
        {name for name in (*MODELS, "vae-06") if f"<!-- {name} " in drawn},
    )


def test_a_model_that_is_not_listed_is_left_out_with_a_line(layout, run_stage):
    lines = run_all(layout, run_stage)
    assert lines == [f"{name}: vae-06 is left out; `make models` lists its files in dvc.yaml" for name in AGGREGATES]
    assert all(names <= set(MODELS) for names in models_of(layout))


def test_no_pair_of_listed_models_is_told(layout, run_stage):
    listed = layout.dvc_yaml.read_text(encoding="utf-8")
    layout.dvc_yaml.write_text(listed.replace("      - data/score/vae-04.parquet\n", ""), encoding="utf-8")
    code, said = run_stage(layout.root, "compare")
    assert code == 2
    assert said.splitlines()[-1] == "compare: dvc.yaml lists no two models of compare.pairs; run `make models`"


def test_a_listed_model_takes_part(joined):
    layout, lines = joined
    assert lines == []
    assert models_of(layout)[:2] == ({"vae-04", "vae-20", "vae-06"}, {*MODELS, "vae-06"})


def test_a_removed_model_takes_no_part_though_its_files_remain(joined, run_stage):
    layout, _ = joined
    edit(layout.params, TWIN, "")
    edit(layout.params, PAIR, "")
    assert run_all(layout, run_stage) == []
    assert layout.scores("vae-06").exists()
    assert all(names <= set(MODELS) for names in models_of(layout))
