"""The report's tables as Markdown, in which every number is a shortcode that quotes numbers.json."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import chain

from pipeline.data.subsets import HOLDOUTS, REGIONS, SUBSETS, TAILS
from pipeline.numbers.claims import Claim
from pipeline.numbers.decompose import PARTS
from pipeline.numbers.keys import Numbers, read_interval
from pipeline.numbers.paths import PATHS
from pipeline.validation.certify.tables import AGAIN, SEARCH

Row = list[str]
NOTHING = "–"
"""In a cell: not measured."""
ABSENT = "Not part of this study.\n"
TEST = ("test", *(f"test.{region}" for region in REGIONS))
"""The test file, and its images in each region."""
BASELINES = {
    "independent-pixels": "independent pixels",
    "independent-pixels-by-class": "mixture of these, one per class",
}
"""Models without a latent space, in words."""
WAYS = {"encoder": "encoder's normal", "study": "refined mixture"}
CONTRASTS = {
    "accuracy_percent": "accuracy, percentage points",
    "worth": "worth of the label, nats",
    "gain": "gain of the density, nats",
}
METHODS = ("score", "annealing", AGAIN, "quadrature", SEARCH)


class Cells:
    """Writes cells: shortcodes for the numbers that the study has, and dashes for those that it lacks."""

    def __init__(self, numbers: Numbers) -> None:
        self.numbers = numbers

    def n(self, key: str, digits: str = "") -> str:
        """Return a number or words."""
        return f"{{{{< n {key} {digits} >}}}}".replace("  ", " ") if key in self.numbers else NOTHING

    def est(self, key: str, digits: str = "") -> str:
        """Return an estimate with its interval."""
        return f"{{{{< est {key} {digits} >}}}}".replace("  ", " ") if self.has_interval(key) else NOTHING

    def has_interval(self, key: str) -> bool:
        """Return whether there is an estimate with an interval under a key."""
        return read_interval(self.numbers, key) is not None

    def words(self, key: str) -> list[str]:
        """Return the words under a key; none if it is missing."""
        return str(self.numbers.get(key, "")).split()

    def under(self, prefix: str, suffix: str) -> list[str]:
        """Return what stands between a prefix and a suffix in the keys that have both."""
        cut = slice(len(prefix), -len(suffix) or None)
        return [key[cut] for key in self.numbers if key.startswith(prefix) and key.endswith(suffix)]


Rows = Callable[[Cells], Iterable[Row]]
Column = str | Callable[[Cells], Iterable[str]]
"""The head of a column; or a function that returns those of several columns, where the numbers tell how many."""
TABLES: dict[str, tuple[tuple[Column, ...], Rows]] = {}
"""Header and rows of every table by name, but for that of replications."""


def table(name: str, *header: Column) -> Callable[[Rows], Rows]:
    """Return a decorator that makes a table of the function that yields its rows.

    Args:
        name: of its file in `data/summarise/tables/`.
        header: of its columns.
    """

    def add(rows: Rows) -> Rows:
        TABLES[name] = header, rows
        return rows

    return add


def code(name: str) -> str:
    """Return a name set as code."""
    return f"`{name}`"


def pipe(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a Markdown table: the first column and columns of words are aligned left, columns of numbers right."""
    body = [list(row) for row in rows]
    numeric = [all(cell.startswith(("{{<", "≥", NOTHING)) for cell in column) for column in zip(*body, strict=True)]
    rule = [":--", *("--:" if right else ":--" for right in numeric[1:])]
    return "".join(f"| {' | '.join(line)} |\n" for line in (list(header), rule, *body))


def all_tables(numbers: Numbers) -> dict[str, str]:
    """Return every table by name; one without rows says that it is not part of the study.

    Args:
        numbers: of the study, by key, as in numbers.json.
    """
    cells = Cells(numbers)
    found: dict[str, str] = {}
    for name, (header, rows) in TABLES.items():
        body = [*rows(cells)]
        heads = chain.from_iterable([one] if isinstance(one, str) else one(cells) for one in header)
        found[name] = pipe([*heads], body) if body else ABSENT
    return found


