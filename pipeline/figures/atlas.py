"""Draw all figures of the study."""

import re
from collections.abc import Mapping, Sequence

from matplotlib.figure import Figure

from pipeline.config import ModelParams, Params
from pipeline.core.tables import concatenate
from pipeline.figures.certify import certificate
from pipeline.figures.classify import classification
from pipeline.figures.comparison import gains, pair_up, scatter
from pipeline.figures.curves import dimension_curves
from pipeline.figures.data import examples, sets
from pipeline.figures.decompose import orders, shares
from pipeline.figures.diagnose import pictures, training_lengths, voids
from pipeline.figures.differences import differences
from pipeline.figures.dimensions import training_runs, unseen
from pipeline.figures.gain import gain_model, most_negative_gains
from pipeline.figures.histograms import histograms
from pipeline.figures.likeliest import likeliest
from pipeline.figures.likelihood import likelihood_by_region, likelihood_by_set
from pipeline.figures.mistakes import mistakes
from pipeline.figures.monte_carlo import monte_carlo
from pipeline.figures.palette import Mark, marks
from pipeline.figures.paths import interpolation, paths
from pipeline.figures.pictures import generation, reconstructions, styles
from pipeline.figures.regress import regression_figures
from pipeline.figures.training import training
from pipeline.figures.validate import validation
from pipeline.figures.worth import worth
from pipeline.investigations.compare.negative_gains import gains_of, negative_gains
from pipeline.investigations.compare.strata import by_latent_dim, trained_with_tails
from pipeline.investigations.decompose.tables import Decomposition
from pipeline.investigations.model_relations import headline_models, unconditional
from pipeline.investigations.sample.arrays import Samples
from pipeline.likelihood.subset_means import summary
from pipeline.numbers.excess_nats import excess_by_class, with_entropy
from pipeline.numbers.figure_data import Diagnosis, collect
from pipeline.numbers.results import Results


def draw_all(params: Params, results: Results) -> dict[str, Figure]:
    """Draw every figure.

    Args:
        params: the order of the models decides their colours, and their roles which two are compared image by image;
            a model without scores is left out.
        results: the results of all stages before `plot`.

    Returns:
        The figures by name; `classification` and `mistakes` are of the first conditional model, if there is
        one, `worth` is of all that have a model to be compared with; `validate` is present if estimators were
        compared, and `voids`, `interpolation` and `paths` if latent spaces were diagnosed.
    """
    models, gallery = {name: params.models[name] for name in headline_models(params)}, params.plot.gallery
    confidence = params.intervals.confidence
    everyone = marks({name: model_label(name, model) for name, model in models.items()})
    scored = {name: mark for name, mark in everyone.items() if name in results.scores}
    poor, rich = scored_pair((params.roles.small, params.roles.middle), list(scored))
    paired = pair_up(results.scores[poor], results.scores[rich])
    binary, ids = results.images.binary(models[rich].binarization), results.images.id
    means = concatenate({name: summary(results.scores[name]) for name in scored}, "model")
    latent = collect(params, results.diagnosed, results.latent, results.scores)
    lost = negative_gains(gains_of(results.scores[rich], results.scores[poor]), params.compare.joint_errors)
    labels = (scored[poor].label, scored[rich].label)
    return {
        "sets": sets(results.split),
        "examples": examples(binary, ids, results.split, gallery),
        "training": training(concatenate({name: results.histories[name] for name in scored}, "model"), scored),
        "likelihood": likelihood_by_set(means, scored),
        "regions": likelihood_by_region(means, scored),
        **({"certificate": certificate(results.certified, everyone)} if results.certified else {}),
        **({"validate": validation(results.estimated, everyone)} if results.estimated else {}),
        "differences": differences(results.pairs, everyone),
        "scatter": scatter(paired, scored[poor], scored[rich]),
        "gains": gains(paired, binary, ids, labels, gallery),
        **({"negative-gains": most_negative_gains(lost, binary, ids, labels, gallery)} if len(lost) else {}),
        "histograms": histograms(results.scores[rich], scored[rich]),
        **regression_figures(results.regression, confidence),
        **_conditional(results, models, everyone, gallery, confidence),
        **dimension_figures(params, results, everyone),
        **draw_samples(results.samples, {name: mark.label for name, mark in everyone.items()}),
        **_latent(latent, scored, rich, params),
        **draw_decomposition(results, models, gallery, confidence),
    }


def draw_samples(samples: Samples, labels: Mapping[str, str]) -> dict[str, Figure]:
    """Draw the figures of what the models generate; `styles` only if one of them is conditional."""
    return {
        "reconstructions": reconstructions(samples["reconstructions"]),
        "generation": generation(samples["generation"], labels),
        **({"styles": styles(samples["styles"], labels)} if samples["styles"] else {}),
    }


