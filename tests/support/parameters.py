"""Parameters for unit tests, which do not change with the study's."""

from pathlib import Path

from pipeline.config import load_params

PARAMS = load_params(Path(__file__).with_name("params.yaml"))