def replication_table(study: Mapping[str, Claim], others: Mapping[str, Mapping[str, Claim]]) -> str:
    """Return a table of all claims under the study's seed and under others; see `claim_numbers` for its keys.

    A star marks an estimate that differs from the study's by more than both intervals allow.

    Args:
        study: claims of the study by name.
        others: the same of each replication, by its seed.
    """
    if not others:
        return ABSENT
    names = dict.fromkeys([*study, *(name for found in others.values() for name in found)])
    rows = []
    for name in names:
        own = next(found[name] for found in (study, *others.values()) if name in found)
        row = [f"{own.compared} ({own.unit})"]
        for stem, found in {"claim": study, **{f"replication.{seed}": found for seed, found in others.items()}}.items():
            claim = found.get(name)
            star = " *" if claim and claim.is_apart(study.get(name)) else ""
            row.append(f"{claim.verdict}{star}: {{{{< est {stem}.{name} +2 >}}}}" if claim else "not made")
        rows.append(row)
    return pipe(["Claim", "This study", *(f"Seed {seed}" for seed in others)], rows)


def present(tables: Mapping[str, str]) -> dict[str, bool]:
    """Return of every table whether it has rows, so that a page can leave out what it would say of it."""
    return {name: text != ABSENT for name, text in tables.items()}


@table("sets", "Class", *map(code, SUBSETS))
def _sets(cells: Cells) -> Iterable[Row]:
    yield ["Images", *(cells.n(f"data.{one}.images") for one in SUBSETS)]
    for label in range(10):
        row = [cells.n(f"data.{one}.percent_{label}", "1") for one in SUBSETS]
        if set(row) != {NOTHING}:
            yield [f"Class {label}, %", *row]


def _shown(cells: Cells) -> list[str]:
    """Return the models that stand beside each other in tables."""
    return cells.words("models")


@table("models", "Model", "d", "Trained on", "Epochs", "Training ELBO", "Validation ELBO")
def _models(cells: Cells) -> Iterable[Row]:
    for name in dict.fromkeys([*_shown(cells), *cells.under("", ".last.train_elbo")]):
        ends = (cells.n(f"{name}.last.{kind}_elbo", "2") for kind in ("train", "validation"))
        yield [code(name), cells.n(f"{name}.latent_dim"), cells.n(f"{name}.train_on"), cells.n(f"{name}.epochs"), *ends]


@table("results", "Model", *map(code, TEST))
def _results(cells: Cells) -> Iterable[Row]:
    for name in _shown(cells):
        means = [cells.n(f"{name}.{place}.log_likelihood", "2") for place in TEST]
        if set(means) != {NOTHING}:
            yield [code(name), *means]
    for name, words in BASELINES.items():
        means = [cells.n(f"baseline.{name}.{place}.log_likelihood", "2") for place in TEST]
        if set(means) != {NOTHING}:
            yield [words, *means]


@table("likelihood", "Model", "Images", "Log likelihood", "Estimation error", "Sampling error", "ELBO", "Number")
def _likelihood(cells: Cells) -> Iterable[Row]:
    for name in _shown(cells):
        for one in SUBSETS:
            if (key := f"{name}.{one}") + ".log_likelihood" in cells.numbers:
                checked = f"validate.{name}.study.rmse" in cells.numbers
                error = cells.n(f"{key}.estimation_error", "3" if checked else "4")
                mean, sampling, bound = (
                    cells.n(f"{key}.{part}", "2") for part in ("log_likelihood", "sampling_error", "elbo")
                )
                yield [
                    code(name),
                    code(one),
                    mean,
                    error if checked else f"≥ {error}",
                    sampling,
                    bound,
                    cells.n(f"{key}.images"),
                ]


@table("pairs", "First model", "Second model", "Images", "Difference", "Number")
def _pairs(cells: Cells) -> Iterable[Row]:
    pairs = dict.fromkeys(tuple(key.split(".")[1:3]) for key in cells.numbers if key.startswith("pair."))
    for a, b in pairs:
        if {a, b} <= set(_shown(cells)):
            for place in TEST:
                if cells.has_interval(key := f"pair.{a}.{b}.{place}"):
                    yield [code(a), code(b), code(place), cells.est(key, "+2"), cells.n(f"{key}.images")]


