import re
import shutil

import pytest
from frictionless import validate

from pipeline.config import load_params
from pipeline.core.storage import read_json, write_json
from pipeline.core.tables import read_table
from pipeline.data.subsets import HOLDOUTS
from pipeline.likelihood.score_tables import read_scores
from pipeline.publication.data_package import KEY, LIKELIHOODS, column_table
from stages.commands import publish
from stages.shared.layout import PAGES, Layout
from tests.support.tiny import EMPTY_README, MODELS, ROOT, copy_to_publish, one_line

ROUNDING = {"log_likelihood": 6e-4, "standard_error": 6e-4, "elbo": 6e-4, "ess": 0.51, "pareto_k": 0.006}


@pytest.fixture
def layout(finished, tmp_path):
    """The finished tiny project, not published yet."""
    return copy_to_publish(finished, tmp_path / "project")


def test_a_page_that_was_not_rendered_is_reported(tmp_path, run_stage):
    code, message = run_stage(tmp_path, "commands.publish")
    assert code == 3
    assert one_line(message, "report/_output/index.html is missing; run `make study` first")
    assert not list(tmp_path.iterdir())


def test_the_pages_the_table_and_the_readme_are_written(publication):
    assert {published.name for _, published in publication.publications} == {
        *(f"{name}.html" for name in (*PAGES, "explorer")),
        "report.pdf",
    }
    assert {published.name for _, published in publication.publications} < set(publish.LARGEST)
    for made, published in publication.publications:
        assert published.read_bytes() == made.read_bytes()
    readme = publication.readme.read_text(encoding="utf-8")
    assert all(f"| `{name}` | " in readme for name in MODELS)
    assert "score --> certify" in readme
    assert f"{read_json(publication.benchmarks)['study_timing']}, the study takes about" in readme


def test_the_published_likelihoods_are_the_scores_of_the_holdouts(publication):
    table = read_table(publication.published_likelihoods, LIKELIHOODS, key=KEY)
    assert list(table["model"].unique()) == list(MODELS)
    for name in MODELS:
        scores = read_scores(publication.scores(name))
        scores = scores[scores["subset"].isin(HOLDOUTS)].set_index("id")
        found = table[table["model"] == name].set_index("id")
        assert list(found.index) == list(scores.index)
        for column in ("label", "subset", "region", "draws"):
            assert list(found[column]) == list(scores[column])
        for column, error in ROUNDING.items():
            assert (found[column] - scores[column]).abs().max() < error


def test_the_data_package_is_valid_by_the_standards_own_tool(publication):
    report = validate(str(publication.data_package))
    assert report.valid, report.flatten(["message"])
    assert [task.name for task in report.tasks] == ["likelihoods", "models"]
    table = read_table(publication.published_likelihoods, LIKELIHOODS)
    assert report.tasks[0].stats["rows"] == len(table)


@pytest.mark.parametrize(
    ("resource", "change", "fault"),
    [
        (0, lambda one: one["schema"]["fields"][2].update(type="integer"), "type-error"),
        (0, lambda one: one["schema"].update(primaryKey=["model", "label"]), "primary-key"),
        (0, lambda one: one["schema"]["fields"].pop(), "extra-label"),
        (1, lambda one: one["data"].pop(), "foreign-key"),
    ],
)
def test_a_package_that_does_not_fit_its_table_is_not_valid(publication, tmp_path, resource, change, fault):
    whole = publication.data_package
    copied = shutil.copytree(whole.parent, tmp_path / "docs") / whole.name
    package = read_json(copied)
    change(package["resources"][resource])
    write_json(copied, package)
    report = validate(str(copied), limit_errors=2)
    assert fault in {kind for (kind,) in report.flatten(["type"])}


def test_the_data_package_describes_columns_and_models(publication):
    table, models = read_json(publication.data_package)["resources"]
    assert [one["name"] for one in table["schema"]["fields"]] == LIKELIHOODS.names
    assert all(one["description"].endswith(".") for one in table["schema"]["fields"] + models["schema"]["fields"])
    units = {one["name"]: one["description"] for one in table["schema"]["fields"]}
    assert all("Unit: nats." in units[name] for name in ("log_likelihood", "standard_error", "elbo"))
    params = load_params(publication.params)
    rows = {row["model"]: row for row in models["data"]}
    assert list(rows) == list(MODELS)
    for name, row in rows.items():
        model = params.models[name]
        assert row["quantity"] == ("log p(x | label)" if model.conditional else "log p(x)")
        assert (row["latent_dim"], row["epochs"]) == (model.latent_dim, params.epochs(name))


def test_the_page_about_the_likelihoods_has_the_columns_of_the_file(layout, run_stage):
    committed = Layout(ROOT).data_dictionary.read_text(encoding="utf-8")
    assert f"<!-- columns -->\n\n{column_table()}\n\n<!-- /columns -->" in committed
    layout.data_dictionary.write_text("<!-- columns -->\n<!-- /columns -->\n", encoding="utf-8")
    run_stage(layout.root, "commands.publish")
    described = re.findall(r"^\| `(\w+)` \| (\w+) \|", layout.data_dictionary.read_text(), re.MULTILINE)
    written = {name: str(LIKELIHOODS.field(name).type) for name, _ in described}
    kinds = {"float": "float32", "dictionary<values=string, indices=int8, ordered=0>": "category"}
    assert described == [(name, kinds.get(kind, kind)) for name, kind in written.items()]


@pytest.mark.parametrize("page", ["README.md", "docs/likelihoods.md"])
def test_the_examples_run_on_the_published_table(publication, monkeypatch, page):
    blocks = re.findall(r"```python\n(.*?)```", (ROOT / page).read_text(encoding="utf-8"), re.DOTALL)
    example = next(block for block in blocks if "likelihoods.parquet" in block)
    monkeypatch.chdir((publication.root / page).parent)
    *lines, last = example.strip().splitlines()
    names = {}
    exec("\n".join(lines), names)
    found = eval(last, names)
    assert 0 < found < 1 if page == "README.md" else set(found.index) == set(MODELS)


def test_a_file_that_is_too_large_for_docs_is_refused_before_anything_is_written(layout, run_stage, monkeypatch):
    for name in ("index.html", "methods.html", "explorer.html", "likelihoods.parquet"):
        monkeypatch.setattr(publish, "LARGEST", publish.LARGEST | {name: 0.001})
        code, message = run_stage(layout.root, "commands.publish")
        assert code == 3
        assert f" MB exceeds the limit of docs/{name}, 0.001 MB; make the file smaller or raise LARGEST" in message
        assert layout.readme.read_text(encoding="utf-8") == EMPTY_README
        assert list(layout.data_dictionary.parent.iterdir()) == [layout.data_dictionary]
        monkeypatch.undo()


def test_without_the_last_page_nothing_is_published(layout, run_stage):
    layout.pdf.unlink()
    code, message = run_stage(layout.root, "commands.publish")
    assert code == 3
    assert one_line(message, "report/_output/report.pdf is missing; run `make study` first")
    assert list(layout.data_dictionary.parent.iterdir()) == [layout.data_dictionary]
