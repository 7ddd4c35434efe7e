"""`make replicate SEED=1`: run the study once more under another seed, and compare the verdicts of all claims.

The images, the split and the binary images are the same, since `data_seed` is. The replication runs in a folder of its
own, `.replicate/seed-1`, up to its numbers; what the study's cache holds is not computed again.
"""

import os
import shutil

from pipeline.config import load_params
from pipeline.core.errors import DataError, ParameterError
from pipeline.core.storage import explain_storage, read_json, write_json
from pipeline.numbers.claims import compare_studies, verdicts
from stages.commands.only_study import only_study
from stages.commands.sandbox import make_sandbox
from stages.commands.study import cache_folder, dvc, jobs_for, report_stage, run_study
from stages.shared.command import run
from stages.shared.layout import Layout
from stages.shared.results import Claims, read_replications


def main(seed: str, layout: Layout) -> None:
    """Run what is left of the replication under this seed, write or extend replication.json, and render it.

    Args:
        seed: of the replication, in decimal digits.
        layout: of the study.

    Raises:
        ParameterError: `seed` is not a whole number, or is the study's own.
        DataError: the study was not run here, or replication.json is not what this command writes.
        BusyError: this replication is at work already.
        StudyError: a stage failed; the same command continues.
    """
    params = load_params(layout.params)
    if not (seed.isascii() and seed.isdecimal()) or int(seed) == params.seed:
        raise ParameterError(
            f"SEED must be a whole number other than {params.seed}, the seed of the study, not {seed!r}; "
            f"try `make replicate SEED={params.seed + 1}`"
        )
    for file in (layout.gathered("scores.parquet"), layout.numbers):  # a fresh clone has the numbers alone
        if not file.exists():
            raise DataError(f"{file} is missing; run `make study` first")
    read_replications(layout.replication)  # so that a fault in it is told now, and not after hours
    os.environ["DVC_ROOT"] = str(layout.root.absolute())  # where a relative $DATASET_MIRROR starts; DVC keeps it
    replication = Layout(layout.root / ".replicate" / f"seed-{int(seed)}")
    with only_study(replication):
        print(f"the replication runs in {replication.root}", flush=True)
        prepare(layout, replication, int(seed))
        run_study(replication, jobs_for(params), report_stage, "summarise")

    study = verdicts(read_json(layout.numbers))
    found = verdicts(read_json(replication.numbers))
    replications = earlier_replications(layout, study) | {str(int(seed)): found}
    write_json(layout.replication, compare_studies(study, replications))
    print(summary(study, found), flush=True)
    dvc(layout, "repro", "report", show=True)


def prepare(layout: Layout, target: Layout, seed: int) -> None:
    """Copy the project to the folder of its replication, with a DVC project of its own that shares the cache.

    The first time dvc.lock is copied too, so that DVC finds in the cache what the study has made already.

    Returns:
        The layout of the copy.

    Raises:
        StorageError: the copy cannot be written.
        StudyError: DVC failed.
    """
    make_sandbox(layout.root, target.root, {"seed": seed})
    if not (target.root / ".dvc").exists():
        with explain_storage(target.root, "copy to"):
            if (layout.root / "dvc.lock").exists():
                shutil.copy2(layout.root / "dvc.lock", target.root)
        dvc(target, "init", "--no-scm", "--quiet")
    dvc(target, "config", "core.analytics", "false")
    dvc(target, "config", "cache.dir", str(cache_folder(layout)))


def earlier_replications(layout: Layout, study: Claims) -> dict[str, Claims]:
    """Return the claims of earlier replications by seed; none if they belong to earlier results of the study.

    Args:
        layout: of the study.
        study: its claims, by name.

    Raises:
        DataError: replication.json is not what `make replicate` writes.
    """
    replicated, replications = read_replications(layout.replication)
    if replicated == study:
        return replications
    if replications:
        print(f"{layout.replication} belongs to earlier results of the study; replacing it")
    return {}


def summary(study: Claims, found: Claims) -> str:
    """Return how many verdicts agree, and in a line each those that do not.

    Args:
        study: the claims of the study, by name.
        found: those of the replication.
    """
    names = list(dict.fromkeys([*study, *found]))
    other = [name for name in names if not (name in study and study[name].agrees(found.get(name)))]
    lines = [
        f"{len(names) - len(other)} of {len(names)} verdicts agree",
        *(f"  {name}: {as_words(study, name)}; {as_words(found, name)}" for name in other),
    ]
    return "\n".join(lines)


def as_words(claims: Claims, name: str) -> str:
    """Return the verdict, estimate and interval of a claim in words."""
    if name not in claims:
        return "not made"
    claim = claims[name]
    return f"{claim.verdict}, {claim.estimate:.3g} ({claim.low:.3g} to {claim.high:.3g}) {claim.unit}"


if __name__ == "__main__":
    run(main, "SEED")
