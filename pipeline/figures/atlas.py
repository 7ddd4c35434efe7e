"""Draw all figures of the study."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from math import sqrt

from matplotlib.figure import Figure

from pipeline.config import ModelParams, Params
from pipeline.core.tables import concatenate
from pipeline.figures.answer import FEWEST, answer, main_models
from pipeline.figures.certify import certificate
from pipeline.figures.classify import classification
from pipeline.figures.comparison import gains, pair_up, scatter
from pipeline.figures.data import examples, sets
from pipeline.figures.decompose import orders, shares
from pipeline.figures.diagnose import void_images, voids
from pipeline.figures.differences import differences
from pipeline.figures.dimensions import dimensions
from pipeline.figures.findings import finding_figures
from pipeline.figures.gain import gain_model, most_negative_gains
from pipeline.figures.histograms import histograms
from pipeline.figures.likeliest import likeliest
from pipeline.figures.likelihood import likelihood
from pipeline.figures.mistakes import mistakes
from pipeline.figures.monte_carlo import monte_carlo
from pipeline.figures.palette import Mark, marks
from pipeline.figures.paths import interpolation, paths
from pipeline.figures.regress import regression_figures
from pipeline.figures.sample import generation, reconstructions, styles
from pipeline.figures.style import Drawing, number_panels
from pipeline.figures.training import training
from pipeline.figures.training_runs import training_runs
from pipeline.figures.unseen import unseen
from pipeline.figures.validate import validate
from pipeline.figures.worth import worth
from pipeline.investigations.compare.negative_gains import gains_of, negative_gains
from pipeline.investigations.compare.strata import by_latent_dim, trained_with_tails
from pipeline.investigations.decompose.tables import Decomposition
from pipeline.investigations.model_relations import at_base_length, headline_models, unconditional
from pipeline.investigations.sample.arrays import Samples
from pipeline.numbers.claims import Claim
from pipeline.numbers.decompose import repeatability
from pipeline.numbers.diagnose import real_scores
from pipeline.numbers.excess_nats import excess_by_class, with_entropy
from pipeline.numbers.results import Results


def draw_all(params: Params, results: Results, claims: Mapping[str, Claim] | None = None) -> dict[str, Figure]:
    """Draw every figure.

    Args:
        params: the order of the models decides their colours, and their roles which two are compared image by image;
            a model without scores is left out.
        results: the results of all stages before `plot`.
        claims: by name; those that are findings have a figure of their own.

    Returns:
        The figures by name, panels with a number; `classification` and `mistakes` are of the first conditional
        model, if there is one, `worth` is of all that have a model to be compared with; `validate` is present if
        estimators were compared, and `voids`, `interpolation` and `paths` if latent spaces were diagnosed.
    """
    models, gallery = {name: params.models[name] for name in headline_models(params)}, params.plot.gallery
    confidence = params.intervals.confidence
    everyone = marks({name: model_label(name, model) for name, model in models.items()})
    scored = {name: mark for name, mark in everyone.items() if name in results.scores}
    poor, rich = scored_pair((params.roles.small, params.roles.middle), list(scored))
    paired = pair_up(results.scores[poor], results.scores[rich])
    binary, ids = results.images.binary(models[rich].binarisation), results.images.id
    lost = negative_gains(gains_of(results.scores[rich], results.scores[poor]), params.compare.joint_errors)
    labels = (scored[poor].label, scored[rich].label)
    drawings: dict[str, Drawing] = {
        "sets": sets(results.split),
        "examples": examples(binary, ids, results.split, gallery),
        "training": training(concatenate({name: results.histories[name] for name in scored}, "model"), scored),
        "likelihood": likelihood(results.scores, scored, rich, confidence),
        **({"certificate": certificate(results.certified, everyone)} if results.certified else {}),
        **({"validate": validate(results.estimated, everyone)} if results.estimated else {}),
        "differences": differences(results.pairs, everyone),
        **({"scatter": scatter(paired, scored[poor], scored[rich])} if poor != rich else {}),
        **({"gains": gains(paired, binary, ids, labels)} if poor != rich else {}),
        **({"negative-gains": most_negative_gains(lost, binary, ids, labels)} if len(lost) else {}),
        "histograms": histograms(results.scores[rich], scored[rich]),
        **regression_figures(results.regression, params.regress.dip, confidence),
        **_conditional(results, models, everyone, confidence),
        **dimension_figures(params, results, everyone),
        **draw_samples(results.samples, {name: mark.label for name, mark in everyone.items()}),
        **_latent(results, scored, rich, params),
        **draw_decomposition(results, models, gallery, confidence),
        **finding_figures(claims or {}),
    }
    return number_panels(drawings)


def draw_samples(samples: Samples, labels: Mapping[str, str]) -> dict[str, Drawing]:
    """Draw the figures of what the models with labels generate; `styles` only if one of them is conditional."""
    styled = {key: values for key, values in samples["styles"].items() if key.partition(".")[0] in labels}
    return {
        "reconstructions": reconstructions(samples["reconstructions"]),
        "generation": generation(samples["generation"], labels),
        **({"styles": styles(styled, labels)} if styled else {}),
    }


def dimension_figures(params: Params, results: Results, marks: Mapping[str, Mark]) -> dict[str, Drawing]:
    """Draw those figures about the number of latent dimensions for which there are models."""
    effects, pairs, by_size, roles = results.effects, results.pairs, results.dimensions, params.roles
    compared = effects.loc[effects["kind"] == "runs", ["model_a", "model_b"]].itertuples(index=False, name=None)
    short = {name: at_base_length(params, name) for name in (roles.small, roles.middle, roles.large) if name in marks}
    runs = {one: replace(marks[name], label=model_label(one, params.model(one))) for name, one in short.items() if one}
    steps = [(short.get(a), short.get(b)) for a, b in ((roles.large, roles.middle), (roles.middle, roles.small))]
    repeated = [(a, b) for a, b in steps if a and b and (a, b) in set(compared)]
    sizes = by_latent_dim(params, params.compare.base, results.scores)
    cores = {name: trained_with_tails(params, name, results.scores) for name in dict.fromkeys([roles.middle, *sizes])}
    known = {**runs, **marks}
    tails = {core: seen[0] for core, seen in cores.items() if seen and core in known}
    several = by_size["model"].nunique() > 1
    base = params.model(params.compare.base)
    main = main_models(params, results.scores, marks)
    longer = params.model(roles.middle).epochs / base.epochs
    gained = {*effects.loc[effects["kind"] == "gain-slope", ["model_a", "model_b"]].to_numpy().ravel()}
    curved = by_size["latent_dim"].nunique() >= FEWEST
    return {
        **({"answer": answer(by_size, main, base.latent_dim, longer)} if curved else {}),
        **({"dimensions": dimensions(by_size, model_label(params.compare.base, base))} if several else {}),
        **({"training-runs": training_runs(effects, pairs, runs, repeated[0])} if repeated else {}),
        **({"unseen": unseen(pairs, effects, known, tails)} if tails else {}),
        **({"gain-model": gain_model(effects, marks)} if gained and gained <= set(marks) else {}),
    }


def _conditional(
    results: Results,
    models: Mapping[str, ModelParams],
    everyone: Mapping[str, Mark],
    confidence: float,
) -> dict[str, Drawing]:
    """Draw the figures of the conditional models, if there are any."""
    figures: dict[str, Drawing] = {}
    classified = {name: results.classified[name] for name in models if name in results.classified}
    for name, table in [*classified.items()][:1]:
        binary = results.images.binary(models[name].binarisation)
        figures["classification"] = classification(table, everyone[name], confidence)
        figures["mistakes"] = mistakes(table, binary, results.images.id, everyone[name])
    scored = {name: model for name, model in models.items() if name in results.scores}
    others = {name: unconditional(scored, models[name]) for name in classified}
    pairs = {name: (classified[name], results.scores[one]) for name, one in others.items() if one is not None}
    return figures | ({"worth": worth(pairs, everyone, confidence)} if pairs else {})


def _latent(results: Results, marks: Mapping[str, Mark], wanted: str, params: Params) -> dict[str, Drawing]:
    """Draw the figures of latent spaces, of the wanted model or else of the last one that was diagnosed."""
    found, arrays = results.diagnosed, results.latent
    names = [name for name in marks if name in found]
    if not names:
        return {}
    real = {
        name: values.to_numpy() for name in names if (values := real_scores(name, params, results.scores)) is not None
    }
    own = arrays[wanted if wanted in names else names[-1]]
    void, confidence = params.diagnose.void, params.intervals.confidence
    return {
        "voids": voids(found, arrays, real, marks, void, confidence),
        "void-images": void_images(own["pictures"]),
        "interpolation": interpolation(own),
        "paths": paths(own, void, confidence),
    }


def draw_decomposition(
    results: Results, models: Mapping[str, ModelParams], gallery: int, confidence: float
) -> dict[str, Drawing]:
    """Draw the figures of the decomposed log likelihood, if there are any.

    Models with which its order of images is compared need not be among `models`; their marks belong to this figure
    alone.
    """
    decomposition = results.decomposition
    if decomposition is None or decomposition.model not in models or decomposition.model not in results.scores:
        return {}
    own = marks({name: model_label(name, model) for name, model in models.items()})[decomposition.model]
    scores, images = results.scores[decomposition.model], results.images
    binary = images.binary(models[decomposition.model].binarisation)
    others = compared_marks(decomposition)
    ceiling = sqrt(repeatability(decomposition.estimates, scores[scores["subset"] == "test"]))
    by_class = excess_by_class(with_entropy(scores, images.grey), confidence)
    return {
        "monte-carlo": monte_carlo(decomposition.draws, scores, own),
        "likeliest": likeliest(scores, binary, images.id, own, gallery),
        "shares": shares(decomposition.estimates, by_class, own),
        **({"orders": orders(decomposition.estimates, others, ceiling)} if others else {}),
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
        *(["thresholded images"] if model.binarisation == "threshold" else []),
    ]
    return f"{name} ({', '.join(notes)})" if notes else name
