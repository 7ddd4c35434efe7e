import numpy as np
import pytest

from pipeline.core.statistics import share_wilson
from pipeline.figures.diagnose import KINDS, void_images, voids
from pipeline.figures.palette import marks
from tests.pipeline.figures.test_figures_sample import cell
from tests.support.latent_spaces import diagnosed

LABELS = {"a": "20 latent dimensions", "b": "4 latent dimensions"}


@pytest.fixture(scope="module")
def arrays():
    rng = np.random.default_rng(0)
    ratios = {"posterior_ratio": rng.normal(1, 1, 1000), "prior_ratio": rng.normal(-1, 1, 1000)}
    return {name: ratios | {"level": rng.random(100) ** 2, "generated": rng.random(100)} for name in LABELS}


def draw(arrays, void, real=None):
    rng = np.random.default_rng(0)
    found = {name: diagnosed(4, rng) for name in LABELS}
    panels = voids(found, arrays, real or {"a": np.arange(50.0)}, marks(LABELS), void, 0.95)
    return [panel.axes[0] for panel in panels]


@pytest.mark.parametrize("void", [0.1, 0.5])
def test_the_marks_of_voids_stand_at_the_shares_below_the_threshold(arrays, void):
    panel = draw(arrays, void)[1]
    for name, points in zip(LABELS, panel.collections, strict=True):
        shares = [100 * (arrays[name][f"{kind}_ratio"] < np.log(void)).mean() for kind in ("prior", "posterior")]
        assert points.get_offsets()[0].tolist() == pytest.approx(shares)
    assert f"below {void:g}" in panel.get_figure().get_suptitle()


def test_lengths_of_encoded_images_are_drawn_before_those_of_the_prior(arrays):
    panel = draw(arrays, 0.1)[0]
    for (name, own), bars, prior in zip(arrays.items(), panel.patches, panel.collections[::3], strict=True):
        lengths = np.sqrt(-2 * np.log1p(-own["level"]))  # the prior's law in two dimensions is Rayleigh's
        tops, edges, _ = bars.get_data()
        counts, _ = np.histogram(lengths, edges)
        outline = prior.get_paths()[0].vertices
        heights = tops - outline[:, 1].min()
        density = outline[:, 0] * np.exp(-(outline[:, 0] ** 2) / 2)
        scale = np.ptp(outline[:, 1]) / density.max()
        assert heights == pytest.approx(scale * counts / counts.sum() / np.diff(edges)), name
        top = outline[:, 1] - outline[:, 1].min()
        assert (np.isclose(top, scale * density, atol=1e-9) | np.isclose(top, 0, atol=1e-9)).all()


def test_the_share_in_the_innermost_tenth_of_the_prior_is_told_with_its_interval(arrays):
    panel = draw(arrays, 0.1)[0]
    for words, name in zip(panel.texts, LABELS, strict=True):
        share = share_wilson(int((arrays[name]["level"] < 0.1).sum()), 100, 0.95)
        label, told = words.get_text().split("\n")
        assert label == LABELS[name]
        assert told == (
            f"inner 10% of prior: {100 * share.value:.1f}% of images ({100 * share.low:.1f} to {100 * share.high:.1f})"
        )


def test_the_shares_below_a_ratio_are_those_of_both_kinds_of_draws_of_every_model(arrays):
    lines = [line for line in draw(arrays, 0.1)[1].get_lines() if line.get_label() in LABELS.values()]
    assert len(lines) == len(LABELS)
    ratios = np.sort(np.concatenate([arrays["a"]["posterior_ratio"], arrays["a"]["prior_ratio"]]))
    pairs = {
        tuple(100 * (arrays["a"][f"{kind}_ratio"] < ratio).mean() for kind in ("prior", "posterior"))
        for ratio in [*ratios, np.inf]
    }
    points = [tuple(point) for point in lines[0].get_xydata()[::20]]
    assert len(points) > 3
    assert all(min(np.abs(np.subtract(point, pair)).max() for pair in pairs) < 0.11 for point in points)
    assert lines[0].get_ydata().min() >= 0.1


def test_likelihoods_of_generated_images_are_compared_at_equal_quantiles(arrays):
    panel = draw(arrays, 0.1, {"a": arrays["a"]["generated"] - 7})[2]
    (line,) = [line for line in panel.get_lines() if line.get_label() == LABELS["a"]]
    assert line.get_xdata().tolist() == list(range(1, 100))
    assert line.get_ydata() == pytest.approx(np.full(99, 7))
    assert [" ".join(text.get_text().split()) for text in panel.texts] == [LABELS["a"]]


def test_pictures_of_each_kind_stand_in_a_panel_of_their_own():
    images = np.random.default_rng(0).integers(0, 2, (4, 12, 100)).astype(np.uint8)
    panels = void_images(images)
    assert [panel.axes[0].get_title(loc="left") for panel in panels] == list(KINDS)
    for panel, kind in zip(panels, images, strict=True):
        assert np.array_equal(1 * (cell(panel.axes[0], 10, 1, 2).ravel() == 0), kind[8])
