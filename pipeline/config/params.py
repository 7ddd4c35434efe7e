"""The whole of params.yaml, with what its sections must agree on."""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from pipeline.config.comparison import CompareParams, DimensionsParams
from pipeline.config.data import Dataset, DatasetParams, DownloadParams, SplitParams
from pipeline.config.investigations import AnatomyParams, ClassifyParams, DiagnoseParams, SampleParams
from pipeline.config.likelihood import AccuracyParams, CertifyParams, ScoreParams
from pipeline.config.models import ModelName, ModelParams, Roles, TrainParams
from pipeline.config.naming import NamesModels
from pipeline.config.pages import ExploreParams, PlotParams
from pipeline.config.regression import RegressParams
from pipeline.config.section import Section, Seed
from pipeline.config.suggestion import did_you_mean
from pipeline.core.errors import ParameterError


class Params(Section):
    """All of params.yaml."""

    dataset: Dataset
    seed: Seed
    device: Literal["auto", "cpu", "cuda"]
    threads: Annotated[int, Field(ge=1, le=1024)]
    datasets: dict[Dataset, DatasetParams]
    models: Annotated[dict[ModelName, ModelParams], Field(min_length=1)]
    roles: Roles
    download: DownloadParams
    split: SplitParams
    train: TrainParams
    score: ScoreParams
    certify: CertifyParams
    classify: ClassifyParams
    accuracy: AccuracyParams
    regress: RegressParams
    sample: SampleParams
    diagnose: DiagnoseParams
    anatomy: AnatomyParams
    compare: CompareParams
    dimensions: DimensionsParams
    plot: PlotParams
    explore: ExploreParams

    @model_validator(mode="after")
    def _dataset_is_described(self) -> "Params":
        if self.dataset not in self.datasets:
            raise ValueError(
                f"dataset is {self.dataset!r}, which has no entry under datasets: ({', '.join(self.datasets)})"
            )
        return self

    @model_validator(mode="after")
    def _named_models_are_described(self) -> "Params":
        naming: tuple[NamesModels, ...]
        naming = (self.compare, self.classify, self.certify, self.accuracy, self.sample, self.diagnose)
        for section in naming:
            section.check_models(self.models)
        self.sample.check_one_is_unconditional(self.models)
        return self

    @property
    def judge(self) -> str:
        """By whose scores images are likely: the middle model, or the first that draws and is not conditional."""
        plain = self.sample.unconditional(self.models)
        return self.roles.middle if self.roles.middle in plain else plain[0]

    @property
    def data(self) -> DatasetParams:
        """The section of the data set in use."""
        return self.datasets[self.dataset]

    def epochs(self, name: str) -> int:
        """How many epochs a model is trained for; at least one."""
        return max(1, round(self.data.epochs * self.model(name).duration))

    def model(self, name: str) -> ModelParams:
        """The section of one model.

        Raises:
            ParameterError: params.yaml describes no such model.
        """
        if name not in self.models:
            raise ParameterError(
                f"no model {name!r} under models: in params.yaml{did_you_mean(name, self.models)}; "
                f"there are {', '.join(self.models)}"
            )
        return self.models[name]
