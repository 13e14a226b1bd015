"""One thread for everything. Import it first: NumPy's libraries read these when they load."""

import os

for variable in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[variable] = "1"

import cv2  # noqa: E402

cv2.setNumThreads(1)
