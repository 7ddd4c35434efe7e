import signal
import sys

from stages.layout import Layout
from tests.tiny import LONGEST, running


def test_killed_scoring_leaves_nothing_and_ends_the_same_when_run_again(finished, project, run_stage):
    layout = Layout(project)
    outputs = [layout.scores("vae-04"), layout.score_metrics("vae-04")]
    for path in outputs:
        path.unlink()
    with running(project, sys.executable, "-m", "stages.score", "vae-04") as scorer:
        assert "images" in scorer.stderr.readline()
        scorer.send_signal(signal.SIGKILL)
        scorer.communicate(timeout=LONGEST)
    assert scorer.returncode == -signal.SIGKILL
    assert not any(path.exists() for path in outputs)

    assert run_stage(project, "score", "vae-04")[0] == 0
    for path in outputs:
        assert path.read_bytes() == (finished / path.relative_to(project)).read_bytes()
