"""Typed, frozen, strict views of params.yaml, which holds every value: nothing here has a default."""

from pipeline.config.data import DownloadParams
from pipeline.config.file import load_params, read_mapping
from pipeline.config.intervals import IntervalParams
from pipeline.config.investigations import ClassifyParams, DecomposeParams, DiagnoseParams, SampleParams
from pipeline.config.likelihood import CertifyParams, ScoreParams, ValidateParams
from pipeline.config.models import ModelParams, Roles, TrainParams
from pipeline.config.params import Params
from pipeline.config.regression import RegressParams, VariantParams
from pipeline.config.suggestion import did_you_mean, shorten

__all__ = [
    "CertifyParams",
    "ClassifyParams",
    "DecomposeParams",
    "DiagnoseParams",
    "DownloadParams",
    "IntervalParams",
    "ModelParams",
    "Params",
    "RegressParams",
    "Roles",
    "SampleParams",
    "ScoreParams",
    "TrainParams",
    "ValidateParams",
    "VariantParams",
    "did_you_mean",
    "load_params",
    "read_mapping",
    "shorten",
]