@table("dimensions", "Dimensions", "Active units", *map(code, HOLDOUTS), "Train − validation")
def _dimensions(cells: Cells) -> Iterable[Row]:
    for name in cells.words("dimensions"):
        stem = f"dimensions.{name}"
        means = [
            cells.n(f"{stem}.log_likelihood.{place}.value", "2")
            for place in ("test", *(f"test.{tail}" for tail in TAILS))
        ]
        fit = cells.n(f"{stem}.log_likelihood.train-validation.value", "+2")
        yield [_size(cells, name), cells.n(f"{stem}.active.test.value", "0"), *means, fit]


@table("dimension-bounds", "Dimensions", *map(code, TEST), "Train − validation")
def _dimension_bounds(cells: Cells) -> Iterable[Row]:
    for name in cells.words("dimensions"):
        stem = f"dimensions.{name}.elbo"
        yield [
            _size(cells, name),
            *(cells.n(f"{stem}.{place}.value", "2") for place in TEST),
            cells.n(f"{stem}.train-validation.value", "+2"),
        ]


def _size(cells: Cells, name: str) -> str:
    """Return a model's number of latent dimensions, and how many runs it has if there are several."""
    several = cells.numbers.get(f"dimensions.{name}.runs", 1) != 1
    return cells.n(f"{name}.latent_dim") + (f" ({cells.n(f'dimensions.{name}.runs')} runs)" if several else "")


def _steps(cells: Cells) -> list[tuple[str, str]]:
    """Return the pairs of models that are compared, and those like them of which there are several runs."""
    small, middle, large = (str(cells.numbers.get(f"role.{part}", "")) for part in ("small", "middle", "large"))
    short = {name: str(cells.numbers.get(f"short.{name}", name)) for name in (small, middle, large)}
    stairs = [(middle, small), (large, middle)]
    return list(dict.fromkeys([*((short[a], short[b]) for a, b in stairs), *stairs]))


@table("runs", "Images", "First − second", "Over images, these weights", "Over training runs")
def _runs(cells: Cells) -> Iterable[Row]:
    for a, b in _steps(cells):
        for place in TEST:
            if cells.has_interval(key := f"pair.{a}.{b}.{place}"):
                runs = f"compare.runs.{a}.{b}.log_likelihood.{place}"
                yield [code(place), f"{code(a)} − {code(b)}", cells.est(key, "+2"), cells.est(runs, "+2")]


@table("unseen", "Images", "Model", "Over images, these weights", "Over training runs")
def _unseen(cells: Cells) -> Iterable[Row]:
    seen = {
        str(cells.numbers[f"relative.train_on.{name}"]): name
        for name in cells.under("relative.train_on.", "")
        if cells.numbers.get(f"{name}.train_on") == "matched"
    }
    for place in TEST:
        for core, name in seen.items():
            if cells.has_interval(key := f"pair.{name}.{core}.{place}"):
                kinds = [f"compare.{kind}.{name}.{core}.log_likelihood.{place}" for kind in ("runs", "single-run")]
                runs = next((one for one in kinds if f"{one}.value" in cells.numbers), kinds[0])
                yield [code(place), code(core), cells.est(key, "+2"), cells.est(runs, "+2")]


@table("unseen-gap", "Images", "Models", "Over images")
def _unseen_gap(cells: Cells) -> Iterable[Row]:
    for a, b in _steps(cells):
        for place in TEST:
            for first, second in ((a, b), (b, a)):
                if cells.has_interval(key := f"compare.unseen-gap.{first}.{second}.log_likelihood.{place}"):
                    yield [code(place), f"{code(first)} − {code(second)}", cells.est(key, "+2")]


