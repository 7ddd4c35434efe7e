"""While tests run, every shape and type in the library's signatures is checked."""

from jaxtyping import install_import_hook

install_import_hook(
    [
        "pipeline.certification",
        "pipeline.comparison",
        "pipeline.device",
        "pipeline.examples",
        "pipeline.holdout",
        "pipeline.images",
        "pipeline.likelihood",
        "pipeline.scoring",
        "pipeline.training",
        "pipeline.vae",
    ],
    "beartype.beartype",
)
