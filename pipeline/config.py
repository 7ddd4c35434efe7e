"""Typed, frozen, strict views of params.yaml, which alone holds the values: nothing here has a default."""

import difflib
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, model_validator
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from pipeline.errors import DataError, ParameterError
from pipeline.storage import read_text

Dataset = Literal["mnist", "fashion-mnist", "kmnist", "digits"]
ModelName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_-]{0,39}$")]
Count = Annotated[int, Field(ge=1, le=10_000_000)]
Seed = Annotated[int, Field(ge=0, lt=2**63)]
Share = Annotated[float, Field(gt=0, lt=1, allow_inf_nan=False)]
Seconds = Annotated[float, Field(gt=0, allow_inf_nan=False)]
Pair = Annotated[tuple[ModelName, ModelName], Field(description="model_a, model_b")]


class Section(BaseModel):
    """A mapping of params.yaml: no key missing, none unknown, none of another type."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class DatasetParams(Section):
    """What differs by data set."""

    epochs: Annotated[int, Field(ge=1, le=100_000)]
    hidden: Annotated[tuple[Count, ...], Field(min_length=1)]
    """Units of each hidden layer, from the pixels inwards; the decoder mirrors them."""
    batch_size: Count
    validation: Count
    """Images of the training pool kept for choosing hyperparameters."""


class ModelParams(Section):
    """One Bernoulli variational autoencoder."""

    latent_dim: Annotated[int, Field(ge=1, le=1024)]
    conditional: bool
    train_on: Literal["core", "matched", "all"]
    binarization: Literal["bernoulli", "threshold"]
    seed: Seed
    duration: Annotated[float, Field(gt=0, le=100, allow_inf_nan=False)]
    """Of its training, in the data set's epochs; the schedule is as long."""
    score_on: Literal["all", "holdouts", "test"]


class DownloadParams(Section):
    """Where the four files of a data set come from, after $DATASET_MIRROR."""

    mirrors: dict[Dataset, tuple[Annotated[str, StringConstraints(pattern=r"^(https?|file)://")], ...]]
    read_timeout: Seconds
    total_timeout: Seconds
    test_fraction: Share
    """Share of `digits` in its test file; no official one exists."""


class SplitParams(Section):
    """How images are held out."""

    tail: Annotated[float, Field(gt=0, lt=0.25, allow_inf_nan=False)]
    """Share of the training pool in each of the four tails."""


class TrainParams(Section):
    """How every model is trained."""

    learning_rate: Annotated[float, Field(gt=0, le=1, allow_inf_nan=False)]
    warmup: Share
    weight_decay: Annotated[float, Field(ge=0, lt=1, allow_inf_nan=False)]
    precision: Literal["bfloat16", "float32"]
    checkpoint_every: Count
    """Epochs."""


class ScoreParams(Section):
    """How much work each image's likelihood is given."""

    points: Count
    """Of the prior, shared by all images, among which searches start."""
    starts: Annotated[int, Field(ge=0, le=1000)]
    """Searches an image at most, beside the one from the encoder's mean."""
    climb: Annotated[int, Field(ge=0, le=1_000_000)]
    """Decoder passes that a search may spend on Newton steps; one takes latent_dim + 1."""
    rounds: Annotated[int, Field(ge=1, le=1000)]
    """Of refinement of the normal at each mode."""
    round_draws: Annotated[int, Field(ge=2, le=10_000, multiple_of=2)]
    """Slopes seen in a round; at most twice latent_dim."""
    round_precision: Literal["bfloat16", "float32"]
    """Of the matrix products behind these slopes; the weights' are always float32."""
    inflation: Annotated[float, Field(ge=1, le=10, allow_inf_nan=False)]
    """Factor on the standard deviations at a mode."""
    degrees: Annotated[float, Field(ge=1, le=1000, allow_inf_nan=False)]
    """Of freedom of Student's t distribution at a mode."""
    prior_share: Share
    """Of the draws, from the prior."""
    draws: Annotated[int, Field(ge=64, le=10_000_000)]
    """Importance weights an image."""
    bound: Annotated[int, Field(ge=2, le=10_000_000)]
    """Draws from the encoder whose mean log weight is the bound."""
    tolerance: Seconds
    """Expected standard error in nats above which an image is given more effort."""
    levels: Annotated[int, Field(ge=1, le=8)]
    """Of effort; each has twice the starts and rounds and four times the draws of the one before."""
    block: Count
    """Images at once; bounds the memory, and every block is filled up to it."""