@table("spread", "Model", "Runs", "Standard deviation over runs", "Sampling error")
def _spread(cells: Cells) -> Iterable[Row]:
    for name in cells.words("dimensions"):
        if cells.has_interval(key := f"compare.spread.{name}.{name}.log_likelihood.test"):
            error = cells.n(f"{name}.test.sampling_error", "2")
            yield [code(name), cells.n(f"{key}.size", "0"), cells.est(key, "2"), error]


@table(
    "lengths",
    "Model",
    "Epochs",
    "Log likelihood",
    "Active units",
    "Prior in voids, %",
    "Generated − real",
    "Per doubling",
)
def _lengths(cells: Cells) -> Iterable[Row]:
    for name in cells.words("lengths"):
        for one in cells.words(f"lengths.{name}"):
            key, longer = f"diagnose.{one}", f"diagnose.longer.{one}.doubling"
            bound = cells.n(f"{longer}_elbo", "+2")
            gain = (
                cells.est(longer, "+2")
                if cells.has_interval(longer)
                else bound
                if bound == NOTHING
                else f"{bound} (bound)"
            )
            yield [
                code(one),
                cells.n(f"{key}.epochs"),
                cells.n(f"{one}.test.log_likelihood", "2"),
                cells.n(f"{key}.active"),
                cells.est(f"{key}.void.prior", "1"),
                cells.est(f"{key}.gap", "+1"),
                gain,
            ]


@table("shares", "Part", "Share, %", "Alone, %", "Share without coins, %", "Change, points")
def _shares(cells: Cells) -> Iterable[Row]:
    other = cells.numbers.get("decompose.other.binarisation")
    for part, words in PARTS.items():
        row = [cells.est(f"decompose.{quantity}.{part}", "1") for quantity in ("share", "alone", f"share.{other}")]
        row.append(cells.est(f"decompose.share_change.{other}.{part}", "+1"))
        if set(row) != {NOTHING}:
            yield [words, *row]


def _gradient_columns(cells: Cells) -> list[tuple[str, int]]:
    kinds = [one.split(".") for one in cells.under("decompose.signal_to_noise.encoder.", ".value")]
    return sorted(((side, int(draws)) for side, draws in kinds), key=lambda one: (one[0] == "inside", one[1]))


def _gradient_headers(cells: Cells) -> list[str]:
    return [f"{side}, K = {draws}" for side, draws in _gradient_columns(cells)]


@table("gradients", "Network", _gradient_headers)
def _gradients(cells: Cells) -> Iterable[Row]:
    columns = _gradient_columns(cells)
    for network in ("encoder", "decoder") if columns else ():
        keys = [f"decompose.signal_to_noise.{network}.{side}.{draws}" for side, draws in columns]
        yield [network, *(cells.est(key, "2") for key in keys)]


@table("gradient-changes", "Network", "Draws inside", "Change of signal to noise")
def _gradient_changes(cells: Cells) -> Iterable[Row]:
    for network in ("encoder", "decoder"):
        for step in cells.under(f"decompose.signal_to_noise_change.{network}.", ".value"):
            key = f"decompose.signal_to_noise_change.{network}.{step}"
            yield [network, step.replace("-", " to "), cells.est(key, "+3")]


def _drawn(cells: Cells) -> list[str]:
    return [name for name in _shown(cells) if f"{name}.sample.given_z" in cells.numbers]


@table(
    "randomness",
    "Model",
    "Pixels given z, nats",
    "Information on z, nats",
    "Pixels' share of entropy, %",
    "z's share of variance, %",
)
def _randomness(cells: Cells) -> Iterable[Row]:
    for name in _drawn(cells):
        key = f"{name}.sample"
        information = f"{cells.n(f'{key}.information_least', '1')} to {cells.n(f'{key}.information_most', '1')}"
        yield [
            code(name),
            cells.n(f"{key}.given_z", "1"),
            information,
            cells.n(f"{key}.conditional_entropy_percent_least", "0"),
            cells.n(f"{key}.variance_z_percent", "0"),
        ]


def _multiples(cells: Cells) -> list[str]:
    return [f"{one} σ" for one in cells.words("sample.multiples")]


