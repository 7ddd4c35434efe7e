import itertools

import numpy as np
import pandas as pd
import pytest

from pipeline.data.subsets import REGIONS
from pipeline.figures.answer import answer, main_models
from pipeline.figures.palette import REGION_LINES, marks
from tests.pipeline.figures.test_figures_readable import apart, texts_of
from tests.support.sizes import EIGHT, make_sizes, make_table

NAMES = {
    "short": ("vae-04", "vae-20", "vae-32"),
    "long": tuple(f"a-model-with-a-name-of-forty-letters-{d}" for d in "abc"),
}


def means_of(table):
    own = table[table["quantity"] == "log_likelihood"]
    return own.assign(region=own["stratum"].astype(str).str.removeprefix("test.")).query("region in @REGIONS")


@pytest.fixture(scope="module")
def table():
    return make_table(EIGHT)


@pytest.fixture(scope="module", params=NAMES)
def drawn(request, table):
    sizes = dict(zip((4, 20, 32), NAMES[request.param], strict=True))
    own = means_of(table).query("latent_dim in (4, 20, 32)")
    main = own.assign(label=own["latent_dim"].map(sizes), log_likelihood=own["value"] + 1)
    return main, answer(table, main[["label", "latent_dim", "region", "log_likelihood", "difference"]], 20, 3)


def lines_of(figure, fill):
    """Return the lines of the regions by colour: of the curve, or the open marks of the main models."""
    lines = [line for line in figure.axes[0].get_lines() if line.get_marker() not in ("None", "")]
    return {line.get_color(): line for line in lines if (line.get_markerfacecolor() == "none") == (fill == "none")}


def test_curves_are_means_and_differences_by_region_with_intervals_of_differences_over_runs_alone(drawn, table):
    columns = ("value", "low", "high"), ("difference", "difference_low", "difference_high")
    for figure, (value, *ends) in zip(drawn[1], columns, strict=True):
        curves = lines_of(figure, "full")
        for region, bars in zip(REGIONS, figure.axes[0].collections, strict=True):
            own = means_of(table)
            own = own[own["region"] == region].sort_values("latent_dim")
            line = curves[REGION_LINES[region]]
            assert line.get_ydata() == pytest.approx(own[value].to_numpy())
            assert np.abs(np.log2(line.get_xdata() / own["latent_dim"].to_numpy())).max() < 0.25
            drawn_ends = np.array([segment[:, 1] for segment in bars.get_segments()])
            if value == "difference":
                own = own.assign(**{end: own[end].where(own["over"] == "runs", own[value]) for end in ends})
            assert drawn_ends == pytest.approx(own[ends].to_numpy())


def test_the_main_models_are_open_marks_beside_the_curve_with_their_names(drawn):
    main, (level, change) = drawn
    for figure, column in ((level, "log_likelihood"), (change, "difference")):
        for region, line in zip(REGIONS, lines_of(figure, "none").values(), strict=True):
            assert line.get_ydata() == pytest.approx(main.loc[main["region"] == region, column].to_numpy())
        words = {"".join(text.get_text().split()) for text in figure.axes[0].texts}
        assert words == {*main["label"], *REGIONS}
        assert "open: trained 3 times as long" in " ".join(figure.axes[0].get_xlabel().split())


def test_texts_are_apart_whole_and_large_enough(drawn):
    for figure in drawn[1]:
        texts = texts_of(figure)
        width, height = figure.get_size_inches()
        for text, box in texts:
            assert text.get_fontsize() >= 9
            assert 0 <= box.x0 < box.x1 <= width, text
            assert 0 <= box.y0 < box.y1 <= height, text
        for (text, box), (other, other_box) in itertools.combinations(texts, 2):
            assert apart(box, other_box), (text, other)


def test_zero_is_marked_where_differences_are(drawn):
    assert any(set(line.get_ydata()) == {0} and len(line.get_xdata()) == 2 for line in drawn[1][1].axes[0].get_lines())


def test_main_models_are_those_with_a_role_if_the_curve_s_were_not_trained_as_long():
    params, scores, _ = make_sizes((4, 20, 32), several=())
    roles = params.roles.model_copy(update={"small": "vae-04", "middle": "vae-20", "large": "vae-32"})
    scores = {name: table.assign(standard_error=0.1) for name, table in scores.items()}
    longer = {f"{name}-long": model.model_copy(update={"epochs": 240}) for name, model in params.models.items()}
    found = {f"{name}-long": table.assign(log_likelihood=table["log_likelihood"] + 1) for name, table in scores.items()}
    named = roles.model_copy(update={role: f"{getattr(roles, role)}-long" for role in ("small", "middle", "large")})
    both = params.model_copy(
        update={
            "models": params.models | longer,
            "roles": named,
            "compare": params.compare.model_copy(update={"base": "vae-20"}),
        }
    )
    looks = marks({name: name for name in longer})
    main = main_models(both, scores | found, looks)
    assert main["label"].unique().tolist() == list(longer)
    assert set(main.loc[main["label"] == "vae-20-long", "difference"]) == {0}
    test = scores["vae-04"].query("subset == 'test' and region == 'pc1-high'")["log_likelihood"].mean()
    own = main.query("label == 'vae-04-long' and region == 'pc1-high'")["log_likelihood"].item()
    assert own == pytest.approx(test + 1)
    same = both.model_copy(update={"compare": params.compare.model_copy(update={"base": "vae-20-long"})})
    assert main_models(same, scores | found, looks).empty


def test_without_main_models_only_the_curve_is_drawn(table):
    none = pd.DataFrame(columns=["label", "latent_dim", "region", "log_likelihood", "difference"])
    level, _ = answer(table, none, 20, 1)
    assert level.axes[0].get_xlabel() == "latent dimensions"
    assert {text.get_text() for text in level.axes[0].texts} == set(REGIONS)