class CertifyParams(Section):
    """How much work goes into second opinions on a few images' likelihood."""

    models: tuple[ModelName, ...]
    """Under which they are asked for."""
    images: Count
    """Of every set that a model is scored on."""
    simulated: Count
    """Images drawn from the model itself."""
    chains: Annotated[int, Field(ge=2, le=10_000)]
    """Of annealing, an image."""
    temperatures: Annotated[int, Field(ge=2, le=10_000_000)]
    """Steps of the path from the prior to the posterior."""
    leapfrogs: Count
    """Steps of each transition between two temperatures."""
    quadrature_latent: Annotated[int, Field(ge=0, le=6)]
    """Latent dimensions up to which there is quadrature."""
    nodes: Annotated[int, Field(ge=3, le=100)]
    """Of the quadrature, in each dimension."""
    block: Count
    """Decoder passes at once; bounds the memory."""


class ClassifyParams(Section):
    """Which images are scored under every label they could have."""

    models: tuple[ModelName, ...]
    """Conditional ones."""
    test: Annotated[int, Field(ge=2, le=10_000_000)]
    """Images of the test set."""
    tail: Annotated[int, Field(ge=2, le=10_000_000)]
    """Images of each tail."""
    levels: Annotated[int, Field(ge=1, le=8)]
    """Of effort, in place of the scores': no effort makes an image likely under a wrong label."""


class AccuracyParams(Section):
    """How estimators of the likelihood are held against a reference."""

    models: tuple[ModelName, ...]
    """Under which they are."""
    test: Annotated[int, Field(ge=2, le=10_000_000)]
    """Images of the test set."""
    tail: Annotated[int, Field(ge=2, le=10_000_000)]
    """Images of each tail."""
    encoder: Count
    """Draws of the encoder's longest estimate."""
    curve: Annotated[tuple[Count, ...], Field(min_length=1)]
    """Numbers of draws that are compared."""
    starts: Count
    """Searches of the reference, from points of the prior."""
    steps: Count
    """Newton steps of each."""
    rounds: Count
    """Of refinement of the reference's normals."""
    draws: Count
    """Importance weights of the reference at least, and at a time."""
    most: Count
    """Importance weights of the reference at most."""
    error: Seconds
    """Standard error in nats at which the reference has enough weights."""


class VariantParams(Section):
    """One way to fit the regression: a model, and how it is trained."""

    sigma: Literal["constant", "varying"]
    hidden: Annotated[tuple[Count, ...], Field(min_length=1)]
    """Units of each hidden layer of each network."""
    learning_rate: Annotated[float, Field(gt=0, le=1, allow_inf_nan=False)]
    """Of the mean's network."""
    learning_rate_sigma: Annotated[float, Field(gt=0, le=1, allow_inf_nan=False)]
    """Of the noise's."""
    floor: Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
    """Below which σ(x) cannot be."""
    clip: Seconds | None
    """Norm to which each seed's gradient is shortened."""
    beta: Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
    """Power of σ² with which each point is weighted."""


class RegressParams(Section):
    """The regression whose noise depends on x, beside one whose noise does not."""

    points: Annotated[int, Field(ge=10, le=100_000)]
    """To be fitted."""
    holdout: Count
    """Points not fitted."""
    quiet: Seconds
    """Standard deviation of the noise at one end."""
    loud: Seconds
    """At the other."""
    seeds: Annotated[int, Field(ge=2, le=10_000)]
    """Data sets, each with initial weights of its own."""
    steps: Annotated[int, Field(ge=10, le=10_000_000)]
    """Of training, on all points."""
    look_every: Count
    """Steps between two looks at the holdout."""
    settle: Count
    """Steps before dips are counted."""
    dip: Seconds
    """Nats below the running best that make a dip."""
    dip_share: Share
    """Share of the trace's range that makes one by the relative measure."""
    variants: dict[Annotated[str, StringConstraints(pattern=r"^[a-z][a-z-]{0,19}$")], VariantParams]

    @model_validator(mode="after")
    def _both_models_are_there(self) -> "RegressParams":
        for name in ("constant", "varying"):
            if name not in self.variants or self.variants[name].sigma != name:
                raise ValueError(f"variants has no {name!r} with sigma: {name}; all others are compared with it")
        if self.settle >= self.steps:
            raise ValueError(f"settle is {self.settle}, which leaves none of the {self.steps} steps")
        return self


