"""The whole of params.yaml, with the checks that involve several sections."""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from pipeline.config.comparison import CompareParams
from pipeline.config.data import DatasetName, DatasetParams, DownloadParams, SplitParams
from pipeline.config.intervals import IntervalParams
from pipeline.config.investigations import ClassifyParams, DecomposeParams, DiagnoseParams, SampleParams
from pipeline.config.likelihood import CertifyParams, ScoreParams, ValidateParams
from pipeline.config.models import ModelName, ModelParams, Roles, TrainParams
from pipeline.config.naming import NamesModels, require_described
from pipeline.config.pages import ExploreParams, PlotParams
from pipeline.config.regression import RegressParams
from pipeline.config.section import Section, Seed, require
from pipeline.config.suggestion import did_you_mean, there_are
from pipeline.core.errors import ParameterError


class Params(Section):
    """All of params.yaml."""

    dataset: DatasetName
    seed: Seed
    """Of training, scoring and every investigation."""
    data_seed: Seed
    """Of what is data: the split, the binary images, and which images `train_on: matched` draws."""
    device: Literal["auto", "cpu", "cuda"]
    threads: Annotated[int, Field(ge=1, le=1024)]
    datasets: dict[DatasetName, DatasetParams]
    template: ModelParams
    """What most models are; params.yaml takes it over where it describes them."""
    models: Annotated[dict[ModelName, ModelParams], Field(min_length=1)]
    roles: Roles
    intervals: IntervalParams
    download: DownloadParams
    split: SplitParams
    train: TrainParams
    score: ScoreParams
    certify: CertifyParams
    classify: ClassifyParams
    validation: Annotated[ValidateParams, Field(alias="validate")]
    """The section `validate`; pydantic reserves that name."""
    regress: RegressParams
    sample: SampleParams
    diagnose: DiagnoseParams
    decompose: DecomposeParams
    compare: CompareParams
    plot: PlotParams
    explore: ExploreParams

    @model_validator(mode="after")
    def _data_sets_are_described(self) -> "Params":
        for key, name in (("dataset", self.dataset), *(("download.mirrors", name) for name in self.download.mirrors)):
            if name not in self.datasets:
                raise ValueError(
                    f"{key} has {name!r}, which is not under datasets:{did_you_mean(name, self.datasets)}; "
                    f"there are {', '.join(self.datasets)}"
                )
        return self

    @model_validator(mode="after")
    def _named_models_are_described(self) -> "Params":
        naming: tuple[NamesModels, ...]
        naming = (self.compare, self.classify, self.certify, self.validation, self.sample, self.diagnose)
        for section in naming:
            section.check_models(self.models)
        return self

    @model_validator(mode="after")
    def _middle_model_fits_its_role(self) -> "Params":
        name = self.roles.middle
        require_described("roles.middle", [name], self.models)
        if self.models[name].conditional or self.models[name].binarisation != "stochastic":
            raise ValueError(
                f"roles.middle has {name!r}, which is not an unconditional model with binarisation: stochastic, as "
                "the stages sample, diagnose and decompose need; name another model"
            )
        for section, models in (("sample", self.sample.models), ("diagnose", self.diagnose.models)):
            if name not in models:
                raise ValueError(f"{section}.models lacks {name!r}, the model of roles.middle; add it")
        return self

    @model_validator(mode="after")
    def _base_of_comparisons_is_the_middle_model(self) -> "Params":
        base, middle = (self.models[name].model_dump() for name in (self.compare.base, self.roles.middle))
        others = sorted(
            key for key, value in base.items() if value != middle[key] and key not in ("epochs", "score_on")
        )
        if others:
            raise ValueError(
                f"compare.base has {self.compare.base!r}, which differs from roles.middle, {self.roles.middle!r}, in "
                f"{', '.join(others)}; it may differ in epochs and score_on alone; name another model"
            )
        return self

    @model_validator(mode="after")
    def _effort_agrees_between_sections(self) -> "Params":
        score, validation = self.score, self.validation
        for section, levels in (("classify", self.classify.levels), ("diagnose", self.diagnose.levels)):
            require(
                levels <= score.levels,
                f"{section}.levels = {levels} exceeds score.levels = {score.levels}, which it overrides; lower it",
            )
        for key in ("prior_points", "low_prior_points"):
            points = getattr(score, key)
            require(
                validation.starts <= points,
                f"validate.starts = {validation.starts} exceeds score.{key} = {points}, from which the starts are "
                "chosen; lower it",
            )
        require(
            validation.target_standard_error < score.target_standard_error,
            f"validate.target_standard_error = {validation.target_standard_error:g} is not below "
            f"score.target_standard_error = {score.target_standard_error:g}; lower it, since the reference must be "
            "more precise than the scores",
        )
        return self

    @property
    def data(self) -> DatasetParams:
        """Return the parameters of the data set in use."""
        return self.datasets[self.dataset]

    def epochs(self, name: str) -> int:
        """Return the number of epochs of a model's training, at least one."""
        return max(1, round(self.model(name).epochs * self.data.epochs_factor))

    def model(self, name: str) -> ModelParams:
        """Return the parameters of one model.

        Raises:
            ParameterError: there is no model of this name.
        """
        if name not in self.models:
            raise ParameterError(
                f"no model {name!r} under models: in params.yaml{did_you_mean(name, self.models)}; "
                f"{there_are(self.models)}"
            )
        return self.models[name]
