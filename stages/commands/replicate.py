"""`make replicate SEED=1`: run the study once more under another seed, and compare the verdicts of all claims.

The images, the split and the binary images are the same, since `data_seed` is. The replication runs in a folder of its
own, `.replicate/seed-1`, up to its numbers; what the study's cache holds is not computed again.
"""

import shutil

from pipeline.config import load_params
from pipeline.core.errors import DataError, ParameterError
from pipeline.core.storage import explain_storage, read_json, write_json
from pipeline.numbers.claims import Claim, compare_studies, read_claims, verdicts
from stages.commands.only_study import only_study
from stages.commands.sandbox import make_sandbox
from stages.commands.study import dvc, jobs_for, report_stage, run_study
from stages.shared.command import run
from stages.shared.layout import Layout

Claims = dict[str, Claim]


def main(seed: str, layout: Layout) -> None:
    """Run what is left of the replication under this seed, write or extend replication.json, and render it.

    Raises:
        ParameterError: `seed` is not a number, or is the study's own.
        DataError: the study has no numbers to compare with.
        BusyError: this replication is at work already.
        StudyError: a stage failed; the same command continues.
    """
    params = load_params(layout.params)
    if not (seed.isascii() and seed.isdecimal()) or int(seed) == params.seed:
        raise ParameterError(
            f"SEED = {seed!r} is not a number other than the study's own seed, {params.seed}; "
            f"try `make replicate SEED={params.seed + 1}`"
        )
    if not layout.numbers.exists():
        raise DataError(f"{layout.numbers} is missing; run `make study` first")
    with only_study(Layout(layout.root / ".replicate" / f"seed-{seed}")):
        replication = prepare(layout, int(seed))
        run_study(replication, jobs_for(params), report_stage, "summarise")

    study = verdicts(read_json(layout.numbers))
    found = verdicts(read_json(replication.numbers))
    replications = earlier_replications(layout, study) | {str(int(seed)): found}
    write_json(layout.replication, compare_studies(study, replications))
    print(summary(study, found))
    dvc(layout, "repro", "summarise", "report")


def prepare(layout: Layout, seed: int) -> Layout:
    """Copy the project to its folder for a seed, with a DVC project of its own that shares the cache.

    The first time dvc.lock is copied too, so that DVC knows what the cache holds.
    """
    target = Layout(layout.root / ".replicate" / f"seed-{seed}")
    make_sandbox(layout.root, target.root, {"seed": seed})
    if not (target.root / ".dvc").exists():
        with explain_storage(target.root, "copy to"):
            if (layout.root / "dvc.lock").exists():
                shutil.copy2(layout.root / "dvc.lock", target.root)
        dvc(target, "init", "--no-scm", "--quiet")
    dvc(target, "config", "core.analytics", "false")
    dvc(target, "config", "cache.dir", str((layout.root / dvc(layout, "cache", "dir").strip()).resolve()))
    return target


def earlier_replications(layout: Layout, study: Claims) -> dict[str, Claims]:
    """Return the claims of earlier replications by seed; none if they are of a study with other numbers."""
    content = read_json(layout.replication)
    try:
        if read_claims(content["study"]) == study:
            return {seed: read_claims(records) for seed, records in content["replications"].items()}
    except (KeyError, TypeError, ValueError) as error:
        raise DataError(f"{layout.replication}: not what `make replicate` writes; delete it") from error
    if content["replications"]:
        print(f"{layout.replication} is of other numbers of the study; it is written anew")
    return {}


def summary(study: Claims, found: Claims) -> str:
    """Return how many claims agree, and in a line each those that do not."""
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
