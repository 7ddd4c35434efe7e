"""Read what the study and its replications found, for the stages that make figures and numbers from it."""

from pathlib import Path

from pipeline.config import Params
from pipeline.core.errors import DataError
from pipeline.core.storage import Arrays, read_arrays, read_json
from pipeline.core.tables import HISTORY, read_by_model, read_split, read_table
from pipeline.data.images import read_images
from pipeline.investigations.classify.tables import CLASSIFIED
from pipeline.investigations.compare.tables import DIMENSIONS, EFFECTS, PAIRS
from pipeline.investigations.decompose.tables import read_decomposition
from pipeline.investigations.diagnose.tables import DIAGNOSIS, unflatten
from pipeline.investigations.regress.tables import read_regression
from pipeline.investigations.sample.arrays import by_kind
from pipeline.likelihood.score_tables import SCORES
from pipeline.numbers.claims import Claim, read_claims
from pipeline.numbers.results import Results
from pipeline.validation.certify.tables import CERTIFIED
from pipeline.validation.validate.tables import METHOD_ESTIMATES
from stages.shared.layout import Layout

Claims = dict[str, Claim]


def read_results(params: Params, layout: Layout) -> Results:
    """Read everything that the stages before `plot` and `summarise` found.

    Args:
        params: with the roles of the models.
        layout: where the stages left what they found.

    Raises:
        DataError: a file is missing, broken, or about other images.
    """
    images, gathered = read_images(layout.images), layout.gathered
    latent: dict[str, Arrays] = {}
    for key, values in read_arrays(gathered("latent.npz")).items():
        model, name = key.split(".")
        latent.setdefault(model, {})[name] = values
    diagnoses = read_by_model(gathered("diagnosis.parquet"), DIAGNOSIS)
    return Results(
        images=images,
        split=read_split(layout.split, images.id),
        histories=read_by_model(gathered("history.parquet"), HISTORY),
        scores=read_by_model(gathered("scores.parquet"), SCORES),
        certified=read_by_model(gathered("certificates.parquet"), CERTIFIED),
        estimated=read_by_model(gathered("validation.parquet"), METHOD_ESTIMATES),
        classified=read_by_model(gathered("classification.parquet"), CLASSIFIED),
        diagnosed={name: unflatten(table) for name, table in diagnoses.items()},
        latent=latent,
        samples=by_kind(read_arrays(gathered("samples.npz")), params.roles.middle),
        decomposition=read_decomposition(params.roles.middle, layout.decomposition),
        pairs=read_table(layout.pairs, PAIRS),
        dimensions=read_table(layout.dimensions, DIMENSIONS),
        effects=read_table(layout.effects, EFFECTS),
        regression=read_regression(layout.regression),
    )


def read_replications(path: Path) -> tuple[Claims, dict[str, Claims]]:
    """Read replication.json, which `make replicate` writes; without the file there are no replications.

    Returns:
        The claims of the study with which the replications were compared, and those of each replication, by its seed.

    Raises:
        DataError: the file holds something else.
    """
    content = read_json(path) if path.exists() else {"study": {}, "replications": {}}
    try:
        study, others = read_claims(content["study"]), content["replications"]
        return study, {seed: read_claims(records) for seed, records in others.items()}
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise DataError(f"{path}: not what `make replicate` writes; `git checkout {path}` restores it") from error
