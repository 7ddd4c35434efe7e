"""All figures of the study, each from the findings that it shows."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from matplotlib.figure import Figure

from pipeline.config import ModelParams, Params
from pipeline.core.tables import concatenate
from pipeline.figures.accuracy import accuracy
from pipeline.figures.anatomy import orders, shares
from pipeline.figures.certificate import certificate
from pipeline.figures.classification import classification
from pipeline.figures.comparison import gains, pair_up, scatter
from pipeline.figures.data import examples, sets
from pipeline.figures.diagnosis import pictures, training_lengths, voids
from pipeline.figures.differences import differences
from pipeline.figures.dimensions import fit, training_runs, unseen
from pipeline.figures.gain import gain_model, losses
from pipeline.figures.histograms import histograms
from pipeline.figures.likeliest import likeliest
from pipeline.figures.likelihood import likelihood_by_region, likelihood_by_set
from pipeline.figures.mistakes import mistakes
from pipeline.figures.monte_carlo import monte_carlo
from pipeline.figures.palette import Mark, marks
from pipeline.figures.paths import paths
from pipeline.figures.pictures import generation, interpolation, reconstructions, styles
from pipeline.figures.regression import regression_figures
from pipeline.figures.training import training
from pipeline.figures.worth import worth
from pipeline.investigations.compare.model_relations import principals, unconditional
from pipeline.investigations.compare.negative_gains import clear_losses, gains_of
from pipeline.investigations.decompose.tables import Anatomy
from pipeline.investigations.sample.arrays import Samples
from pipeline.likelihood.subset_means import summary
from pipeline.numbers.excess_nats import by_digit
from pipeline.numbers.figure_data import Diagnosis, gather
from pipeline.numbers.findings import Findings


def draw_all(params: Params, findings: Findings) -> dict[str, Figure]:
    """Draw every figure.

    Args:
        params: the models, whose order gives them their colours and whose roles tell which two are compared image
            by image; one without scores is left out.
        findings: what the figures show.

    Returns:
        The figures by name; `classification` and `mistakes` are of the first conditional model, if there is
        one, `worth` is of all that have a model to be compared with, and `accuracy` is there if estimators
        were compared, and `voids` if latent spaces were looked at.
    """
    models, gallery = {name: params.models[name] for name in principals(params)}, params.plot.gallery
    everyone = marks({name: model_label(name, model) for name, model in models.items()})
    scored = {name: mark for name, mark in everyone.items() if name in findings.scores}
    poor, rich = scored_pair((params.roles.small, params.roles.middle), list(scored))
    paired = pair_up(findings.scores[poor], findings.scores[rich])
    binary, ids = findings.images.binary(models[rich].binarization), findings.images.id
    means = concatenate({name: summary(findings.scores[name]) for name in scored}, "model")
    latent = gather(params, findings.diagnosed, findings.latent, findings.scores)
    lost = clear_losses(gains_of(findings.scores[rich], findings.scores[poor]), params.dimensions.joint_errors)
    labels = (scored[poor].label, scored[rich].label)
    return {
        "sets": sets(findings.split),
        "examples": examples(binary, ids, findings.split, gallery),
        "training": training(concatenate({name: findings.histories[name] for name in scored}, "model"), scored),
        "likelihood": likelihood_by_set(means, scored),
        "regions": likelihood_by_region(means, scored),
        **({"certificate": certificate(findings.certified, everyone)} if findings.certified else {}),
        **({"accuracy": accuracy(findings.estimated, everyone)} if findings.estimated else {}),
        "differences": differences(findings.pairs, everyone),
        "scatter": scatter(paired, scored[poor], scored[rich]),
        "gains": gains(paired, binary, ids, labels, gallery),
        **({"losses": losses(lost, binary, ids, labels, gallery)} if len(lost) else {}),
        "histograms": histograms(findings.scores[rich], scored[rich]),
        **regression_figures(findings.regression),
        **_conditional(findings, models, everyone, gallery),
        **dimension_figures(findings, everyone),
        **draw_samples(findings.samples, {name: mark.label for name, mark in everyone.items()}),
        **_latent(latent, scored, rich),
        **draw_anatomy(findings, models, gallery),
    }


def draw_samples(samples: Samples, labels: Mapping[str, str]) -> dict[str, Figure]:
    """The figures of what the models draw; `styles` is there if a conditional one draws."""
    return {
        "reconstructions": reconstructions(samples["reconstructions"]),
        "generation": generation(samples["generation"], labels),
        "interpolation": interpolation(samples["interpolation"]),
        "paths": paths(samples["interpolation"]),
        **({"styles": styles(samples["styles"], labels)} if samples["styles"] else {}),
    }


def dimension_figures(findings: Findings, marks: Mapping[str, Mark]) -> dict[str, Figure]:
    """Those figures of the number of latent dimensions for which there are models."""
    effects, kinds = findings.effects, set(findings.effects["kind"])
    return {
        **({"training-runs": training_runs(effects, findings.pairs, marks)} if "runs" in kinds else {}),
        **({"unseen": unseen(effects, marks)} if "unseen" in kinds else {}),
        **({"fit": fit(effects, marks)} if "fit" in kinds else {}),
        **({"gain-model": gain_model(effects, marks)} if "gain-slope" in kinds else {}),
    }


def _conditional(
    findings: Findings, models: Mapping[str, ModelParams], everyone: Mapping[str, Mark], gallery: int
) -> dict[str, Figure]:
    """The figures of the conditional models, as far as there are any."""
    figures = {}
    for name, table in [*findings.classified.items()][:1]:
        binary, mark = findings.images.binary(models[name].binarization), replace(everyone[name], label=name)
        figures["classification"] = classification(table, mark)
        figures["mistakes"] = mistakes(table, binary, findings.images.id, mark, gallery)
    scored = {name: model for name, model in models.items() if name in findings.scores}
    others = {name: unconditional(scored, models[name]) for name in findings.classified}
    pairs = {name: (findings.classified[name], findings.scores[one]) for name, one in others.items() if one is not None}
    return figures | ({"worth": worth(pairs)} if pairs else {})


def _latent(diagnosis: Diagnosis, marks: Mapping[str, Mark], wanted: str) -> dict[str, Figure]:
    """The figures of latent spaces, of the wanted model or else of the last one that was looked at."""
    names = [name for name in marks if name in diagnosis.found]
    if not names:
        return {}
    chosen = wanted if wanted in names else names[-1]
    drawn = {
        "voids": voids(diagnosis.found, diagnosis.arrays, diagnosis.real, marks, chosen),
        "void-images": pictures(diagnosis.arrays[chosen]["pictures"]),
    }
    if len(diagnosis.trained) > 1:
        drawn["training-lengths"] = training_lengths(diagnosis.numbers, diagnosis.trained)
    return drawn


def draw_anatomy(findings: Findings, models: Mapping[str, ModelParams], gallery: int) -> dict[str, Figure]:
    """What makes an image likely under the one model whose likelihood was taken apart, if there is one.

    Models that its order of images is compared with need not be among `models`; they stand in for it, and get the
    marks of a figure of their own.
    """
    anatomy = findings.anatomy
    if anatomy is None or anatomy.model not in models or anatomy.model not in findings.scores:
        return {}
    own = marks({name: model_label(name, model) for name, model in models.items()})[anatomy.model]
    scores, images = findings.scores[anatomy.model], findings.images
    others = compared_marks(anatomy)
    return {
        "monte-carlo": monte_carlo(anatomy.draws, scores, own),
        "likeliest": likeliest(scores, images.binary(models[anatomy.model].binarization), images.id, own, gallery),
        "shares": shares(anatomy.estimates, by_digit(scores, images.grey), own),
        **({"orders": orders(anatomy.estimates, others)} if others else {}),
    }


def compared_marks(anatomy: Anatomy) -> dict[str, Mark]:
    """Of the models that the order of images was compared with."""
    quantities = anatomy.estimates["quantity"]
    names = quantities[quantities.str.startswith("order.")].str.removeprefix("order.").unique()
    return marks({name: f"with {name}" for name in names})


def scored_pair(pair: tuple[str, str], scored: Sequence[str]) -> tuple[str, str]:
    """The pair as far as it is scored; where it is not at all, the first model and the last."""
    among = [name for name in pair if name in scored] or list(scored)
    return among[0], among[-1]


def model_label(name: str, model: ModelParams) -> str:
    """What figures call a model: its name, and what it is the likelihood of where that is not p(x)."""
    notes = [
        *(["given the label"] if model.conditional else []),
        *(["thresholded images"] if model.binarization == "threshold" else []),
    ]
    return f"{name} ({', '.join(notes)})" if notes else name
