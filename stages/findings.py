"""What the study left behind, for the stages that make figures and numbers of it."""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TypeVar

from pipeline.config import Params
from pipeline.core.storage import read_arrays, read_json
from pipeline.core.tables import read_history, read_split
from pipeline.data.images import read_images
from pipeline.investigations.classify.tables import read_classified
from pipeline.investigations.compare.tables import read_effects
from pipeline.investigations.decompose.subject import subject
from pipeline.investigations.decompose.tables import read_anatomy
from pipeline.investigations.regress.tables import read_regression
from pipeline.investigations.sample.arrays import KINDS
from pipeline.likelihood.score_tables import read_pairs, read_scores
from pipeline.numbers.findings import Findings
from pipeline.validation.certify.tables import read_certified
from pipeline.validation.validate.tables import read_estimated
from stages.layout import Layout
from stages.listed import listed, listed_models

Read = TypeVar("Read")


def read_findings(params: Params, layout: Layout, stage: str) -> Findings:
    """All findings that dvc.yaml lists for `stage`; of what it does not list, the stage must need nothing.

    Args:
        params: which models the stages were asked about.
        layout: where they left what they found.
        stage: that reads it, a name in dvc.yaml.

    Raises:
        DataError: a file is missing, broken, or of other images.
    """

    def read(names: Iterable[str], path: Callable[[str], Path], reader: Callable[[Path], Read]) -> dict[str, Read]:
        return {name: reader(path(name)) for name in listed(names, path, layout, stage)}

    images, models = read_images(layout.images), listed_models(params, layout, stage)
    about = subject(params) if listed(["draws"], layout.anatomy, layout, stage) else None
    return Findings(
        images=images,
        split=read_split(layout.split, images.id),
        histories=read(models, layout.history, read_history),
        scores=read(models, layout.scores, read_scores),
        certified=read(params.certify.models, layout.certified, read_certified),
        estimated=read(params.accuracy.models, layout.estimated, read_estimated),
        classified=read(params.classify.models, layout.classified, read_classified),
        diagnosed=read(params.diagnose.models, layout.diagnosis, read_json),
        latent=read(params.diagnose.models, layout.diagnosed, read_arrays),
        samples=read(KINDS, layout.sampled, read_arrays),
        anatomy=read_anatomy(about, layout.anatomy) if about else None,
        pairs=read_pairs(layout.pairs),
        effects=read_effects(layout.effects),
        regression=read_regression(layout.regression),
    )