@table("noise", "Model", _multiples)
def _noise(cells: Cells) -> Iterable[Row]:
    for name in _drawn(cells):
        yield [code(name), *(cells.n(f"{name}.sample.noise.{one}", "1") for one in cells.words("sample.multiples"))]


@table("paths", "Path", "Length", "In the shell, %", "In voids, %", "Entropy gained, nats")
def _paths(cells: Cells) -> Iterable[Row]:
    for way, words in PATHS.items():
        key = f"path.{way}"
        if f"{key}.norm" in cells.numbers:
            yield [
                words,
                cells.n(f"{key}.norm", "2"),
                cells.n(f"{key}.inside_percent", "0"),
                cells.est(f"{key}.void_percent", "1"),
                cells.est(f"{key}.entropy_gain", "+1"),
            ]


@table("units", "Model", "Units", "Active", "Change of log likelihood", "Change of bound", "Images")
def _units(cells: Cells) -> Iterable[Row]:
    for name in cells.words("diagnose.models"):
        key = f"diagnose.{name}"
        changes = (cells.est(f"{key}.removal.{quantity}", "+3") for quantity in ("log_likelihood", "elbo"))
        yield [
            code(name),
            cells.n(f"{key}.latent"),
            cells.n(f"{key}.active"),
            *changes,
            cells.n(f"{key}.removal.images"),
        ]


@table(
    "divergence",
    "Model",
    "Divergence",
    "Information",
    "Its limit, log n",
    "Misfit",
    "Total correlation",
    "Units alone",
    "Misfit, at least",
)
def _divergence(cells: Cells) -> Iterable[Row]:
    parts = ("divergence", "information", "log_images", "marginal", "total_correlation", "units")
    for name in cells.words("diagnose.models"):
        key = f"diagnose.{name}"
        split = (cells.n(f"{key}.divergence.{part}", "2") for part in parts)
        yield [code(name), *split, cells.n(f"{key}.marginal_least", "2")]


@table(
    "voids",
    "Model",
    "Told apart, %",
    "By moments, %",
    "Prior in voids, %",
    "Posterior there, %",
    "Mean squared length per unit",
)
def _voids(cells: Cells) -> Iterable[Row]:
    parts = {"accuracy": "1", "moments": "1", "void.prior": "1", "void.posterior": "1", "norm.relative": "3"}
    for name in cells.words("diagnose.models"):
        yield [code(name), *(cells.est(f"diagnose.{name}.{part}", digits) for part, digits in parts.items())]


@table("void-ratios", "Model", "q/p below", "Prior, %", "Posterior, %")
def _void_ratios(cells: Cells) -> Iterable[Row]:
    for name in cells.words("diagnose.models"):
        for ratio in sorted(cells.under(f"diagnose.{name}.below.", ".ratio"), key=float):
            key = f"diagnose.{name}.below.{ratio}"
            shares = (cells.est(f"{key}.{kind}", "2") for kind in ("prior", "posterior"))
            yield [code(name), cells.n(f"{key}.ratio", "2"), *shares]


@table(
    "generated",
    "Model",
    "Real, %",
    "From posteriors, %",
    "From the prior, %",
    "Emptiest fifth, %",
    "Generated − real",
    "Emptier − fuller half",
)
def _generated(cells: Cells) -> Iterable[Row]:
    for name in cells.words("diagnose.models"):
        key = f"diagnose.{name}"
        unsure = (cells.est(f"{key}.unsure.{kind}", "1") for kind in ("real", "posterior", "prior", "emptiest"))
        yield [code(name), *unsure, cells.est(f"{key}.gap", "+1"), cells.est(f"{key}.generated.emptier", "+1")]


@table("styles", "Model", "Class alone, %", "z alone, %", "Interaction, %", "Slant", "{{< n subject.ink >}}")
def _styles(cells: Cells) -> Iterable[Row]:
    for name in _shown(cells):
        if f"{name}.styles.label_percent" in cells.numbers:
            shares = (cells.n(f"{name}.styles.{part}_percent", "0") for part in ("label", "style", "both"))
            traits = (cells.n(f"{name}.styles.{trait}_correlation", "+2") for trait in ("slant", "ink"))
            yield [code(name), *shares, *traits]


