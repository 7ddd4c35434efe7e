"""`make part MODELS="vae-04 vae-20"`: run the stages of some models, and push the results for other machines.

Several machines, each with a copy of the project, share a study by DVC's run cache in a remote that all of them reach:
each runs its part, and the last one `make whole`. What any of them has finished, none computes again.
"""

from functools import partial

from pipeline.config import load_params
from pipeline.core.errors import ParameterError
from stages.commands.only_study import only_study
from stages.commands.study import chains, dvc, jobs_for, report_stage, reproduce, run_chains
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
    if not dvc(layout, "config", "core.remote").strip():
        raise ParameterError(
            "there is no remote to put results into; name one, such as a folder that all machines see: "
            "`dvc remote add --local -d store /path/or/s3://bucket`"
        )
    step, jobs = partial(reproduce_and_push, layout), jobs_for(params)
    with only_study(layout):
        run_chains([["download", "split"]], 1, step)
        run_chains([chain for chain in chains(layout) if chain[0].partition("@")[2] in names], jobs, step)


def reproduce_and_push(layout: Layout, stage: str, row: str) -> None:
    """Bring a stage up to date, with what the remote has of it, and push its results.

    Args:
        layout: of the project.
        stage: its name.
        row: the line of the terminal for its progress.

    Raises:
        StudyError: the stage failed, or its results could not be pushed.
    """
    reproduce(layout, report_stage, stage, row, pull=True)
    dvc(layout, "push", "--run-cache", stage)


if __name__ == "__main__":
    run(main, "MODELS")
