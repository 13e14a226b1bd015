"""Mean-shift clustering of points, with scikit-learn's answers and without its slowness.

NumPy alone is needed.
"""

from .bandwidth import estimate_bandwidth
from .bins import Bins
from .meanshift import MeanShift, mean_shift
from .seeding import get_bin_seeds

__all__ = ["Bins", "MeanShift", "estimate_bandwidth", "get_bin_seeds", "mean_shift"]
