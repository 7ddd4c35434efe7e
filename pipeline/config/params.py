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
from pipeline.config.section import Section, Seed
from pipeline.config.suggestion import did_you_mean
from pipeline.core.errors import ParameterError


class Params(Section):
    """All of params.yaml."""

    dataset: DatasetName
    seed: Seed
    device: Literal["auto", "cpu", "cuda"]
    threads: Annotated[int, Field(ge=1, le=1024)]
    datasets: dict[DatasetName, DatasetParams]
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
        if self.models[name].conditional or self.models[name].binarization != "stochastic":
            raise ValueError(
                f"roles.middle has {name!r}, which is not an unconditional model with binarization: stochastic; "
                "the stages sample, diagnose and decompose need such a model"
            )
        for section, models in (("sample", self.sample.models), ("diagnose", self.diagnose.models)):
            if name not in models:
                raise ValueError(f"{section}.models lacks {name!r}, the model of roles.middle; add it")
        return self

    @property
    def data(self) -> DatasetParams:
        """Return the parameters of the data set in use."""
        return self.datasets[self.dataset]

    def epochs(self, name: str) -> int:
        """Return the number of epochs of a model's training, at least one."""
        return max(1, round(self.data.epochs * self.model(name).epochs_factor))

    def model(self, name: str) -> ModelParams:
        """Return the parameters of one model.

        Raises:
            ParameterError: there is no model of this name.
        """
        if name not in self.models:
            raise ParameterError(
                f"no model {name!r} under models: in params.yaml{did_you_mean(name, self.models)}; "
                f"there are {', '.join(self.models)}"
            )
        return self.models[name]