class SampleParams(Section):
    """What is drawn from the models, and how much of it is measured."""

    models: tuple[ModelName, ...]
    """That draw; at least one is not conditional."""
    multiples: Annotated[tuple[Annotated[float, Field(ge=0, le=1000, allow_inf_nan=False)], ...], Field(min_length=1)]
    """Of the posterior's spread, at which images are reconstructed."""
    generated: Annotated[int, Field(ge=1, le=1000)]
    """Images a model draws to be shown."""
    pairs: Count
    """Of test images, whose paths are measured."""
    steps: Annotated[int, Field(ge=2, le=100)]
    """Of a path between two images, both ends among them."""
    styles: Annotated[int, Field(ge=1, le=100)]
    """In which every digit is shown."""
    measured: Annotated[int, Field(ge=2, le=10_000_000)]
    """Images, or points of the prior, behind a mean."""
    points: Annotated[int, Field(ge=2, le=10_000_000)]
    """Of the prior, behind the pixels' entropies."""
    draws: Annotated[int, Field(ge=2, le=100_000)]
    """Importance weights in each bound on the likelihood of a generated image."""


class DiagnoseParams(Section):
    """How a latent space is looked at: which units are in use, and whether the aggregate posterior fills the prior."""

    models: tuple[ModelName, ...]
    """Whose it is; unconditional ones."""
    active: Annotated[float, Field(gt=0, le=100, allow_inf_nan=False)]
    """Variance of the encoder's mean over images above which a unit is in use."""
    removal: Annotated[int, Field(ge=2, le=10_000_000)]
    """Images on which units that are not in use are removed."""
    draws: Annotated[int, Field(ge=2, le=10_000_000)]
    """From the encoder, of each of them."""
    points: Annotated[int, Field(ge=2, le=10_000_000)]
    """Of the aggregate posterior at which its density is taken."""
    hidden: Count
    """Units of each hidden layer of the networks that tell draws and digits apart."""
    steps: Annotated[int, Field(ge=4, le=10_000_000)]
    """Of their training."""
    generated: Annotated[int, Field(ge=4, le=10_000_000)]
    """Images drawn from the model that are scored under it."""
    levels: Annotated[int, Field(ge=1, le=8)]
    """Of effort for them, in place of the scores'."""


class AnatomyParams(Section):
    """How the likelihood of test images under one model is taken apart."""

    images: Annotated[int, Field(ge=2, le=10_000_000)]
    """Of the test set, on which the averages inside and outside the logarithm are compared."""
    curve: Annotated[tuple[Count, ...], Field(min_length=1)]
    """Numbers of draws from the encoder."""
    repetitions: Annotated[int, Field(ge=2, le=10_000)]
    """Of the largest number of draws."""
    gradient_images: Annotated[int, Field(ge=2, le=10_000_000)]
    """Of the training set, whose gradients are compared."""
    gradient_repetitions: Annotated[int, Field(ge=2, le=10_000)]
    """Gradients of each image, with draws of their own."""
    gradient_draws: Annotated[tuple[Count, ...], Field(min_length=1)]
    """Numbers of draws inside the logarithm whose gradients are taken."""
    redrawn: Annotated[int, Field(ge=2, le=10_000_000)]
    """Images of the test set whose coins are flipped anew."""
    redraws: Annotated[int, Field(ge=2, le=1000)]
    """Of each."""


class CompareParams(Section):
    """Which models are compared, and how sure the comparison is."""

    pairs: Annotated[tuple[Pair, ...], Field(min_length=1)]
    resamples: Annotated[int, Field(ge=100, le=10_000_000)]
    """Of the bootstrap over images."""
    confidence: Share


class DimensionsParams(Section):
    """When fewer latent dimensions count as better for an image."""

    joint_errors: Seconds
    """Monte Carlo standard errors of the difference by which it must be below zero."""


class PlotParams(Section):
    """What the figures show."""

    gallery: Annotated[int, Field(ge=2, le=20)]
    """Images a row."""


class ExploreParams(Section):
    """What the explorer shows."""

    wall: Count
    """Images of a selection, at most."""


