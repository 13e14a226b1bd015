"""Follow an object, now: ``demo.py``, ``demo.py 0``, ``demo.py clip.mp4``, ``demo.py --help``."""

import sys

from tracker_command import main

if __name__ == "__main__":
    sys.exit(main(["demo", *sys.argv[1:]]))