def _classifiers(cells: Cells) -> list[str]:
    return [name for name in _shown(cells) if f"{name}.classify.test.images" in cells.numbers]


@table("worth", "Model", "Images", "Given the class", "Mixture", "Difference", "Label", "At most", "Density")
def _worth(cells: Cells) -> Iterable[Row]:
    for name in _classifiers(cells):
        for one in HOLDOUTS:
            if (key := f"{name}.classify.{one}") + ".images" in cells.numbers:
                parts = (cells.n(f"{key}.{part}", "+2") for part in ("difference", "worth", "label_ceiling"))
                means = (cells.n(f"{key}.{part}", "2") for part in ("given", "mixture"))
                yield [code(name), code(one), *means, *parts, cells.est(f"{key}.gain", "+2")]


@table(
    "classify",
    "Model",
    "Images",
    "Accuracy, %",
    "Less that of test",
    "Calibration error",
    "Undecided, %",
    "Posterior error",
    "Number",
)
def _classify(cells: Cells) -> Iterable[Row]:
    for name in _classifiers(cells):
        for one in HOLDOUTS:
            if (key := f"{name}.classify.{one}") + ".images" in cells.numbers:
                yield [
                    code(name),
                    code(one),
                    cells.est(f"{key}.accuracy_percent", "1"),
                    cells.est(f"{key}.accuracy_percent_over_test", "+2"),
                    cells.n(f"{key}.calibration_error_percent", "1"),
                    cells.n(f"{key}.undecided_percent", "2"),
                    cells.n(f"{key}.posterior_error_percent", "2"),
                    cells.n(f"{key}.images"),
                ]


@table("contrast", "Quantity", "Fewer − more latent dimensions")
def _contrast(cells: Cells) -> Iterable[Row]:
    for quantity, words in CONTRASTS.items():
        if cells.has_interval(key := f"classify.contrast.test.{quantity}"):
            yield [words, cells.est(key, "+2")]


@table("ablations", "Variant", "Log likelihood", "Over training runs", "ELBO", "Gap", "Accuracy", "Label's share, %")
def _ablations(cells: Cells) -> Iterable[Row]:
    base = cells.numbers.get("ablations.base")
    for kind in ("encoder_sees_label", "label"):
        for name in cells.words(f"ablations.{kind}"):
            key = f"ablations.{name}"
            yield [
                code(name),
                cells.est(f"{key}.log_likelihood", "+2"),
                cells.est(f"compare.single-run.{name}.{base}.log_likelihood.test", "+2"),
                cells.est(f"{key}.elbo", "+2"),
                cells.est(f"{key}.inference_gap", "+2"),
                cells.est(f"{key}.accuracy_percent", "+2"),
                cells.n(f"{name}.styles.label_percent", "0"),
            ]


@table("accuracy", "Model", "Proposal", "Root mean square", "Without the worst", "Largest", "Covered, %", "Passes")
def _accuracy(cells: Cells) -> Iterable[Row]:
    parts = {"rmse": "3", "rmse_but_worst": "3", "worst": "2", "coverage": "1", "passes": "0"}
    for name in _shown(cells):
        for way, words in WAYS.items():
            if (key := f"validate.{name}.{way}") + ".rmse" in cells.numbers:
                yield [code(name), words, *(cells.n(f"{key}.{part}", digits) for part, digits in parts.items())]


@table("bias", "Model", "Images", *WAYS.values())
def _bias(cells: Cells) -> Iterable[Row]:
    for name in _shown(cells):
        for one in HOLDOUTS:
            errors = [cells.est(f"validate.{name}.{way}.{one}.bias", "+3") for way in WAYS]
            if set(errors) != {NOTHING}:
                yield [code(name), code(one), *errors]


