import numpy as np
import pytest
from scipy.stats import norm

from pipeline.likelihood.subset_means import trustworthy
from pipeline.numbers.bayes import predict
from pipeline.numbers.classify import classify_numbers
from pipeline.numbers.worth import label_worth
from tests.support.parameters import PARAMS


def numbers_of(study, **models):
    params = PARAMS.model_copy(update={"models": study.models | models})
    return classify_numbers(params, study.tables.classified, study.tables.scores)


def test_numbers_are_those_of_the_predictions_of_each_subset(study):
    numbers, found = numbers_of(study), predict(study.tables.classified["cvae-20"])
    for name, part in found.groupby("subset", observed=True):
        key = f"cvae-20.classify.{name}"
        assert numbers[f"{key}.images"] == len(part)
        assert numbers[f"{key}.accuracy_percent"] == pytest.approx(100 * part["correct"].mean())
        assert (
            numbers[f"{key}.accuracy_percent_low"]
            <= numbers[f"{key}.accuracy_percent"]
            <= numbers[f"{key}.accuracy_percent_high"]
        )
        assert numbers[f"{key}.given"] - numbers[f"{key}.mixture"] == pytest.approx(numbers[f"{key}.worth"])
        assert numbers[f"{key}.wrong"] == (~part["correct"]).sum() >= numbers[f"{key}.undecided_wrong"]
        error = np.sqrt((part["standard_error"] ** 2).sum()) / len(part)
        assert numbers[f"{key}.monte_carlo_error"] == pytest.approx(error)
        excess = 100 * part["confidence"].mean() - numbers[f"{key}.accuracy_percent"]
        assert numbers[f"{key}.overconfidence_percent"] == pytest.approx(excess)


def test_the_distrusted_share_is_that_of_the_importance_weights(study):
    numbers, table = numbers_of(study), study.tables.classified["cvae-20"]
    doubted = 100 * ~trustworthy(table)
    assert numbers["cvae-20.classify.distrusted_percent"] == pytest.approx(doubted.mean())
    given = doubted[table["given_label"] == table["label"]].mean()
    assert numbers["cvae-20.classify.distrusted_percent_given"] == pytest.approx(given)


def test_the_gain_is_over_the_model_without_labels_on_the_same_images(study):
    numbers, found = numbers_of(study), predict(study.tables.classified["cvae-20"])
    test = found[found["subset"] == "test"].set_index("id")
    plain = study.tables.scores["vae-20"].set_index("id").loc[test.index, "log_likelihood"]
    gain = test["mixture"] - plain
    half = norm.ppf(0.975) * gain.std() / np.sqrt(len(gain))
    assert numbers["cvae-20.classify.against"] == "vae-20"
    assert numbers["cvae-20.classify.test.gain"] == pytest.approx(gain.mean())
    assert numbers["cvae-20.classify.test.gain_low"] == pytest.approx(gain.mean() - half)
    assert numbers["cvae-20.classify.test.gain_high"] == pytest.approx(gain.mean() + half)


def test_worth_and_gain_add_up_to_the_difference_by_subset_and_by_label(study):
    numbers, scores = numbers_of(study), study.tables.scores["vae-20"]
    found = label_worth(study.tables.classified["cvae-20"], scores)
    test = found[found["subset"] == "test"]
    key = "cvae-20.classify.test"
    assert numbers[f"{key}.worth"] + numbers[f"{key}.gain"] == pytest.approx(numbers[f"{key}.difference"])
    assert numbers[f"{key}.worth"] <= numbers[f"{key}.label_ceiling"]
    assert numbers[f"{key}.worth_below_zero"] == (test["worth"] < 0).sum()
    assert numbers[f"{key}.least_worth"] == test["worth"].min()
    for label, part in test.groupby("label"):
        assert numbers[f"{key}.label_{label}.gain"] == pytest.approx(part["gain"].mean())


def test_classifiers_of_few_and_many_dimensions_are_compared_on_the_same_images(study):
    few = study.models["cvae-20"].model_copy(update={"latent_dim": 4})
    table = study.tables.classified["cvae-20"]
    worse = table.assign(log_likelihood=table["log_likelihood"] - 5.0 * (table["given_label"] == table["label"]))
    params = PARAMS.model_copy(update={"models": study.models | {"cvae-04": few}})
    classified = {"cvae-20": table, "cvae-04": worse[worse["id"] % 2 == 0]}
    numbers = classify_numbers(params, classified, study.tables.scores)
    key, even = "classify.contrast.test", predict(table).query("subset == 'test' and id % 2 == 0")
    assert (numbers["classify.contrast.few"], numbers["classify.contrast.many"]) == ("cvae-04", "cvae-20")
    assert numbers["cvae-04.classify.against"] == "vae-04"
    assert numbers[f"{key}.images"] == len(even)
    right = predict(worse).set_index("id").loc[even["id"], "correct"].mean()
    assert numbers[f"{key}.accuracy_percent"] == pytest.approx(100 * (right - even["correct"].mean()))
    assert numbers[f"{key}.accuracy_percent"] < 0
    assert numbers[f"{key}.worth_high"] < 0
    assert not [one for one in numbers_of(study) if "contrast" in one]


@pytest.mark.parametrize("change", [{"binarization": "threshold"}, {"conditional": True}, {"latent_dim": 9}])
def test_there_is_no_gain_over_a_model_of_another_variable(study, change):
    numbers = numbers_of(study, **{"vae-20": study.models["vae-20"].model_copy(update=change)})
    assert "cvae-20.classify.test.mixture" in numbers
    assert not [key for key in numbers if "gain" in key or "against" in key]


def test_intervals_are_of_the_confidence_of_the_parameters(study):
    def width(confidence):
        intervals = PARAMS.intervals.model_copy(update={"confidence": confidence})
        params = PARAMS.model_copy(update={"models": study.models, "intervals": intervals})
        numbers = classify_numbers(params, study.tables.classified, study.tables.scores)
        return numbers["cvae-20.classify.test.gain_high"] - numbers["cvae-20.classify.test.gain_low"]

    assert width(0.99) / width(0.5) == pytest.approx(norm.ppf(0.995) / norm.ppf(0.75))
