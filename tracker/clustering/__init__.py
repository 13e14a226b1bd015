"""Mean-shift clustering of points: its seeds and its bandwidth, with scikit-learn's answers.

NumPy alone is needed.
"""

from .bandwidth import estimate_bandwidth
from .seeding import get_bin_seeds

__all__ = ["estimate_bandwidth", "get_bin_seeds"]