@table("shift", "Images", "As scored", "By encoders", "Shift", "Beyond a nat", "Largest", "Number")
def _shift(cells: Cells) -> Iterable[Row]:
    for one in HOLDOUTS:
        key = f"validate.comparison.{one}"
        if cells.has_interval(f"{key}.shift"):
            yield [
                code(one),
                cells.n(f"{key}.study", "+2"),
                cells.n(f"{key}.encoder", "+2"),
                cells.est(f"{key}.shift", "+2"),
                cells.n(f"{key}.beyond_a_nat"),
                cells.n(f"{key}.largest_shift", "1"),
                cells.n(f"{key}.images"),
            ]


def _certified(cells: Cells) -> list[str]:
    return [name for name in _shown(cells) if f"certificate.{name}.gap.mean" in cells.numbers]


@table("gap", "Model", "Mean gap", "Error", "Largest", "Images")
def _gap(cells: Cells) -> Iterable[Row]:
    for name in _certified(cells):
        key = f"certificate.{name}.gap"
        yield [
            code(name),
            *(cells.n(f"{key}.{part}", "2") for part in ("mean", "error", "largest")),
            cells.n(f"{key}.images"),
        ]


@table("certificate", "Model", "Images", "Less", "Mean", "Error", "Largest", "Far apart", "Number")
def _certificate(cells: Cells) -> Iterable[Row]:
    for name in _certified(cells):
        for other in ("annealing", "quadrature"):
            for one in ("real", *SUBSETS):
                if (key := f"certificate.{name}.{one}.score.{other}") + ".images" in cells.numbers:
                    yield [
                        code(name),
                        code(one),
                        other,
                        cells.n(f"{key}.mean_difference", "+2"),
                        cells.n(f"{key}.mean_error", "2"),
                        cells.n(f"{key}.largest_difference", "2"),
                        cells.n(f"{key}.contradictions"),
                        cells.n(f"{key}.images"),
                    ]


@table("search", "Model", "Images", "Missed", "Per thousand")
def _search(cells: Cells) -> Iterable[Row]:
    for name in _certified(cells):
        if (key := f"certificate.{name}.search") + ".missed" in cells.numbers:
            yield [
                code(name),
                cells.n(f"{key}.images"),
                cells.n(f"{key}.missed"),
                cells.est(f"{key}.missed_per_thousand", "1"),
            ]


@table("contradictions", "Model", "Image", "Subset", "Estimator", "Annealing", "Again", "Quadrature", "Second search")
def _contradictions(cells: Cells) -> Iterable[Row]:
    for one in sorted(cells.under("certificate.", ".id")):
        key = f"certificate.{one}"
        said = (
            f"{cells.n(f'{key}.{method}.log_likelihood', '2')}\u00a0±\u00a0{cells.n(f'{key}.{method}.error', '2')}"
            if f"{key}.{method}.error" in cells.numbers
            else NOTHING
            for method in METHODS
        )
        yield [code(one.split(".")[0]), cells.n(f"{key}.id"), cells.n(f"{key}.subset"), *said]


@table("work", "Model", "Passes", "More effort, %", "Imprecise", "Unreliable, %")
def _work(cells: Cells) -> Iterable[Row]:
    parts = {"passes": "0", "more_effort_percent": "1", "imprecise": "0", "unreliable_percent": "2"}
    for name in _shown(cells):
        if f"{name}.passes" in cells.numbers:
            yield [code(name), *(cells.n(f"{name}.{part}", digits) for part, digits in parts.items())]


