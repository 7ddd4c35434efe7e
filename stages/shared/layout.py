"""Paths of all files that the stages read and write."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Layout:
    """Paths of the study below `root`: one property or method for each file."""

    root: Path

    @property
    def params(self) -> Path:
        """The numbers of the study."""
        return self.root / "params.yaml"

    @property
    def dvc_yaml(self) -> Path:
        """The stages, with what they read and write."""
        return self.root / "dvc.yaml"

    def download(self, dataset: str) -> Path:
        """Folder of a data set's unpacked IDX files."""
        return self.root / "data" / "download" / dataset

    @property
    def images(self) -> Path:
        """Every image, grey and binary, with its id and label."""
        return self.root / "data" / "split" / "images.npz"

    @property
    def split(self) -> Path:
        """Subset and region of every image."""
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
        """A model's metrics on the test set."""
        return self.root / "data" / "score" / f"{name}.json"

    def unfinished_scores(self, name: str) -> Path:
        """Folder with the finished pieces of an unfinished scoring run."""
        return self.root / ".cache" / "score" / name

    def certificate(self, name: str) -> Path:
        """Log likelihood of a few images under a model by other methods."""
        return self.root / "data" / "certify" / f"{name}.parquet"

    def validation(self, name: str) -> Path:
        """Log likelihood of a few images under a model by several estimators, and by the reference."""
        return self.root / "data" / "validate" / f"{name}.parquet"

    def classification(self, name: str) -> Path:
        """Log likelihood of a sample of images under a model, given each label in turn."""
        return self.root / "data" / "classify" / f"{name}.parquet"

    def diagnosis(self, name: str) -> Path:
        """Numbers that describe a model's latent space."""
        return self.root / "data" / "diagnose" / f"{name}.json"

    def latent(self, name: str) -> Path:
        """Draws and images that figures of a model's latent space show."""
        return self.root / "data" / "diagnose" / f"{name}.npz"

    def samples(self, name: str) -> Path:
        """Images that a model draws: arrays of probabilities and of Bernoulli draws, by kind of picture."""
        return self.root / "data" / "sample" / f"{name}.npz"

    def gathered(self, kind: str) -> Path:
        """One kind of table or array, of all models together."""
        return self.root / "data" / "gather" / kind

    @property
    def regression(self) -> dict[str, Path]:
        """The regression study's tables, by name."""
        names = ("traces", "levels", "dips", "moves", "falls", "fits", "outcomes")
        return {name: self.root / "data" / "regress" / f"{name}.parquet" for name in names}

    def decomposition(self, name: str) -> Path:
        """A table of what makes images likely under `roles.middle`."""
        return self.root / "data" / "decompose" / f"{name}.parquet"

    @property
    def pairs(self) -> Path:
        """Paired differences between models."""
        return self.root / "data" / "compare" / "pairs.parquet"

    @property
    def dimensions(self) -> Path:
        """Log likelihood, bound, active units and overfitting by the number of latent dimensions."""
        return self.root / "data" / "compare" / "dimensions.parquet"

    @property
    def effects(self) -> Path:
        """Effects of the number of latent dimensions and of the training run."""
        return self.root / "data" / "compare" / "effects.parquet"

    @property
    def figures(self) -> Path:
        """Folder of the figures."""
        return self.root / "data" / "plot"

    def figure(self, name: str) -> Path:
        """One figure."""
        return self.figures / f"{name}.svg"

    @property
    def numbers(self) -> Path:
        """Every number that the report can quote."""
        return self.root / "data" / "summarise" / "numbers.json"

    @property
    def metrics(self) -> Path:
        """Ten numbers for `dvc metrics diff`."""
        return self.root / "data" / "summarise" / "metrics.json"

    @property
    def report(self) -> Path:
        """Folder of the report's sources."""
        return self.root / "report"

    @property
    def page(self) -> Path:
        """The rendered report."""
        return self.report / "_output" / "index.html"

    @property
    def explorer(self) -> Path:
        """The explorer: any holdout image under any two models."""
        return self.page.with_name("explorer.html")

    @property
    def pdf(self) -> Path:
        """The report as a PDF."""
        return self.report / "_output" / "report.pdf"

    @property
    def checkpoints(self) -> Path:
        """Folder of unfinished training runs and their locks."""
        return self.root / ".cache" / "checkpoints"

    @property
    def live(self) -> Path:
        """Folder where DVCLive mirrors the training curves."""
        return self.root / "dvclive"

    @property
    def published(self) -> Path:
        """The committed study's page."""
        return self.root / "docs" / "index.html"

    @property
    def published_explorer(self) -> Path:
        """The committed study's explorer."""
        return self.published.with_name("explorer.html")

    @property
    def published_pdf(self) -> Path:
        """The committed study's report as a PDF."""
        return self.root / "docs" / "report.pdf"

    @property
    def published_likelihoods(self) -> Path:
        """The committed study's log likelihoods, one row per image and model."""
        return self.root / "docs" / "likelihoods.parquet"

    @property
    def data_package(self) -> Path:
        """The descriptor of the committed study's log likelihoods."""
        return self.root / "docs" / "datapackage.json"

    @property
    def data_dictionary(self) -> Path:
        """The page that describes the committed study's log likelihoods."""
        return self.root / "docs" / "likelihoods.md"

    @property
    def publications(self) -> list[tuple[Path, Path]]:
        """The rendered pages and PDF, each with its place in the committed study."""
        made = [(self.page, self.published), (self.explorer, self.published_explorer)]
        return [*made, (self.pdf, self.published_pdf)]

    @property
    def benchmarks(self) -> Path:
        """Seconds of the study, and speed of the machine."""
        return self.root / "benchmarks" / "results.json"

    @property
    def readme(self) -> Path:
        """The README."""
        return self.root / "README.md"

    @property
    def cache(self) -> Path:
        """DVC's cache, unless its configuration names another folder."""
        return self.root / ".dvc" / "cache"
