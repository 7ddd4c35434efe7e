import re
import signal
import sys

import pytest

from stages.shared.layout import Layout
from tests.support.tiny import LONGEST, copy_finished, edit, running, stage, unscored
from tests.support.waiting import until

MODEL = "vae-04"


def outputs(folder):
    return [Layout(folder).scores(MODEL)]


def pieces(folder):
    return list(Layout(folder).unfinished_scores(MODEL).rglob("*.parquet"))


def kill_after_a_piece(folder):
    """How a scorer ended that was killed as soon as some images were on disk."""
    with running(folder, sys.executable, "-m", "stages.score", MODEL) as scorer:
        until(lambda: pieces(folder) or scorer.poll() is not None, pause=0.01)
        scorer.send_signal(signal.SIGKILL)
        scorer.communicate(timeout=LONGEST)
    return scorer.returncode


@pytest.fixture(scope="module")
def killed(finished, once):
    """Scoring that is killed, then scoring of a changed study, then of the first one again."""

    def make(folder):
        unscored(copy_finished(finished, folder), MODEL)
        facts = {"killed": kill_after_a_piece(folder), "pieces": len(pieces(folder))}
        facts["outputs"] = sum(path.exists() for path in outputs(folder))
        edit(folder / "params.yaml", "  draws: 640 ", "  draws: 64 ")
        aside = Layout(folder).unfinished_scores(MODEL)
        copy_finished(aside, folder / "aside")
        facts["changed"] = stage(folder, "score", MODEL).stderr
        facts["same"] = [
            path.read_bytes() == (finished / path.relative_to(folder)).read_bytes() for path in outputs(folder)
        ]
        copy_finished(folder / "aside", aside)
        edit(folder / "params.yaml", "  draws: 64 ", "  draws: 640 ")
        facts["resumed"] = stage(folder, "score", MODEL).stderr
        return facts

    return once("killed scoring", make)


def first_count(said):
    return int(re.search(rf"{MODEL}: (\d+)/1797 images", said)[1])


def test_a_killed_scorer_leaves_finished_images_and_no_table(killed):
    facts = killed[1]
    assert [facts["killed"], facts["pieces"], facts["outputs"]] == [-signal.SIGKILL, 1, 0]


def test_scoring_goes_on_after_the_finished_images_and_ends_with_the_same_bytes(killed, scored_alone):
    folder, facts = killed
    other, (_, said) = scored_alone
    assert first_count(facts["resumed"]) == 1024
    assert first_count(said) < 1024
    for ours, theirs in zip(outputs(folder), outputs(other), strict=True):
        assert ours.read_bytes() == theirs.read_bytes()
    assert pieces(folder) == []


def test_finished_images_of_another_study_are_not_picked_up(killed):
    facts = killed[1]
    assert first_count(facts["changed"]) < 1024
    assert facts["same"] == [True]
