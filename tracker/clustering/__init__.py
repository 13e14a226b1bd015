"""Mean-shift clustering of points, with scikit-learn's answers and without its slowness.

Its modules import NumPy alone; scikit-learn is needed for :mod:`.scikit` only, and Matplotlib for
:mod:`.plots`.
"""

from .bandwidth import estimate_bandwidth
from .bins import Bins
from .meanshift import MeanShift, mean_shift, seed_paths
from .profile import BandwidthProfile, bandwidth_profile
from .seeding import get_bin_seeds

__all__ = [
    "BandwidthProfile",
    "Bins",
    "MeanShift",
    "bandwidth_profile",
    "estimate_bandwidth",
    "get_bin_seeds",
    "mean_shift",
    "seed_paths",
]
