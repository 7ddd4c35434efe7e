import re
import shutil

import pytest

from pipeline.core.tables import CATEGORY, read_table
from pipeline.data.subsets import HOLDOUTS
from pipeline.likelihood.score_tables import read_scores
from stages.commands import publish
from stages.commands.publish import LIKELIHOODS
from stages.shared.layout import Layout
from tests.support.tiny import MODELS, ROOT, one_line

README = "<!-- results -->\n<!-- /results -->\n<!-- cost -->\n<!-- /cost -->\n<!-- stages -->\n<!-- /stages -->\n"
ROUNDING = {"log_likelihood": 6e-4, "standard_error": 6e-4, "elbo": 6e-4, "ess": 0.51, "pareto_k": 0.006}


@pytest.fixture
def layout(project):
    """The finished tiny project with a README and a benchmark."""
    layout = Layout(project)
    layout.readme.write_text(README, encoding="utf-8")
    layout.benchmarks.parent.mkdir()
    shutil.copy2(Layout(ROOT).benchmarks, layout.benchmarks)
    return layout


def test_a_page_that_was_not_rendered_is_reported(tmp_path, run_stage):
    code, message = run_stage(tmp_path, "commands.publish")
    assert code == 3
    assert one_line(message, "report/_output/index.html is missing; run `make study` first")
    assert not list(tmp_path.iterdir())


def test_the_pages_the_table_and_the_readme_are_written(layout, run_stage):
    assert run_stage(layout.root, "commands.publish") == (0, "")
    for made, published in layout.publications:
        assert published.read_bytes() == made.read_bytes()
    readme = layout.readme.read_text(encoding="utf-8")
    assert all(f"| `{name}` | " in readme for name in MODELS)
    assert "score --> certify" in readme
    assert "Timed alone on a machine without a GPU, the study took" in readme


def test_the_published_likelihoods_are_the_scores_of_the_holdouts(layout, run_stage):
    run_stage(layout.root, "commands.publish")
    table = read_table(layout.published_likelihoods, LIKELIHOODS, key=["id", "model"])
    assert list(table["model"].unique()) == list(MODELS)
    for name in MODELS:
        scores = read_scores(layout.scores(name))
        scores = scores[scores["subset"].isin(HOLDOUTS)].set_index("id")
        found = table[table["model"] == name].set_index("id")
        assert list(found.index) == list(scores.index)
        for column in ("label", "subset", "region", "draws"):
            assert list(found[column]) == list(scores[column])
        for column, error in {
            "log_likelihood": 6e-4,
            "standard_error": 6e-4,
            "elbo": 6e-4,
            "ess": 0.51,
            "pareto_k": 0.006,
        }.items():
            assert (found[column] - scores[column]).abs().max() < error


def test_the_data_dictionary_describes_every_column():
    described = re.findall(r"^\| `(\w+)` \| (\w+) \|", (ROOT / "docs" / "likelihoods.md").read_text(), re.MULTILINE)
    kinds = {"float": "float32", str(CATEGORY): "category"}
    for name, kind in described:
        written = str(LIKELIHOODS.field(name).type)
        assert kind == kinds.get(written, written)
    assert [name for name, _ in described] == LIKELIHOODS.names


def test_the_example_of_the_data_dictionary_runs(layout, run_stage, monkeypatch):
    run_stage(layout.root, "commands.publish")
    example = re.search(r"```python\n(.*?)```", (ROOT / "docs" / "likelihoods.md").read_text(), re.DOTALL)[1]
    monkeypatch.chdir(layout.published_likelihoods.parent)
    *lines, last = example.strip().splitlines()
    names = {}
    exec("\n".join(lines), names)
    assert set(eval(last, names).index) == set(MODELS)


def test_a_file_that_is_too_large_for_docs_is_refused(layout, run_stage, monkeypatch):
    for name in ("explorer.html", "likelihoods.parquet"):
        monkeypatch.setattr(publish, "LARGEST", publish.LARGEST | {name: 0.001})
        code, message = run_stage(layout.root, "commands.publish")
        assert code == 3
        assert f"docs/{name} may have 0.001" in message
        assert layout.readme.read_text(encoding="utf-8") == README
        monkeypatch.undo()
