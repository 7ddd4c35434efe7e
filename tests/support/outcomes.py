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
    together = [f"certificate.together.{end}" for end in ("value", "low", "high")]
    return found | opposite(numbers, *together)


def agreed(numbers):
    """No two methods apart on any image, nor on average."""
    kept = {
        key: value for key, value in numbers.items() if ".contradictory." not in key and ".annealing-again." not in key
    }
    return kept | {
        f"certificate.together.{end}": value for end, value in (("value", 0.0), ("low", -0.1), ("high", 0.1))
    }


def undecided(numbers):
    """Every interval around zero."""
    ends = {".low": -1.0, ".high": 1.0}
    return numbers | {key: value for end, value in ends.items() for key in numbers if key.endswith(end)}


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


def steps(name, sign):
    """Return a quantity of sign `sign` with its interval."""
    return {name: 5.0 * sign, f"{name}_low": 5.0 * sign - 1, f"{name}_high": 5.0 * sign + 1}


def upset(numbers):
    """The means the way with the fewest voids, the great circle less sure, and the second step of noise dear."""
    found = {"path.best": "means", "path.next": "circle"} | steps("path.margin", 1)
    found |= steps("path.turned.entropy", 1) | steps("path.turned.void_percent", 1)
    return numbers | found | steps("vae-20.sample.noise.excess", 1)


def downset(numbers):
    """The great circle the way with the fewest voids and surer, and the second step of noise cheap."""
    found = {"path.best": "circle", "path.next": "means"} | steps("path.margin", 1)
    found |= steps("path.turned.entropy", -1) | steps("path.turned.void_percent", -1)
    return numbers | found | steps("vae-20.sample.noise.excess", -1)


def even(numbers):
    """No difference resolved between ways of interpolating, between steps of noise, and of norms from the prior's."""
    keys = ("path.margin", "path.turned.entropy", "path.turned.void_percent")
    found = {"diagnose.vae-04.norm.relative.low": 0.9, "diagnose.vae-04.norm.relative.high": 1.1}
    for key in (*keys, "vae-20.sample.noise.excess"):
        found |= {key: 0.1, f"{key}_low": -1.0, f"{key}_high": 1.2}
    return numbers | found


def rising(numbers):
    """A longest training that is likelier on test images than the one before."""
    return numbers | {
        f"diagnose.longer.vae-20.log_likelihood.{end}": value
        for end, value in (("value", 3.0), ("low", 2.5), ("high", 3.5))
    }


def filled(numbers):
    """Latent spaces without voids, fuller the longer they are trained, whose draws are likelier than real images."""
    found = opposite(
        rising(numbers), *(f"diagnose.longer.vae-20.log_likelihood.{end}" for end in ("value", "low", "high"))
    )
    found = numbers | found
    for key in [
        key.removesuffix(".value") for key in numbers if key.startswith("diagnose.") and key.endswith(".value")
    ]:
        if ".longer." in key or key.endswith(".gap"):
            found |= opposite(numbers, f"{key}.value", f"{key}.low", f"{key}.high")
        if key.endswith((".accuracy", ".moments", ".void.prior", ".norm.relative")) and ".longer." not in key:
            level = {"prior": 0.0, "relative": 0.5}.get(key.split(".")[-1], 50.0)
            found |= {f"{key}.value": level, f"{key}.low": level - 0.4, f"{key}.high": level + 0.4}
    return found


def expected(numbers):
    """One attribute with the largest share, the likeliest digit the best known, and draws that pay for the encoder."""
    return numbers | reasons(1.0)


def unexpected(numbers):
    """The opposite; and the likeliest digit's worst image below the unlikeliest's median."""
    likely, slope = numbers["decompose.likeliest.label"], "decompose.binarization_log_ratio.slope"
    signs = {f"{slope}.low": 0.2, f"{slope}.high": 0.4, "decompose.gap.with_likelihood": 0.6}
    short = {f"decompose.draws.short.{end}": value for end, value in (("low", -2.0), ("high", -1.0))}
    return numbers | signs | short | {f"decompose.label.{likely}.least": -900.0} | reasons(-1.0)


def reasons(sign):
    """Intervals of the reasons for what is likely and of the gradients, all of one sign or all of the other."""
    positive = ("lead", "likeliest.excess_nats", "least_excess.lead", "signal_to_noise_change.decoder.1-16")
    signs = {"likeliest.binarization_entropy": 1.0, "same_work.encoder": -sign, **dict.fromkeys(positive, sign)}
    return {
        f"decompose.{stem}.{end}": middle + side
        for stem, middle in signs.items()
        for end, side in (("low", -0.5), ("high", 0.5))
    }


def rounded_too(numbers):
    """A study in which a model of thresholded images stands beside the middle one, and one of another seed."""
    names = {"decompose.other.binarization": "vae-20-threshold", "decompose.other.seed": "vae-20-seed-1"}
    return numbers | names | {"decompose.binarization.ceiling": 0.1}
