import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm, ttest_ind

from pipeline.numbers.bayes import predict
from pipeline.numbers.classify import classify_numbers, gain_over_runs, one_term, runs_of
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
        assert numbers[f"{key}.accuracy_percent.value"] == pytest.approx(100 * part["correct"].mean())
        assert (
            numbers[f"{key}.accuracy_percent.low"]
            <= numbers[f"{key}.accuracy_percent.value"]
            <= numbers[f"{key}.accuracy_percent.high"]
        )
        assert numbers[f"{key}.given"] - numbers[f"{key}.mixture"] == pytest.approx(numbers[f"{key}.worth"])
        excess = 100 * part["confidence"].mean() - numbers[f"{key}.accuracy_percent.value"]
        assert numbers[f"{key}.overconfidence_percent.value"] == pytest.approx(excess)


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
    assert numbers[f"{key}.low"] < numbers["test.accuracy_percent.high"]
    assert numbers[f"{key}_over_test.value"] == pytest.approx(1.5)
    assert [numbers[f"{key}_over_test.{end}"] for end in ("low", "high")] == pytest.approx([0.05, 2.47], abs=0.01)
    same = accuracies(488)
    assert same[f"{key}_over_test.low"] < 0 < same[f"{key}_over_test.high"]
    assert not [name for name in numbers if name.startswith("test.accuracy_percent_over")]


def run(level, rng, images=200):
    """Log likelihoods of one training run: images differ much, and the run has a level of its own."""
    return level + np.linspace(-20, 20, images) + rng.normal(0, 0.1, images)


def test_a_gain_that_images_resolve_need_not_be_resolved_over_runs():
    rng, images = np.random.default_rng(0), 200
    levels = {"labelled": [-79.0, -80.4, -80.6], "unlabelled": [-80.0, -80.3, -79.4]}
    runs = {kind: [run(level, rng) for level in found] for kind, found in levels.items()}
    labelled = [pd.Series(one) for one in runs["labelled"]]
    unlabelled = [
        pd.DataFrame({"id": np.arange(images)[::-1], "log_likelihood": one[::-1]}) for one in runs["unlabelled"]
    ]
    gain = runs["labelled"][0] - runs["unlabelled"][0]
    assert gain.mean() > 10 * gain.std() / np.sqrt(images)
    found = gain_over_runs(labelled, unlabelled, 0.95)
    means = [[one.mean() for one in runs[kind]] for kind in ("labelled", "unlabelled")]
    interval = ttest_ind(*means, equal_var=False).confidence_interval(0.95)
    assert found.value == pytest.approx(np.mean(means[0]) - np.mean(means[1]))
    assert (found.low, found.high) == pytest.approx((interval.low, interval.high))
    assert found.low < 0 < found.high
    for few in ((labelled[:1], unlabelled), (labelled, unlabelled[:1])):
        assert gain_over_runs(*few, 0.95) is None


def test_one_term_of_the_sum_bounds_the_gain_over_runs_from_below():
    rng, images = np.random.default_rng(0), 200
    labelled = [run(level, rng) for level in (-79.0, -80.4, -80.6)]
    unlabelled = [run(level, rng) for level in (-80.0, -80.3, -79.4)]
    given, plain = (
        [pd.DataFrame({"id": np.arange(images), "label": 0, "subset": "test", "log_likelihood": one}) for one in runs]
        for runs in (labelled, unlabelled)
    )
    table = classified(images, images, "test", pulled=1)
    prior = table.groupby("given_label")["prior"].first()
    found = gain_over_runs([one_term(one, prior) for one in given], plain, 0.95)
    means = [[one.mean() + shift for one in runs] for runs, shift in ((labelled, np.log(0.5)), (unlabelled, 0))]
    interval = ttest_ind(*means, equal_var=False).confidence_interval(0.95)
    assert (found.low, found.high) == pytest.approx((interval.low, interval.high))
    whole = predict(table.assign(log_likelihood=np.stack([labelled[0], labelled[0] - 1], axis=1).ravel()))["mixture"]
    assert (labelled[0] + np.log(0.5) < whole).all()


