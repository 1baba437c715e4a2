"""Live pictures, one file each."""

from .batch_mix import BatchMix
from .batch_size import BatchSize
from .coat import Coat
from .feature_scale import FeatureScale
from .gamma_beta import GammaBeta
from .gradient_before_after import GradientBeforeAfter
from .internal_shift import InternalShift
from .one_batch import OneBatch
from .playground import Playground
from .running_statistics import RunningStatistics
from .statistics_noise import StatisticsNoise
from .train_eval import TrainEval
from .train_live import TrainLive
from .weight_scale import WeightScale

EXPLORERS = {
    "gamma_beta": GammaBeta,
    "feature_scale": FeatureScale,
    "one_batch": OneBatch,
    "statistics_noise": StatisticsNoise,
    "gradient_before_after": GradientBeforeAfter,
    "weight_scale": WeightScale,
    "running_statistics": RunningStatistics,
    "train_eval": TrainEval,
    "train_live": TrainLive,
    "coat": Coat,
    "batch_mix": BatchMix,
    "playground": Playground,
    "internal_shift": InternalShift,
    "batch_size": BatchSize,
}