def dimension_figures(params: Params, results: Results, marks: Mapping[str, Mark]) -> dict[str, Figure]:
    """Draw those figures about the number of latent dimensions for which there are models."""
    effects, pairs, dimensions, roles = results.effects, results.pairs, results.dimensions, params.roles
    compared = effects.loc[effects["kind"] == "runs", ["model_a", "model_b"]].itertuples(index=False, name=None)
    steps = [pair for pair in ((roles.large, roles.middle), (roles.middle, roles.small)) if pair in set(compared)]
    cores = {name: trained_with_tails(params, name, results.scores) for name in by_latent_dim(params, results.scores)}
    tails = {core: seen[0] for core, seen in cores.items() if seen}
    several = dimensions["model"].nunique() > 1
    return {
        **({"dimensions": dimension_curves(dimensions, marks[roles.middle].label)} if several else {}),
        **({"training-runs": training_runs(effects, pairs, marks, steps[0])} if steps else {}),
        **({"unseen": unseen(pairs, effects, marks, tails)} if tails else {}),
        **({"gain-model": gain_model(effects, marks)} if (effects["kind"] == "gain-slope").any() else {}),
    }


def _conditional(
    results: Results,
    models: Mapping[str, ModelParams],
    everyone: Mapping[str, Mark],
    gallery: int,
    confidence: float,
) -> dict[str, Figure]:
    """Draw the figures of the conditional models, if there are any."""
    figures = {}
    classified = {name: results.classified[name] for name in models if name in results.classified}
    for name, table in [*classified.items()][:1]:
        binary = results.images.binary(models[name].binarization)
        figures["classification"] = classification(table, everyone[name], confidence)
        figures["mistakes"] = mistakes(table, binary, results.images.id, everyone[name], gallery)
    scored = {name: model for name, model in models.items() if name in results.scores}
    others = {name: unconditional(scored, models[name]) for name in classified}
    pairs = {name: (classified[name], results.scores[one]) for name, one in others.items() if one is not None}
    return figures | ({"worth": worth(pairs, everyone, confidence)} if pairs else {})


def _latent(diagnosis: Diagnosis, marks: Mapping[str, Mark], wanted: str, params: Params) -> dict[str, Figure]:
    """Draw the figures of latent spaces, of the wanted model or else of the last one that was diagnosed."""
    names = [name for name in marks if name in diagnosis.found]
    if not names:
        return {}
    own = diagnosis.arrays[wanted if wanted in names else names[-1]]
    void = params.diagnose.void
    drawn = {
        "voids": voids(diagnosis.found, diagnosis.arrays, diagnosis.real, marks, void),
        "void-images": pictures(own["pictures"]),
        "interpolation": interpolation(own),
        "paths": paths(own, void, params.intervals.confidence),
    }
    if len(diagnosis.trained) > 1:
        drawn["training-lengths"] = training_lengths(diagnosis.numbers, diagnosis.trained)
    return drawn


def draw_decomposition(
    results: Results, models: Mapping[str, ModelParams], gallery: int, confidence: float
) -> dict[str, Figure]:
    """Draw the figures of the decomposed log likelihood, if there are any.

    Models with which its order of images is compared need not be among `models`; their marks belong to this figure
    alone.
    """
    decomposition = results.decomposition
    if decomposition is None or decomposition.model not in models or decomposition.model not in results.scores:
        return {}
    own = marks({name: model_label(name, model) for name, model in models.items()})[decomposition.model]
    scores, images = results.scores[decomposition.model], results.images
    binary = images.binary(models[decomposition.model].binarization)
    others = compared_marks(decomposition)
    by_class = excess_by_class(with_entropy(scores, images.grey), confidence)
    return {
        "monte-carlo": monte_carlo(decomposition.draws, scores, own),
        "likeliest": likeliest(scores, binary, images.id, own, gallery),
        "shares": shares(decomposition.estimates, by_class, own),
        **({"orders": orders(decomposition.estimates, others)} if others else {}),
    }


def compared_marks(decomposition: Decomposition) -> dict[str, Mark]:
    """Return the marks of the models with whose order of images the decomposed one is compared."""
    quantities = decomposition.estimates["quantity"]
    names = quantities[quantities.str.startswith("order.")].str.removeprefix("order.").unique()
    return marks({name: f"with {name}" for name in names})


def scored_pair(pair: tuple[str, str], scored: Sequence[str]) -> tuple[str, str]:
    """Return the two models if both have scores, the same one twice if only one has, else the first and the last."""
    among = [name for name in pair if name in scored] or list(scored)
    return among[0], among[-1]


def model_label(name: str, model: ModelParams) -> str:
    """Return the label of a model in figures: its name, and in brackets what the name does not show.

    That is the number d of latent dimensions unless it is the first number in the name, the label if the likelihood is
    conditional on it, and thresholded images.
    """
    number = re.search(r"\d+", name)
    notes = [
        *([] if number and int(number[0]) == model.latent_dim else [f"d = {model.latent_dim}"]),
        *(["given the label"] if model.conditional else []),
        *(["thresholded images"] if model.binarization == "threshold" else []),
    ]
    return f"{name} ({', '.join(notes)})" if notes else name