@table("published", "Source", "Model", "Objective", "Draws", "d", "Training images", "Estimator", "Log likelihood")
def _published(cells: Cells) -> Iterable[Row]:
    numbers, conditional = cells.numbers, cells.numbers.get("role.conditional")
    rows = []
    for name in dict.fromkeys(numbers.get(f"role.{part}") for part in ("small", "middle", "large", "conditional")):
        if f"{name}.test.log_likelihood" in numbers:
            images = f"{cells.n('data.train.images')}, redrawn"
            kind = "conditional VAE" if name == conditional else "VAE"
            own = [
                f"here, {code(str(name))}",
                kind,
                "ELBO",
                "1",
                cells.n(f"{name}.latent_dim"),
                images,
                "refined mixture",
            ]
            rows.append(((name == conditional, False, False, 0.0), [*own, cells.n(f"{name}.test.log_likelihood", "2")]))
    for one in cells.under("literature.", ".citation"):
        key = f"literature.{one}"
        words = [cells.n(f"{key}.{part}") for part in ("model", "objective", "draws", "latent_dim")]
        images = f"{cells.n(f'{key}.training_images')}, {cells.n(f'{key}.binarisation')}"
        row = [
            f"@{numbers[f'{key}.citation']}",
            *words,
            images,
            cells.n(f"{key}.estimator"),
            cells.n(f"{key}.log_likelihood", "2"),
        ]
        place = (bool(numbers[f"{key}.conditional"]), numbers[f"{key}.objective"] != "ELBO", True)
        rows.append(((*place, -float(numbers[f"{key}.log_likelihood"])), row))
    return [row for _, row in sorted(rows, key=lambda pair: pair[0])]


@table("versions", "Library", "Version")
def _versions(cells: Cells) -> Iterable[Row]:
    return [[name, cells.n(f"version.{name}")] for name in cells.under("version.", "")]


@table("settings", "Parameter", "Value")
def _settings(cells: Cells) -> Iterable[Row]:
    return [[code(name), _exact(cells, f"setting.{name}")] for name in cells.under("setting.", "")]


@table("regress", "Noise", "Dips", "Fewest", "Most", "Relative", "Deepest, mean", "Deepest of all", "Smallest σ")
def _regress(cells: Cells) -> Iterable[Row]:
    parts = {
        "dips_fewest": "0",
        "dips_most": "0",
        "dips_share": "",
        "deepest": "0",
        "deepest_most": "0",
        "smallest": "3",
    }
    for one, words in (("constant", "one σ"), ("varying", "σ(x)")):
        key = f"regress.{one}"
        if cells.has_interval(f"{key}.dips"):
            yield [
                words,
                cells.est(f"{key}.dips", "1"),
                *(cells.n(f"{key}.{part}", digits) for part, digits in parts.items()),
            ]


def _variants(cells: Cells) -> list[str]:
    return [name for name in cells.words("regress.variants") if name != "varying"]


@table("regress-variants", "Variant", "Dips", "Of plain σ(x)", "Difference", "Move", "Price", "Holdout")
def _regress_variants(cells: Cells) -> Iterable[Row]:
    for name in _variants(cells):
        key = f"regress.{name}"
        if f"{key}.dip_rate" in cells.numbers:
            yield [
                code(name),
                cells.n(f"{key}.dip_rate", "1"),
                cells.n(f"{key}.dip_rate_plain", "1"),
                cells.est(f"{key}.dip_rate_difference", "+1"),
                cells.est(f"{key}.move_ratio", "2"),
                cells.est(f"{key}.price_ratio", "2"),
                cells.n(f"{key}.holdout", "0"),
            ]


@table("regress-settings", "Variant", "Changes")
def _regress_settings(cells: Cells) -> Iterable[Row]:
    for name in _variants(cells):
        changes = [] if name != "constant" else ["one σ for all points"]
        for part, words in SETTINGS.items():
            if f"regress.{name}.{part}" in cells.numbers and not (name == "constant" and part == "hidden"):
                changes.append(f"{words} {_exact(cells, f'regress.{name}.{part}')}".strip())
        yield [code(name), "; ".join(changes)]


SETTINGS = {
    "hidden": "",
    "learning_rate": "learning rate of f",
    "learning_rate_sigma": "learning rate of σ",
    "floor": "σ(x) at least",
    "clip": "norm of a seed's gradient at most",
    "beta": "β-NLL with β =",
}
"""Settings of a variant of the regression, and the words before their values."""


def _exact(cells: Cells, key: str) -> str:
    """Return a setting with as many decimals as it has."""
    value = cells.numbers[key]
    decimals = 0 if isinstance(value, str) else len(f"{value:.8f}".rstrip("0").partition(".")[2])
    return cells.n(key, str(decimals))