def test_runs_are_models_that_differ_in_the_seed_alone(study):
    one = study.models["cvae-20"].model_copy(update={"seed": 1})
    params = study.params.model_copy(update={"models": study.params.models | {"cvae-20-seed-1": one}})
    table = study.tables.classified["cvae-20"]
    scores = study.tables.scores | {"cvae-20-seed-1": study.tables.scores["cvae-20"]}
    numbers = classify_numbers(params, {"cvae-20": table, "cvae-20-seed-1": table}, scores)
    runs = [runs_of(params, name, scores) for name in ("cvae-20", "vae-20")]
    assert [len(tables) for tables in runs] == [2, 3]
    assert "cvae-20.classify.gain_over_runs_least.value" in numbers
    assert not [key for key in numbers if "seed-1" in key]


def test_the_gain_is_over_the_model_without_labels_on_the_same_images(study):
    numbers, found = numbers_of(study), predict(study.tables.classified["cvae-20"])
    test = found[found["subset"] == "test"].set_index("id")
    plain = study.tables.scores["vae-20"].set_index("id").loc[test.index, "log_likelihood"]
    gain = test["mixture"] - plain
    half = norm.ppf(0.975) * gain.std() / np.sqrt(len(gain))
    assert numbers["cvae-20.classify.against"] == "vae-20"
    assert numbers["cvae-20.classify.test.gain.value"] == pytest.approx(gain.mean())
    assert numbers["cvae-20.classify.test.gain.low"] == pytest.approx(gain.mean() - half)
    assert numbers["cvae-20.classify.test.gain.high"] == pytest.approx(gain.mean() + half)


def test_worth_and_gain_add_up_to_the_difference(study):
    numbers, scores = numbers_of(study), study.tables.scores["vae-20"]
    found = label_worth(study.tables.classified["cvae-20"], scores)
    test = found[found["subset"] == "test"]
    key = "cvae-20.classify.test"
    assert numbers[f"{key}.worth"] + numbers[f"{key}.gain.value"] == pytest.approx(numbers[f"{key}.difference"])
    assert numbers[f"{key}.worth"] <= numbers[f"{key}.label_ceiling"]
    assert numbers[f"{key}.worth"] == pytest.approx(test["worth"].mean())


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
    assert numbers[f"{key}.accuracy_percent.value"] == pytest.approx(100 * (right - even["correct"].mean()))
    assert numbers[f"{key}.accuracy_percent.value"] < 0
    assert numbers[f"{key}.worth.high"] < 0
    assert not [one for one in numbers_of(study) if "contrast" in one]


@pytest.mark.parametrize(
    "change",
    [{"binarisation": "threshold"}, {"label": "one-hot", "encoder_sees_label": True}, {"latent_dim": 9}, {"epochs": 9}],
)
def test_there_is_no_gain_over_a_model_of_another_variable(study, change):
    numbers = numbers_of(study, **{"vae-20": study.models["vae-20"].model_copy(update=change)})
    assert "cvae-20.classify.test.mixture" in numbers
    assert not [key for key in numbers if "gain" in key or "against" in key]


def test_intervals_are_of_the_confidence_of_the_parameters(study):
    def width(confidence):
        intervals = PARAMS.intervals.model_copy(update={"confidence": confidence})
        params = PARAMS.model_copy(update={"models": study.models, "intervals": intervals})
        numbers = classify_numbers(params, study.tables.classified, study.tables.scores)
        return numbers["cvae-20.classify.test.gain.high"] - numbers["cvae-20.classify.test.gain.low"]

    assert width(0.99) / width(0.5) == pytest.approx(norm.ppf(0.995) / norm.ppf(0.75))
