"""Where everything is: the only file that knows the tree under the project's root."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Layout:
    """Paths of the study below `root`, one property or method for each file that a stage reads or writes."""

    root: Path

    @property
    def params(self) -> Path:
        """Every number that can move a result."""
        return self.root / "params.yaml"

    @property
    def dvc_yaml(self) -> Path:
        """The stages and what they read and write."""
        return self.root / "dvc.yaml"

    def download(self, dataset: str) -> Path:
        """Folder of a data set's unpacked IDX files."""
        return self.root / "data" / "download" / dataset

    @property
    def images(self) -> Path:
        """Every image, grey and binary, with its digit and id."""
        return self.root / "data" / "split" / "images.npz"

    @property
    def split(self) -> Path:
        """Every image's set and region."""
        return self.root / "data" / "split" / "split.parquet"

    def weights(self, name: str) -> Path:
        """A trained model."""
        return self.root / "data" / "train" / name / "weights.safetensors"

    def history(self, name: str) -> Path:
        """A model's training curve."""
        return self.root / "data" / "train" / name / "history.csv"

    def scores(self, name: str) -> Path:
        """Log likelihood of every scored image under a model."""
        return self.root / "data" / "score" / f"{name}.parquet"

    def score_metrics(self, name: str) -> Path:
        """A model's few metrics."""
        return self.root / "data" / "score" / f"{name}.json"

    def unfinished_scores(self, name: str) -> Path:
        """Folder of the finished pieces of a model's unfinished scores."""
        return self.root / ".cache" / "score" / name

    def certified(self, name: str) -> Path:
        """Second opinions on the log likelihood of a few images under a model."""
        return self.root / "data" / "certify" / f"{name}.parquet"

    def classified(self, name: str) -> Path:
        """Log likelihood of a sample of images under a model, given each digit in turn."""
        return self.root / "data" / "classify" / f"{name}.parquet"

    def estimated(self, name: str) -> Path:
        """What several estimators say of a few images under a model."""
        return self.root / "data" / "accuracy" / f"{name}.parquet"

    def sampled(self, kind: str) -> Path:
        """Arrays of one kind of picture: probabilities and Bernoulli draws."""
        return self.root / "data" / "sample" / f"{kind}.npz"

    @property
    def regression(self) -> dict[str, Path]:
        """The regression study's tables, by name."""
        names = ("traces", "dips", "falls", "fits", "outcomes")
        return {name: self.root / "data" / "regress" / f"{name}.parquet" for name in names}

    def diagnosis(self, name: str) -> Path:
        """What a model's latent space is like, in numbers."""
        return self.root / "data" / "diagnose" / f"{name}.json"

    def diagnosed(self, name: str) -> Path:
        """The draws and images that figures of a model's latent space show."""
        return self.root / "data" / "diagnose" / f"{name}.npz"

    def anatomy(self, name: str) -> Path:
        """A table of what makes images likely under one model."""
        return self.root / "data" / "anatomy" / f"{name}.parquet"

    @property
    def pairs(self) -> Path:
        """Paired differences between models."""
        return self.root / "data" / "compare" / "pairs.parquet"

    @property
    def effects(self) -> Path:
        """What the number of latent dimensions changes."""
        return self.root / "data" / "dimensions" / "effects.parquet"

    @property
    def figures(self) -> Path:
        """Folder of the figures."""
        return self.root / "data" / "plot"

    def figure(self, name: str) -> Path:
        """One figure."""
        return self.figures / f"{name}.svg"

    @property
    def numbers(self) -> Path:
        """Every number that the page quotes."""
        return self.root / "data" / "summarise" / "numbers.json"

    @property
    def metrics(self) -> Path:
        """The ten numbers that tell how a run went, for `dvc metrics diff`."""
        return self.root / "data" / "summarise" / "metrics.json"

    @property
    def report(self) -> Path:
        """Folder of the report's source."""
        return self.root / "report"

    @property
    def page(self) -> Path:
        """The rendered report."""
        return self.report / "_output" / "index.html"

    @property
    def explorer(self) -> Path:
        """The page on which a reader looks at any image under any two models, beside the report."""
        return self.page.with_name("explorer.html")

    @property
    def pdf(self) -> Path:
        """The rendered report for paper."""
        return self.report / "_output" / "report.pdf"

    @property
    def checkpoints(self) -> Path:
        """Folder of unfinished training, with its locks."""
        return self.root / ".cache" / "checkpoints"

    @property
    def live(self) -> Path:
        """Folder of DVCLive's mirror of the training curves."""
        return self.root / "dvclive"

    @property
    def published(self) -> Path:
        """The committed study's page."""
        return self.root / "docs" / "index.html"

    @property
    def published_explorer(self) -> Path:
        """The committed study's explorer, beside its page."""
        return self.published.with_name("explorer.html")

    @property
    def published_pdf(self) -> Path:
        """The committed study's report for paper."""
        return self.root / "docs" / "report.pdf"

    @property
    def publications(self) -> list[tuple[Path, Path]]:
        """What is made for readers, and where the committed study keeps each."""
        made = [(self.page, self.published), (self.explorer, self.published_explorer)]
        return [*made, (self.pdf, self.published_pdf)]

    @property
    def benchmarks(self) -> Path:
        """How long the study took, and how fast this machine is."""
        return self.root / "benchmarks" / "results.json"

    @property
    def readme(self) -> Path:
        """What a visitor reads first."""
        return self.root / "README.md"

    @property
    def cache(self) -> Path:
        """DVC's cache, unless its configuration puts it elsewhere."""
        return self.root / ".dvc" / "cache"
