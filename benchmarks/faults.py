"""What is lost when things go wrong, counted: kills, signals, full disks, damaged files.

    python benchmarks/faults.py [kills] [ends] [damage] [--rounds 50]

Each round runs the command line, or opens a file, in a process of its own, does it harm at a random
moment or place, and counts what came through against what should have. A small disk needs root, a
display that vanishes Xvfb and xdotool; what is missing is left out. ``--seed`` repeats a
run's places, the moments depend on the machine.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from fractions import Fraction
from pathlib import Path

import av
import damage
import numpy as np
from saving import RESULTS, machine, save

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

import desktop

from tracker.tables import read_table

Harm = Callable[[subprocess.Popen[str]], object]

FPS = 25
N_FRAMES, WIDTH, HEIGHT = 3000, 320, 240  # of the clip that is followed
BOX = (60, 80, 60, 60)
FIRST_S, LAST_S = 0.2, 3.0  # after the first row, when harm is done
PATIENCE_S = 300.0  # a busy machine is no fault


def render(path: Path, *, every: int = 1) -> Path:
    """Encode a textured square that swings before noise; of every so many pixels each way."""
    rng = np.random.default_rng(4)
    ground = rng.integers(60, 120, (HEIGHT, WIDTH, 3)).astype(np.uint8)
    square = rng.integers(0, 255, (6, 6, 3)).astype(np.uint8).repeat(10, 0).repeat(10, 1)
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=Fraction(FPS))
        stream.width, stream.height, stream.pix_fmt = WIDTH // every, HEIGHT // every, "yuv420p"
        stream.codec_context.options = {"preset": "ultrafast"}
        for number in range(N_FRAMES):
            image = ground.copy()
            x = BOX[0] + round(60 * np.sin(number / 20))
            image[BOX[1] : BOX[1] + 60, x : x + 60] = square
            image = np.ascontiguousarray(image[::every, ::every])
            container.mux(stream.encode(av.VideoFrame.from_ndarray(image, format="bgr24")))
        container.mux(stream.encode())
    return path


def start(clip: Path, folder: Path, *, window: bool = False) -> subprocess.Popen[str]:
    """Start a run that records all there is to record, and wait for its first rows."""
    box = ",".join(map(str, BOX))
    files = [word for kind in ("csv", "jsonl") for word in (f"--{kind}", folder / f"out.{kind}")]
    command = [sys.executable, "-m", "tracker", "track", clip, "--box", box, *files]
    command += ["--preset", "fast"]  # the faults are those of the recorder
    run = subprocess.Popen(
        [*command, "--output", folder / "out.mp4", *([] if window else ["--no-window"])],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    began = time.monotonic()
    while not (folder / "out.csv").exists() or not (folder / "out.csv").stat().st_size > 500:
        if run.poll() is not None or time.monotonic() - began > PATIENCE_S:
            raise RuntimeError(f"the run did not start: {run.communicate()[1]}")
        time.sleep(0.005)
    return run


def frames_in(path: Path) -> int:
    """Count the frames a player would show."""
    if not path.exists() or not path.stat().st_size:
        return 0
    n_frames = 0
    try:
        with av.open(str(path)) as container:
            for packet in container.demux(video=0):
                n_frames += len(packet.decode())
    except av.FFmpegError:  # not one fragment yet, or the last is not whole
        return n_frames
    return n_frames


def kills(clip: Path, folder: Path, rounds: int, rng: random.Random) -> dict:
    """Kill -9 at random moments; count the seconds of video and the rows that are lost."""
    lost_s, broken_rows, written = [], 0, []
    for number in range(rounds):
        place = folder / f"kill-{number}"
        place.mkdir()
        run = start(clip, place)
        time.sleep(rng.uniform(FIRST_S, LAST_S))
        run.kill()
        run.communicate()
        rows = [broken_or_rows(place / f"out.{kind}") for kind in ("csv", "jsonl")]
        broken_rows += sum(one is None for one in rows)
        frames = max(frames_in(place / "out.partial.mp4"), frames_in(place / "out.mp4"))
        n_rows = max(one or 0 for one in rows)
        written.append(n_rows)
        lost_s.append(max(n_rows - frames, 0) / FPS)
        shutil.rmtree(place)
    return {
        "rounds": rounds,
        "frames written": {"least": min(written), "most": max(written)},
        "tables with a broken row": broken_rows,
        "video lost, s": {"median": statistics.median(lost_s), "most": max(lost_s)},
        "rounds over 2 s": sum(lost > 2 for lost in lost_s),
    }


def broken_or_rows(path: Path) -> int | None:
    """Count the rows of a table; None if one of them is not whole."""
    if not path.read_bytes().endswith(b"\n"):
        return None
    return len(read_table(path))


def ends(clip: Path, folder: Path, rounds: int, rng: random.Random) -> dict:
    """End runs in ways they can hear of; count the frames that are in a table but in no video."""
    ways: dict[str, Callable[[Path], AbstractContextManager[Harm]]] = {
        "SIGINT": lambda _: nullcontext(lambda run: run.send_signal(signal.SIGINT)),
        "SIGTERM": lambda _: nullcontext(lambda run: run.send_signal(signal.SIGTERM)),
        "SIGHUP": lambda _: nullcontext(lambda run: run.send_signal(signal.SIGHUP)),
        "folder removed": lambda place: nullcontext(lambda _: shutil.rmtree(place)),
        "file too large": lambda place: nullcontext(lambda run: limit(run.pid, place)),
        "stderr closed": lambda _: nullcontext(close_stderr),
        "disk full": lambda place: small_disk(place, rng.randrange(300, 3000)),
        "display vanishes": lambda _: display(),
    }
    found = {}
    for way, prepare in ways.items():
        said, lost = [], []
        for number in range(max(rounds // 5, 1)):
            place = folder / f"{way.replace(' ', '-')}-{number}"
            place.mkdir()
            try:
                with prepare(place) as harm:
                    run = start(clip, place, window=way == "display vanishes")
                    time.sleep(rng.uniform(FIRST_S, 1.0))
                    harm(run)
                    words = run.communicate(timeout=PATIENCE_S)[1] or ""
                    said.append((run.returncode, words.strip().rpartition("\n")[2]))
                    if place.exists():
                        frames = max(frames_in(place / f"out{end}.mp4") for end in (".partial", ""))
                        lost.append((broken_or_rows(place / "out.csv") or 0) - frames)
            except NotHereError as error:
                print(f"{way}: not tried, {error}")
                break
            shutil.rmtree(place, ignore_errors=True)
        if said:
            found[way] = {
                "rounds": len(said),
                "status": sorted({status for status, _ in said}),
                "frames lost, most": max(lost, default=None),
                "says": said[-1][1].replace(str(folder), "…")[-160:],
            }
    return found


class NotHereError(Exception):
    """What a fault needs is not on this machine."""


def close_stderr(run: subprocess.Popen[str]) -> None:
    """Let nobody read what a run says."""
    assert run.stderr is not None
    run.stderr.close()
    run.stderr = None


@contextmanager
def small_disk(place: Path, kilobytes: int) -> Iterator[Harm]:
    """Make *place* a disk of its own that fills up by itself."""
    mount = ["mount", "-t", "tmpfs", "-o", f"size={kilobytes}k", "tmpfs", str(place)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        raise NotHereError("only root may mount")
    try:
        yield lambda run: None
    finally:
        subprocess.run(["umount", "--lazy", str(place)], check=True)


@contextmanager
def display() -> Iterator[Harm]:
    """Open a screen, to be killed."""
    if desktop.why_no_desktop():
        raise NotHereError(desktop.why_no_desktop())
    with desktop.x_server_process(1024, 768) as (name, server):
        os.environ["DISPLAY"] = name
        yield lambda run: server.kill()


def limit(pid: int, place: Path) -> None:
    """Let no file of the run grow further, as on a full disk."""
    import resource

    most = (place / "out.partial.mp4").stat().st_size + 20_000
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (most, most))


def main() -> int:
    """Do the harm, print what was lost, and write it down."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("what", nargs="*", default=["kills", "ends", "damage"])
    parser.add_argument("--rounds", type=int, default=50, help="of each (default %(default)s)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--output", type=Path, default=RESULTS, help="folder of the results")
    args = parser.parse_args()
    before = args.output / "faults.json"
    found: dict = json.loads(before.read_text()) if before.exists() else {}
    found["machine"] = machine()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        clip = render(folder / "clip.mp4")
        for what in args.what:
            rng = random.Random(args.seed)
            if what == "damage":
                found[what] = damage.rounds(folder, args.rounds, rng)
            else:
                found[what] = {"kills": kills, "ends": ends}[what](clip, folder, args.rounds, rng)
            print(what, json.dumps(found[what], indent=2))
            save(found, args.output, "faults")
    return 0


if __name__ == "__main__":
    sys.exit(main())