class Roles(Section):
    """Which model plays which part in the argument; metrics and prose follow the part, not the name."""

    small: ModelName
    middle: ModelName
    large: ModelName
    matched: ModelName
    conditional: ModelName


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
        conditional = [name for name, model in self.models.items() if model.conditional]
        wanted = [("compare.pairs", name, "is not", list(self.models)) for pair in self.compare.pairs for name in pair]
        wanted += [("classify.models", name, "is no conditional one", conditional) for name in self.classify.models]
        wanted += [("certify.models", name, "is not", list(self.models)) for name in self.certify.models]
        wanted += [("accuracy.models", name, "is not", list(self.models)) for name in self.accuracy.models]
        wanted += [("sample.models", name, "is not", list(self.models)) for name in self.sample.models]
        plain = [name for name in self.models if name not in conditional]
        wanted += [("diagnose.models", name, "is no unconditional one", plain) for name in self.diagnose.models]
        for key, name, fault, known in wanted:
            if name not in known:
                close, others = _suggest(name, known), ", ".join(known)
                raise ValueError(f"{key} has {name!r}, which {fault} under models:{close}; there are {others}")
        return self

    @model_validator(mode="after")
    def _one_that_draws_is_not_conditional(self) -> "Params":
        if all(self.models[name].conditional for name in self.sample.models):
            raise ValueError(f"sample.models = {list(self.sample.models)} has none that is not conditional; add one")
        return self

    @property
    def judge(self) -> str:
        """By whose scores images are likely: the middle model, or the first that draws and is not conditional."""
        plain = [name for name in self.sample.models if not self.models[name].conditional]
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
                f"no model {name!r} under models: in params.yaml{_suggest(name, self.models)}; "
                f"there are {', '.join(self.models)}"
            )
        return self.models[name]


def load_params(path: Path) -> Params:
    """Read and check params.yaml.

    Raises:
        ParameterError: the file is empty or no YAML 1.2, or a key is missing, unknown, given twice,
            of another type or out of range; the message has the key's path and its value.
    """
    tree = read_mapping(path)
    try:
        return Params.model_validate_json(json.dumps(tree, default=str))
    except ValidationError as error:
        raise ParameterError(f"{path.name}: {_explain(error)}") from error
    except (TypeError, ValueError) as error:
        raise ParameterError(f"{path.name}: {error}; a key is a word, and a value does not contain itself") from error


def read_mapping(path: Path) -> dict[str, Any]:
    """The mapping in a YAML 1.2 file.

    Raises:
        ParameterError: the file is empty or no YAML 1.2, or a key is given twice.
    """
    try:
        tree = YAML(typ="safe", pure=True).load(read_text(path))
    except (YAMLError, DataError) as error:
        raise ParameterError(f"{path.name}: {_first_line(error)}") from error
    except RecursionError as error:
        raise ParameterError(f"{path.name}: too many brackets in each other; restore the file") from error
    if not isinstance(tree, dict):
        raise ParameterError(f"{path.name}: holds no mapping; restore it with `git checkout {path.name}`")
    return tree


def _first_line(error: Exception) -> str:
    mark = getattr(error, "problem_mark", None)
    problem = getattr(error, "problem", None) or str(error).splitlines()[0]
    return f"line {mark.line + 1}: {problem}" if mark else str(problem)


def _explain(error: ValidationError) -> str:
    first, *others = sorted(error.errors(), key=lambda one: one["type"] != "extra_forbidden")
    where = ".".join(str(part) for part in first["loc"])
    problem = first["msg"].removeprefix("Value error, ")
    if first["type"] == "extra_forbidden":
        known = _keys_beside(first["loc"])
        line = f"unknown key {where}{_suggest(str(first['loc'][-1]), known)}; there are {', '.join(known)}"
    elif not where:
        line = problem
    elif first["type"] == "missing":
        line = f"key {where} is missing; add it"
    else:
        line = f"{where} = {_shorten(first['input'])}: {problem[0].lower()}{problem[1:]}"
    return line + (f" (and {len(others)} more)" if others else "")


def _shorten(value: object) -> str:
    text = json.dumps(value, default=str, ensure_ascii=False)
    return text if len(text) <= 60 else text[:57] + "..."


def _keys_beside(location: tuple[int | str, ...]) -> list[str]:
    """The keys allowed where the last part of `location` stands."""
    section: type[BaseModel] = Params
    for part in location[:-1]:
        field = section.model_fields.get(str(part))
        inner = field.annotation if field else None
        for candidate in (inner, *get_args(inner)):
            if isinstance(candidate, type) and issubclass(candidate, BaseModel):
                section = candidate
    return list(section.model_fields)


def _suggest(word: str, known: Iterable[str]) -> str:
    close = difflib.get_close_matches(word, list(known), n=1)
    return f"; did you mean {close[0]!r}?" if close else ""
