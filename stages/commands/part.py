"""`make part MODELS="vae-04 vae-20"`: run the stages of some models, and push the results for other machines.

Several machines, each with a copy of the project, share a study by DVC's run cache in a remote that all of them reach:
each runs its part, and the last one `make whole`. What any of them has finished, none computes again.
"""

import subprocess
from concurrent.futures import ThreadPoolExecutor
from itertools import count

from pipeline.config import load_params
from pipeline.core.errors import ParameterError, StudyError
from stages.commands.alone import alone
from stages.commands.study import DVC, OnStage, bring, chains, jobs_for, report_stage
from stages.shared.command import run
from stages.shared.layout import Layout


def main(models: str, layout: Layout) -> None:
    """Run the data's stages and then those of the models, $JOBS models at a time; each result is pushed at once.

    Args:
        models: names, with spaces between them; none for the data alone.
        layout: of the project.

    Raises:
        BusyError: a study, or DVC, is at work in this folder.
        ParameterError: a name is not that of a model, or there is no remote to push to.
        StudyError: a stage failed, or its results could not be pushed.
    """
    params = load_params(layout.params)
    names = models.split()
    for name in names:
        params.model(name)
    asked = ["dvc", "config", "core.remote"]
    if not subprocess.run(asked, cwd=layout.root, stdout=subprocess.PIPE, text=True, check=False).stdout.strip():
        raise ParameterError(
            "there is no remote to put results into; name one, such as a folder that all machines see: "
            "`dvc remote add --local -d store /path/or/s3://bucket`"
        )
    jobs, rows = jobs_for(params), count()
    with alone(layout), ThreadPoolExecutor(jobs) as pool:
        share(layout, ["download", "split"], "0", report_stage)
        own = [chain for chain in chains(layout) if chain[0].partition("@")[2] in names]
        list(pool.map(lambda chain: share(layout, chain, str(next(rows) % jobs), report_stage), own))


def share(layout: Layout, stages: list[str], row: str, on_stage: OnStage) -> None:
    """Bring stages up to date one after the other, with what the remote has of them, and push each one's results."""
    for stage in stages:
        bring(layout, stage, on_stage, row, pull=True)
        if subprocess.run([*DVC, "push", "--quiet", "--run-cache", stage], cwd=layout.root, check=False).returncode:
            raise StudyError(f"the results of {stage} could not be pushed; `dvc push --run-cache {stage}` says why")


if __name__ == "__main__":
    run(main, "MODELS")
