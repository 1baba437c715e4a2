"""Live pictures, one file each."""

from .axis import Axis
from .batch_mix import BatchMix
from .batch_size import BatchSize
from .coat import Coat
from .feature_scale import FeatureScale
from .gamma_beta import GammaBeta
from .gradient_before_after import GradientBeforeAfter
from .internal_shift import InternalShift
from .memory import Memory
from .one_batch import OneBatch
from .playground import Playground
from .running_statistics import RunningStatistics
from .statistics_noise import StatisticsNoise
from .train_eval import TrainEval
from .train_live import TrainLive
from .weight_scale import WeightScale

IN_ORDER = (
    *(GammaBeta, FeatureScale, OneBatch, StatisticsNoise, GradientBeforeAfter, WeightScale, Memory),
    *(RunningStatistics, TrainEval, TrainLive, Coat, BatchMix, Playground, InternalShift, BatchSize, Axis),
)
EXPLORERS = {explorer.__module__.split(".")[-1]: explorer for explorer in IN_ORDER}  # by the names of their files
