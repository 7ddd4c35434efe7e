"""Decompose the log likelihood of test images under `roles.middle`."""

from functools import partial

from pipeline.config import load_params
from pipeline.core.device import prepare
from pipeline.core.rng import stream
from pipeline.core.tables import read_by_model, read_split, write_table
from pipeline.data.images import read_images
from pipeline.data.sampled_images import choose
from pipeline.investigations.decompose.baselines import baselines
from pipeline.investigations.decompose.draws import measure_draws
from pipeline.investigations.decompose.estimates import Control, order_estimates, tabulate, variance_estimates
from pipeline.investigations.decompose.gradients import measure_gradients
from pipeline.investigations.decompose.redraws import score_redraws
from pipeline.investigations.decompose.tables import SCHEMAS
from pipeline.investigations.decompose.work import count_operations, gradient_estimates
from pipeline.investigations.model_relations import at_base_length, compared_in_order
from pipeline.likelihood.score_tables import SCORES
from pipeline.models.files import load_model
from stages.shared.command import run
from stages.shared.layout import Layout
from stages.shared.progress import progress

OLD_NAME = "anatomy"
"""What the stage was called: it seeds the random numbers, so that it does not change with the stage's name."""


def main(layout: Layout) -> None:
    """Write the tables of the decomposition."""
    params = load_params(layout.params)
    name, settings, intervals = params.roles.middle, params.decompose, params.intervals
    images = read_images(layout.images)
    x, split = images.binary_stochastic, read_split(layout.split, images.id)
    test, train = (split[split["subset"] == subset] for subset in ("test", "train"))
    scores = read_by_model(layout.gathered("scores.parquet"), SCORES)
    device = prepare(params.device, params.threads)
    model = load_model(layout.weights(name), params.models[name], params.data.hidden).to(device)
    source = partial(stream, params.seed, OLD_NAME, name)

    of_draws, of_gradients, of_redraws = (partial(source, purpose) for purpose in ("draws", "gradients", "redraws"))
    some, again = choose(test, settings.images, of_draws), choose(test, settings.redrawn, of_redraws)
    learnt = choose(train, settings.gradient_images, of_gradients)
    with progress(name, settings.redrawn * settings.redraws, "binarisations") as step:
        draws = measure_draws(model, x[some["id"]], some, settings, of_draws, device)
        gradients = measure_gradients(model, x[learnt["id"]], learnt, settings, of_gradients, device)
        grey = images.grey[again["id"]]
        redraws = score_redraws(model, grey, again, settings.redraws, params.score, of_redraws, device, step)

    # Other models are compared with the one that was trained as long as they were.
    base = next((one for one in (at_base_length(params, name), name) if one in scores), name)
    others = {one: scores[one] for one in compared_in_order(params, base) if one in scores}
    controls = [one for one in others if params.models[one].binarisation == "threshold"]
    control = Control(controls[0], others[controls[0]], scores[base]) if controls else None
    bootstrap, operations = partial(source, "bootstrap"), count_operations(model, x.shape[1], device)
    rows = [
        *variance_estimates(scores[name], redraws, control, images.grey, split, intervals, bootstrap),
        *order_estimates(scores[base], others, intervals, bootstrap),
        *gradient_estimates(gradients, operations, intervals, bootstrap("gradients")),
    ]

    tables = {"draws": draws, "redraws": redraws, "gradients": gradients}
    tables |= {"estimates": tabulate(rows), "baselines": baselines(x, split)}
    for table, schema in SCHEMAS.items():
        write_table(layout.decomposition(table), tables[table], schema)


if __name__ == "__main__":
    run(main)
