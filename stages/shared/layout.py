"""Paths of all files that the stages read and write."""

from dataclasses import dataclass
from pathlib import Path

PAGES = ("index", "dips", "methods")
"""Pages of the report, in the order of the PDF."""


@dataclass(frozen=True)
class Layout:
    """Paths of the study below `root`: one property or method for each file, or for each kind of file."""

    root: Path

    @property
    def params(self) -> Path:
        """The parameters of the study."""
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

    def gathered(self, file: str) -> Path:
        """A table or arrays of all models together, such as `scores.parquet`; see `outs` of `gather` in dvc.yaml."""
        return self.root / "data" / "gather" / file

    def regression(self, name: str) -> Path:
        """A table of the regression study."""
        return self.root / "data" / "regress" / f"{name}.parquet"

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
    def panels(self) -> Path:
        """Folder of the Markdown that places figures in pages; `dvc plots` takes all files in the folder of figures."""
        return self.root / "data" / "panels"

    def panels_of(self, name: str) -> Path:
        """The panels of a figure as Markdown."""
        return self.panels / f"{name}.md"

    @property
    def drawn(self) -> Path:
        """Which figures there are, for the conditions of the report; JSON is YAML, too."""
        return self.panels / "drawn.yml"

    @property
    def replication(self) -> Path:
        """Verdicts of all claims under this study's seed and under others."""
        return self.root / "data" / "replicate" / "replication.json"

    @property
    def numbers(self) -> Path:
        """Every number that the report can quote."""
        return self.root / "data" / "summarise" / "numbers.json"

    @property
    def conditions(self) -> Path:
        """What the report's sentences depend on: verdicts, and which tables there are; JSON is YAML, too."""
        return self.root / "data" / "summarise" / "conditions.yml"

    def table(self, name: str) -> Path:
        """A table of the report, or a listing of code, as Markdown."""
        return self.root / "data" / "summarise" / "tables" / f"{name}.md"

    @property
    def metrics(self) -> Path:
        """Ten numbers for `dvc metrics diff`."""
        return self.root / "data" / "summarise" / "metrics.json"

    @property
    def report(self) -> Path:
        """Folder of the report's sources."""
        return self.root / "report"

    def page(self, name: str) -> Path:
        """A rendered page of the report."""
        return self.report / "_output" / f"{name}.html"

    @property
    def explorer(self) -> Path:
        """The explorer: any holdout image under any two models."""
        return self.page("explorer")

    @property
    def experiments(self) -> Path:
        """The page that compares experiments."""
        return self.page("experiments")

    @property
    def pdf(self) -> Path:
        """The report as a PDF."""
        return self.report / "_output" / "report.pdf"

    @property
    def checkpoints(self) -> Path:
        """Folder of unfinished training runs and their locks."""
        return self.root / ".cache" / "checkpoints"

    @property
    def at_work(self) -> Path:
        """The lock that a running study holds."""
        return self.root / ".cache" / "study.lock"

    @property
    def dvc_users(self) -> Path:
        """DVC's list of the processes that use files of stages."""
        return self.root / ".dvc" / "tmp" / "rwlock"

    @property
    def live(self) -> Path:
        """Folder where DVCLive mirrors the training curves."""
        return self.root / "dvclive"

    @property
    def published_picture(self) -> Path:
        """The README's figure, on a ground that is white in dark themes too."""
        return self.root / "docs" / "answer.svg"

    def published(self, name: str) -> Path:
        """A page of the committed study."""
        return self.root / "docs" / f"{name}.html"

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
        pages = [(self.page(name), self.published(name)) for name in (*PAGES, "explorer")]
        return [*pages, (self.pdf, self.root / "docs" / "report.pdf")]

    @property
    def benchmarks(self) -> Path:
        """Seconds of the committed study, and speed of the machine that it ran on."""
        return self.root / "benchmarks" / "results.json"

    @property
    def measurements(self) -> Path:
        """What benchmarks measured on this machine."""
        return self.root / ".cache" / "benchmarks.json"

    @property
    def readme(self) -> Path:
        """The README."""
        return self.root / "README.md"
