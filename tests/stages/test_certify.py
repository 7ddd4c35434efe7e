import json

import pytest

from pipeline.core.tables import write_table
from pipeline.likelihood.score_tables import SCORES, read_scores
from pipeline.validation.certify.tables import SIMULATED, read_certified
from stages.shared.layout import Layout


@pytest.fixture
def contradicted(project, run_stage):
    """A project in which annealing contradicts every score of one model, and the outcome of certifying it."""
    layout = Layout(project)
    scores = read_scores(layout.scores("vae-04"))
    write_table(layout.scores("vae-04"), scores.assign(log_likelihood=-1000.0, standard_error=0.01), SCORES)
    return layout, run_stage(project, "certify", "vae-04")


def test_contradictions_are_results_and_no_failure(contradicted, run_stage):
    layout, (code, said) = contradicted
    assert (code, "Traceback" in said) == (0, False)
    table = read_certified(layout.certificate("vae-04"))
    real = table[table["subset"] != SIMULATED]
    images = {method: real.loc[real["method"] == method, "id"].tolist() for method in ("annealing", "annealing-again")}
    assert len(images["annealing"]) == 14
    assert images["annealing-again"] == images["annealing"]
    for stage in ("gather", "summarise"):
        assert run_stage(layout.root, stage)[0] == 0
    numbers = json.loads(layout.numbers.read_text(encoding="utf-8"))
    assert numbers["certificate.vae-04.real.score.annealing.contradictions"] == 14
    disputed = {key for key in numbers if key.startswith("certificate.vae-04.contradictory.") and key.endswith(".id")}
    assert len(disputed) >= 14
