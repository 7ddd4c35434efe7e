"""Numbers of the same study, had it come out otherwise."""

from tests.support.quotes import changed

NAMED = ("models", "role.")


def opposite(numbers, value, low, high):
    """A quantity and the ends of its interval, given by their keys, with the other sign."""
    return {value: -numbers[value], low: -numbers[high], high: -numbers[low]}


def reworded(numbers):
    """Every number another one; words stay, where other words would ask for other figures."""
    kept = {key: value for key, value in numbers.items() if key.startswith(NAMED) or isinstance(value, str)}
    return {key: changed(value) for key, value in numbers.items()} | kept


def turned(numbers):
    """Every difference between models with the other sign."""
    found = dict(numbers)
    for key in [key for key in numbers if key.startswith("pair.") and key.endswith(".low")]:
        stem = key.removesuffix(".low")
        found |= opposite(numbers, f"{stem}.difference", key, f"{stem}.high")
    return found | {key: -numbers[key] for key in numbers if key.endswith(".annealing.mean_difference")}


def agreed(numbers):
    """No two methods apart on any image, nor on average."""
    kept = {
        key: value for key, value in numbers.items() if ".contradictory." not in key and ".annealing-again." not in key
    }
    return kept | {key: 0.001 for key in kept if key.endswith(".annealing.mean_difference")}


def undecided(numbers):
    """Every interval around zero, and the model that saw the tails compared with the middle one."""
    found = {key.replace("pair.vae-20-matched.vae-32.", "pair.vae-20-matched.vae-20."): numbers[key] for key in numbers}
    return (
        found
        | {key: -1.0 for key in found if key.endswith(".low")}
        | {key: 1.0 for key in found if key.endswith(".high")}
    )


def overtaken(numbers):
    """The mixture over digits better than the model that it is compared with, and the classifier too sure."""
    found = dict(numbers)
    for stem in (f"cvae-20.classify.test.{name}" for name in ("gain", "difference", "overconfidence_percent")):
        found |= opposite(numbers, stem, f"{stem}_low", f"{stem}_high")
    return found


def contrasted(sign):
    """Two classifiers that differ by `sign` in everything; only where it is negative do labels harm images."""
    words = {
        "classify.contrast.few": "cvae-04",
        "classify.contrast.many": "cvae-20",
        "classify.contrast.test.images": 99,
    }
    for quantity in ("accuracy_percent", "worth", "gain"):
        stem = f"classify.contrast.test.{quantity}"
        words |= {stem: 2.0 * sign, f"{stem}_low": 2.0 * sign - 1, f"{stem}_high": 2.0 * sign + 1}
    return lambda numbers: numbers | words | {"cvae-20.classify.test.worth_below_zero": 1 - sign}


def upset(numbers):
    """The means the way that stays in the shell, and the interpolated distribution the one that is less sure."""
    path = "sample.path"
    found = numbers | {f"{path}.means.inside_percent_middle": 101.0, f"{path}.means.entropy_gain": 0.0}
    found |= {f"{path}.coupled-means.entropy{end}": value for end, value in (("", 5.0), ("_low", 4.0), ("_high", 6.0))}
    return found


def downset(numbers):
    """The interpolated distribution in the shell, and the decoder surer on it."""
    path = "sample.path"
    found = numbers | {f"{path}.coupled.inside_percent_middle": 101.0, f"{path}.means.entropy_gain": 30.0}
    found |= {f"{path}.coupled-means.entropy{end}": -value for end, value in (("", 5.0), ("_low", 6.0), ("_high", 4.0))}
    return found


def filled(numbers):
    """Latent spaces without voids, fuller the longer they are trained, whose draws are likelier than real images."""
    found = dict(numbers)
    for key in [
        key.removesuffix(".value") for key in numbers if key.startswith("diagnose.") and key.endswith(".value")
    ]:
        if ".longer." in key or key.endswith(".gap"):
            found |= opposite(numbers, f"{key}.value", f"{key}.low", f"{key}.high")
        if key.endswith((".accuracy", ".moments", ".void.prior")) and ".longer." not in key:
            level = 0.0 if key.endswith("void.prior") else 50.0
            found |= {f"{key}.value": level, f"{key}.low": level - 0.4, f"{key}.high": level + 0.4}
    return found


def unexpected(numbers):
    """Other reasons for what is likely, and the likeliest digit's worst image below the unlikeliest's median."""
    likely, slope = numbers["decompose.likeliest.label"], "decompose.binarization_log_ratio.slope"
    most = numbers["decompose.draws.counts"].split()[-1]
    signs = {f"{slope}.low": 0.2, f"{slope}.high": 0.4, "decompose.gap.with_likelihood": 0.6}
    short = {f"decompose.draws.{most}.short.{end}": value for end, value in (("low", -2.0), ("high", -1.0))}
    entropy = {
        "decompose.likeliest.rank": 4,
        "decompose.alone.binarization_entropy.value": 98.0,
        f"decompose.label.{likely}.least": -900.0,
    }
    shares = {"decompose.share.rest.value": 0.1, "decompose.share.binarization.value": 20.0}
    return numbers | signs | short | entropy | shares


def rounded_too(numbers):
    """A study in which a model of thresholded images stands beside the middle one, and one of another seed."""
    names = {"decompose.other.binarization": "vae-20-threshold", "decompose.other.seed": "vae-20-seed-1"}
    return numbers | names | {"decompose.binarization.ceiling": 0.1}
