"""Made-up diagnoses of latent spaces."""


def diagnosed(latent, rng, *, epochs=1.0):
    """Return the diagnosis of a latent space whose voids grow with the length of its training."""

    def near(value, half=0.01):
        return {"value": value, "low": value - half, "high": value + half}

    return {
        "latent": latent,
        "active": latent - 2,
        "removal": {"elbo": near(0.001), "log_likelihood": near(-0.002), "images": 50},
        "divergence": {"divergence": 24.5, "information": 6.9, "marginal": 17.6, "units": 0.1}
        | {"total_correlation": 17.5, "log_images": 6.91},
        "gaussian": 0.07,
        "norm": {"relative": near(1.06)},
        "accuracy": near(0.8 + 0.05 * epochs),
        "moments": near(0.66 - 0.05 * epochs),
        "bound": near(1.2, 0.1),
        "void": {"prior": near(0.27 + 0.05 * epochs), "posterior": near(0.02)},
        "curve": [
            {"ratio": 0.01, "prior": near(0.05, 0.005), "posterior": near(0.001, 0.0005)},
            {"ratio": 0.5, "prior": near(0.7), "posterior": near(0.09)},
        ],
        "unsure": {
            name: near(value + 0.01 * rng.random())
            for name, value in {"real": 0.1, "posterior": 0.14, "prior": 0.5, "emptiest": 0.7}.items()
        },
        "generated": near(-110.0, 2.0) | {"emptier": near(-12.0, 5.0)},
    }
