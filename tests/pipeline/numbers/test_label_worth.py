import numpy as np
import pandas as pd
import pytest
from scipy.special import logsumexp

from pipeline.numbers.bayes import posterior, predict
from pipeline.numbers.decisions import decisions, posterior_error, undecided
from pipeline.numbers.worth import label_worth

RNG = np.random.default_rng(0)
PRIOR = np.array([0.5, 0.3, 0.2])


def table(log_likelihood, label, error=0.1, prior=PRIOR, pareto_k=0.3):
    """Likelihoods of images under each of three labels, as the stage `classify` writes them."""
    images, labels = log_likelihood.shape
    return pd.DataFrame(
        {
            "id": np.repeat(np.arange(images), labels),
            "subset": "test",
            "region": "centre",
            "label": np.repeat(label, labels),
            "given_label": np.tile(np.arange(labels), images),
            "prior": np.tile(prior, images),
            "log_likelihood": log_likelihood.ravel(),
            "standard_error": error,
            "pareto_k": pareto_k,
            "draws": 256,
        }
    )


def test_the_difference_is_the_labels_worth_and_the_densitys_gain():
    log_likelihood, label = RNG.normal(-80, 3, (40, 3)), RNG.integers(0, 3, 40)
    plain = pd.DataFrame({"id": np.arange(40)[::-1], "log_likelihood": RNG.normal(-80, 3, 40)})
    found = label_worth(table(log_likelihood, label), plain)
    given = log_likelihood[np.arange(40), label]
    other = plain.sort_values("id")["log_likelihood"].to_numpy()
    assert found["difference"].to_numpy() == pytest.approx(given - other)
    assert (found["worth"] + found["gain"]).to_numpy() == pytest.approx(given - other)
    assert found["gain"].to_numpy() == pytest.approx(logsumexp(log_likelihood, b=PRIOR, axis=1) - other)


def test_the_worth_follows_bayes_rule_and_has_an_upper_but_no_lower_limit():
    label = RNG.integers(0, 3, 500)
    log_likelihood = RNG.normal(-80, 9, (500, 3))
    found = label_worth(table(log_likelihood, label), None)
    share = posterior(log_likelihood, PRIOR)[np.arange(500), label]
    assert found["worth"].to_numpy() == pytest.approx(np.log(share) - np.log(PRIOR)[label])
    assert found["ceiling"].to_numpy() == pytest.approx(-np.log(PRIOR)[label])
    assert (found["worth"] <= found["ceiling"] + 1e-9).all()
    assert found["worth"].min() < -10
    log_loss = -np.log(share).mean()
    assert found["worth"].mean() == pytest.approx(found["ceiling"].mean() - log_loss)
    assert "gain" not in found


def test_a_label_without_information_has_worth_zero():
    same = np.repeat(RNG.normal(-80, 3, (20, 1)), 3, axis=1)
    assert label_worth(table(same, np.zeros(20, int)), None)["worth"].to_numpy() == pytest.approx(np.zeros(20))


def test_the_posteriors_error_is_its_spread_under_noise():
    log_likelihood, error = np.array([[-80.0, -81.0, -82.0]]), np.array([[0.05, 0.1, 0.02]])
    noisy = log_likelihood + error * RNG.normal(size=(200_000, 3))
    spread = posterior(noisy, PRIOR).std(axis=0)
    assert posterior_error(posterior(log_likelihood, PRIOR), error)[0] == pytest.approx(spread, rel=0.03)


def test_a_decision_is_undecided_within_two_joint_standard_errors_of_any_label():
    joint = np.array([[0.0, -0.5, -9.0], [0.0, -0.5, -0.9], [0.0, -0.5, -0.9], [0.0, -np.inf, -np.inf]])
    error = np.array([[0.15, 0.21, 9.0], [0.1, 0.1, 0.1], [0.3, 0.01, 0.4], [0.1, 0.1, 0.1]])
    assert undecided(joint, error).tolist() == [True, False, True, False]
    assert undecided(np.array([[0.0, -0.5]]), np.array([[0.15, 0.19]])).tolist() == [False]


def test_odds_are_against_the_true_label_and_zero_where_it_is_predicted():
    log_likelihood = np.array([[-80.0, -90.0, -95.0], [-80.0, -90.0, -95.0]])
    found = decisions(table(log_likelihood, np.array([0, 1]), prior=np.full(3, 1 / 3)))
    assert found["odds"].tolist() == pytest.approx([0, 10])
    assert found["undecided"].tolist() == [False, False]


def test_decisions_agree_with_predictions():
    whole = table(RNG.normal(-80, 3, (60, 3)), RNG.integers(0, 3, 60)).sample(frac=1, random_state=1)
    found = predict(whole).merge(decisions(whole), on="id")
    assert ((found["odds"] > 0) == ~found["correct"]).all()
