"""Typed, frozen, strict views of params.yaml, which alone holds the values: nothing here has a default."""

from pipeline.config.comparison import CompareParams, DimensionsParams
from pipeline.config.data import Dataset, DatasetParams, DownloadParams, SplitParams
from pipeline.config.file import load_params, read_mapping
from pipeline.config.investigations import AnatomyParams, ClassifyParams, DiagnoseParams, SampleParams
from pipeline.config.likelihood import AccuracyParams, CertifyParams, ScoreParams
from pipeline.config.models import ModelParams, Roles, TrainParams
from pipeline.config.pages import ExploreParams, PlotParams
from pipeline.config.params import Params
from pipeline.config.regression import RegressParams, VariantParams

__all__ = [
    "AccuracyParams",
    "AnatomyParams",
    "CertifyParams",
    "ClassifyParams",
    "CompareParams",
    "Dataset",
    "DatasetParams",
    "DiagnoseParams",
    "DimensionsParams",
    "DownloadParams",
    "ExploreParams",
    "ModelParams",
    "Params",
    "PlotParams",
    "RegressParams",
    "Roles",
    "SampleParams",
    "ScoreParams",
    "SplitParams",
    "TrainParams",
    "VariantParams",
    "load_params",
    "read_mapping",
]
