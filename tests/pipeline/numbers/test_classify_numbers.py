import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm, ttest_ind

from pipeline.likelihood.subset_means import trustworthy
from pipeline.numbers.bayes import predict
from pipeline.numbers.classify import classify_numbers, gain_over_runs
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
        assert numbers[f"{key}.summing"] == pytest.approx(-np.log(part["confidence"]).mean())
        excess = 100 * part["confidence"].mean() - numbers[f"{key}.accuracy_percent"]
        assert numbers[f"{key}.overconfidence_percent"] == pytest.approx(excess)


def classified(right, images, subset, first=0, pulled=5.0):
    """Scores of images of class 0 under two labels, of which `right` images are likelier under their own."""
    ahead = np.where(np.arange(images) < right, pulled, -pulled)
    return pd.DataFrame(
        {
            "id": np.repeat(first + np.arange(images), 2),
            "subset": subset,
            "region": "centre",
            "label": 0,
            "given_label": np.tile([0, 1], images),
            "prior": 0.5,
            "log_likelihood": np.stack([-80 + ahead / 2, -80 - ahead / 2], axis=1).ravel(),
            "standard_error": 0.1,
            "pareto_k": 0.3,
            "draws": 256,
        }
    )


def accuracies(right_in_tail):
    """Numbers of a classifier that is right on 1,950 of 2,000 test images and on some of 500 images of a tail."""
    table = pd.concat([classified(1950, 2000, "test"), classified(right_in_tail, 500, "pc1-high", first=5000)])
    numbers = classify_numbers(PARAMS, {"cvae-20": table}, {})
    return {key.removeprefix("cvae-20.classify."): value for key, value in numbers.items()}


def test_accuracies_whose_intervals_overlap_can_differ_beyond_chance():
    numbers, key = accuracies(495), "pc1-high.accuracy_percent"
    assert numbers[f"{key}_low"] < numbers["test.accuracy_percent_high"]
    assert numbers[f"{key}_over_test"] == pytest.approx(1.5)
    assert [numbers[f"{key}_over_test_{end}"] for end in ("low", "high")] == pytest.approx([0.05, 2.47], abs=0.01)
    same = accuracies(488)
    assert same[f"{key}_over_test_low"] < 0 < same[f"{key}_over_test_high"]
    assert not [name for name in numbers if name.startswith("test.accuracy_percent_over")]


def run(level, rng, images=200):
    """Log likelihoods of one training run: images differ much, and the run has a level of its own."""
    return level + np.linspace(-20, 20, images) + rng.normal(0, 0.1, images)


def test_a_gain_that_images_resolve_need_not_be_resolved_over_runs():
    rng, images = np.random.default_rng(0), 200
    levels = {"labelled": [-79.0, -80.4, -80.6], "unlabelled": [-80.0, -80.3, -79.4]}
    runs = {kind: [run(level, rng) for level in found] for kind, found in levels.items()}
    labelled = [
        classified(images, images, "test", pulled=40).assign(log_likelihood=np.stack([one, one - 40], axis=1).ravel())
        for one in runs["labelled"]
    ]
    unlabelled = [
        pd.DataFrame({"id": np.arange(images)[::-1], "log_likelihood": one[::-1]}) for one in runs["unlabelled"]
    ]
    gain = runs["labelled"][0] + np.log(0.5) - runs["unlabelled"][0]
    assert gain.mean() > 10 * gain.std() / np.sqrt(images)
    found = gain_over_runs(labelled, unlabelled, 0.95)
    means = [
        [one.mean() + shift for one in runs[kind]] for kind, shift in (("labelled", np.log(0.5)), ("unlabelled", 0))
    ]
    interval = ttest_ind(*means, equal_var=False).confidence_interval(0.95)
    assert found["gain_over_runs"] == pytest.approx(np.mean(means[0]) - np.mean(means[1]))
    assert (found["gain_over_runs_low"], found["gain_over_runs_high"]) == pytest.approx((interval.low, interval.high))
    assert found["gain_over_runs_low"] < 0 < found["gain_over_runs_high"]
    for few in ((labelled[:1], unlabelled), (labelled, unlabelled[:1])):
        assert "gain_over_runs" not in gain_over_runs(*few, 0.95)


def test_runs_are_models_that_differ_in_the_seed_alone(study):
    one = study.models["cvae-20"].model_copy(update={"seed": 1})
    params = study.params.model_copy(update={"models": study.params.models | {"cvae-20-seed-1": one}})
    table = study.tables.classified["cvae-20"]
    numbers = classify_numbers(params, {"cvae-20": table, "cvae-20-seed-1": table}, study.tables.scores)
    assert (numbers["cvae-20.classify.runs_labelled"], numbers["cvae-20.classify.runs_unlabelled"]) == (2, 3)
    assert "cvae-20.classify.gain_over_runs" in numbers
    assert not [key for key in numbers if "seed-1" in key]


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
    rest = test["gain"] - test["worth"]
    half = norm.ppf(0.975) * rest.std() / np.sqrt(len(rest))
    assert numbers[f"{key}.gain_over_worth_low"] == pytest.approx(rest.mean() - half)
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
