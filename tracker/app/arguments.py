"""The arguments of the command line, as argparse reads them."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple, NoReturn

from .. import __version__
from ..box import Box
from ..video.grades import EFFORTS, QUALITIES, USUAL

__all__ = ["AUTO", "OUTPUT_FOLDER", "Shares", "read_arguments"]

OUTPUTS = ".mp4, .mkv, .webm, .gif, %%06d.png, %%06d.jpg; - is the standard output"
STREAM = "video stream of several (0 is the first)"

OUTPUT_FOLDER = Path("output")  # where results go that nobody gave a name
STANDARD_INPUT = "/dev/stdin"
AUTO = "auto"  # a bandwidth that is to be found


class Shares(NamedTuple):
    """A box of which some numbers are percent of the frame's width or height."""

    numbers: tuple[float, ...]  # x, y, width, height
    are_percent: tuple[bool, ...]

    def on(self, width: int, height: int) -> Box:
        """Give the box in px of a frame of that size."""
        sides = (width, height, width, height)
        numbers = zip(self.numbers, self.are_percent, sides, strict=True)
        return Box.of([n * side / 100 if percent else n for n, percent, side in numbers])


class _Parser(argparse.ArgumentParser):
    """One that says in one line what is wrong; the lines of all options are its help."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{self.prog}: error: {message} (see {self.prog} --help)\n")


def read_arguments(arguments: Sequence[str]) -> argparse.Namespace:
    """Read what stands after ``tracker``; a wrong use ends the program with status 2."""
    return _parser().parse_args(_joined(arguments))


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="tracker",
        description="Follow one thing, or several, through a video or a camera's pictures.",
    )
    parser.add_argument("--version", action="version", version=f"tracker {__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    track = commands.add_parser(
        "track",
        help="follow the target of a video, a folder of pictures or a camera",
        description="Follow the target of a video file, a folder of pictures or a camera. "
        f"With neither a window nor a file to write, the results go to ./{OUTPUT_FOLDER}.",
    )
    track.add_argument(
        "source",
        metavar="SOURCE",
        type=_source,
        help="file, folder, pattern, camera, address; - is the standard input",
    )
    _add_options(track)
    demo = commands.add_parser(
        "demo",
        help="follow the target of a clip that comes with the package",
        description="Follow the target of a clip that comes with the package, and write what was "
        f"seen, the table and a contact sheet to ./{OUTPUT_FOLDER}. With SOURCE: as 'track'.",
    )
    demo.add_argument(
        "source", metavar="SOURCE", nargs="?", type=_source, help="follow in this one instead"
    )
    _add_options(demo)
    export = commands.add_parser(
        "export",
        help="draw the tracks of a table onto its video, without tracking again",
        description="Draw the tracks that a run wrote as a table onto its video again.",
    )
    export.add_argument(
        "source", metavar="VIDEO", type=_source, help="the video or pictures that were followed"
    )
    export.add_argument(
        "table", metavar="TABLE", type=Path, help="what --csv, --jsonl or --mot wrote"
    )
    export.add_argument("--output", type=Path, metavar="FILE", required=True, help=OUTPUTS)
    export.add_argument("--stream", type=int, metavar="N", help=STREAM)
    export.add_argument("--keep-audio", action="store_true", help="copy the source's sound into it")
    _add_grade(export)
    export.add_argument("--overwrite", action="store_true", help="replace a file that exists")
    _add_segment(commands.add_parser("segment", help="divide a picture into regions"))
    _add_cluster(commands.add_parser("cluster", help="find the clusters of a table of points"))
    commands.add_parser(
        "doctor",
        help="say what is installed and what works here",
        description="Say what is installed here and what works: windows, cameras, codecs. What is "
        "missing comes last, with what to do about it.",
    )
    return parser


def _add_options(parser: argparse.ArgumentParser) -> None:
    add, target = parser.add_argument, parser.add_mutually_exclusive_group().add_argument
    target(
        "--box",
        type=_box,
        action="append",
        metavar="X,Y,W,H",
        help="target in the first frame, px or 5%%; again for each more; else the mouse",
    )
    target("--auto", action="store_true", help="targets: all that moves, whatever the camera does")
    target(
        "--point",
        type=_point,
        action=_Once,
        metavar="X,Y",
        help="target: the region of like colors round this point, px; it may be a part",
    )
    target(
        "--color",
        action=_Once,
        metavar="COLOR",
        help="target: the largest thing of a color, red or #c81e28; pick: by a click",
    )
    add(
        "--output",
        type=Path,
        metavar="FILE",
        help="annotated video: .mp4 .mkv .webm .gif %%06d.png -",
    )
    _add_grade(parser)
    add("--keep-audio", action="store_true", help="copy the source's sound into it")
    add("--csv", type=Path, metavar="FILE", help="write a table, a line a frame (.csv)")
    add("--jsonl", type=Path, metavar="FILE", help="write the same as JSON lines (.jsonl)")
    add("--mot", type=Path, metavar="FILE", help="write them in the MOT challenge's form (.txt)")
    add("--density", action="store_true", help="show what the tracker sees, too")
    add("--no-window", action="store_true", help="open no window")
    add("--start", type=float, default=0.0, metavar="S", help="begin at this second")
    add("--end", type=float, metavar="S", help="end before this second")
    add("--timeout", type=float, default=5.0, metavar="S", help="live: away if silent so long (5)")
    add("--stream", type=int, metavar="N", help=STREAM)
    add("--camera-size", type=_size, metavar="WxH", help="ask the camera for pictures of this size")
    add("--camera-fps", type=float, metavar="N", help="ask it for so many a second")
    add("--camera-backend", metavar="NAME", help="read it with v4l2, gstreamer, dshow, ...")
    add("--camera-exposure", type=float, metavar="N", help="fix it, in the driver's own unit")
    add("--max-frames", type=int, metavar="N", help="end after so many frames")
    add(
        "--preset",
        default="robust",
        help="configuration of the tracker: robust or fast (default: robust)",
    )
    add("--overwrite", action="store_true", help="replace files that exist")


class _Once(argparse.Action):
    """Take an option that names the one target, and refuse a second one."""

    def __call__(
        self,
        parser: argparse.ArgumentParser,
        namespace: argparse.Namespace,
        values: object,
        option_string: str | None = None,
    ) -> None:
        if getattr(namespace, self.dest) is not None:
            raise argparse.ArgumentError(
                self, "given twice; for several targets give a --box for each"
            )
        setattr(namespace, self.dest, values)


def _add_grade(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("--quality", choices=QUALITIES, default=USUAL.quality, help="of what is seen (medium)")
    add("--effort", choices=EFFORTS, default=USUAL.effort, help="to make it small (medium)")


def _add_segment(parser: argparse.ArgumentParser) -> None:
    parser.description = (
        "Divide a picture into regions by mean shift; paint them in their mean colors, and list "
        "their areas, colors, boxes and neighbors. With no file to write, both go to "
        f"./{OUTPUT_FOLDER}."
    )
    add = parser.add_argument
    add("picture", metavar="PICTURE", type=Path, help="of 8 or 16 bits, gray or in color")
    add("--output", type=Path, metavar="FILE", help="the regions painted: .png, .jpg, ...")
    add("--table", type=Path, metavar="FILE", help="the regions listed (.csv)")
    add("--spatial-radius", type=float, default=7.0, metavar="PX", help="of the windows (7)")
    add(
        "--color-radius",
        type=float,
        metavar="R",
        help="in the picture's units: smaller gives more regions (a tenth of its range)",
    )
    add(
        "--min-area",
        type=int,
        metavar="PX",
        help="of a region (a 4000th of the picture, at least 20)",
    )
    add("--overwrite", action="store_true", help="replace files that exist")


def _add_cluster(parser: argparse.ArgumentParser) -> None:
    parser.description = (
        "Find the clusters of points by mean shift; their number is found, not given. With no file "
        f"to write, the labels go to ./{OUTPUT_FOLDER}."
    )
    add = parser.add_argument
    add("points", metavar="POINTS", type=Path, help="a row a point: .csv .tsv .txt .npy .parquet")
    add("--output", type=Path, metavar="FILE", help="the points and their labels (.csv)")
    add("--plot", type=Path, metavar="FILE", help="picture of the clusters: .png .svg .pdf")
    add(
        "--profile",
        type=Path,
        metavar="FILE",
        help="picture of clusters against bandwidth; auto marked",
    )
    add(
        "--columns",
        type=lambda text: [name.strip() for name in text.split(",")],
        default=[],
        metavar="NAMES",
        help="columns to take: names, or numbers from 1 on (all)",
    )
    add(
        "--bandwidth",
        type=_bandwidth,
        default=AUTO,
        metavar="WIDTH",
        help="radius within which points are averaged (auto: see --profile)",
    )
    add("--kernel", default="flat", help="flat, epanechnikov or gaussian (flat)")
    add("--orphans", action="store_true", help="label points beyond WIDTH of every center -1")
    add("--overwrite", action="store_true", help="replace files that exist")


def _bandwidth(text: str) -> str | float:
    if text == AUTO:
        return text
    try:
        return float(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text}: expected a number, or {AUTO}") from None


def _source(text: str) -> str:
    return STANDARD_INPUT if text == "-" else text


def _box(text: str) -> Box | Shares:
    words = [word.strip() for word in text.split(",")]
    try:
        box = Box.of([float(word.removesuffix("%")) for word in words])
    except ValueError:
        raise argparse.ArgumentTypeError(
            f"{text}: expected x,y,width,height in px or percent, width and height above 0"
        ) from None
    return Shares(box, tuple(word.endswith("%") for word in words)) if "%" in text else box


def _point(text: str) -> tuple[float, float]:
    try:
        x, y = map(float, text.split(","))
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text}: expected x,y in px") from None
    return x, y


def _size(text: str) -> tuple[int, int]:
    width, _, height = text.lower().partition("x")
    if not (width.isdecimal() and height.isdecimal()):
        raise argparse.ArgumentTypeError(f"{text}: expected width x height, as in 1280x720")
    return int(width), int(height)


def _joined(arguments: Sequence[str]) -> list[str]:
    """Let --box and --point take a negative number, which argparse would read as an option."""
    joined: list[str] = []
    words = iter(arguments)
    for word in words:
        value = next(words, None) if word in ("--box", "--point") else None
        joined.append(word if value is None else f"{word}={value}")
    return joined
