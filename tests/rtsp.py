"""A camera on the network for tests: GStreamer's RTSP server, with the time drawn into the picture.

Run by the system's Python, which has GStreamer's bindings: ``python3 rtsp.py PORT``, 0 for any.
Prints its port, then obeys a word a line: ``stall`` and ``go on``; ends with its input.

A picture holds the moment at which it was made, by the monotonic clock in tenths of a ms, as black
and white fields: 32 in the upper half.
"""

from __future__ import annotations

import sys
import threading
import time
from typing import Any

WIDTH, HEIGHT, FPS = 320, 240, 25
FIELDS = 32
TENTHS = 1 << FIELDS  # until the stamp begins anew
USER, PASSWORD = "me", "hush"
PIPELINE = (
    "( appsrc name=src is-live=true format=time do-timestamp=true "
    f"caps=video/x-raw,format=I420,width={WIDTH},height={HEIGHT},framerate={FPS}/1 "
    "! x264enc tune=zerolatency speed-preset=ultrafast key-int-max=10 threads=1 "
    "! rtph264pay name=pay0 pt=96 )"
)


def picture(now: int) -> bytes:
    """Draw the time into a gray picture, as I420."""
    row = bytearray()
    for field in range(FIELDS):
        row += bytes([235 if now >> field & 1 else 16]) * (WIDTH // FIELDS)
    gray = bytes(row) * (HEIGHT // 2) + bytes([128]) * (WIDTH * HEIGHT // 2)
    return gray + bytes([128]) * (WIDTH * HEIGHT // 2)


def stamp_in(image: Any) -> int:
    """Read the time that :func:`picture` drew, of a BGR or gray array."""
    row, wide = image[HEIGHT // 4], WIDTH // FIELDS
    return sum(int(row[at * wide + wide // 2].mean() > 127) << at for at in range(FIELDS))


def age_ms(image: Any, at_s: float) -> float:
    """Tell how old a picture was at a moment of the monotonic clock."""
    return (int(10_000 * at_s) - stamp_in(image)) % TENTHS / 10


def main() -> None:
    """Serve until stdin ends."""
    import gi

    for name in ("Gst", "GstRtsp", "GstRtspServer"):
        gi.require_version(name, "1.0")
    from gi.repository import GLib, Gst, GstRtspServer

    Gst.init(None)
    stalled = threading.Event()

    def push(source: Any) -> None:
        due_s = time.monotonic()
        while True:
            if not stalled.is_set():
                data = picture(int(10_000 * time.monotonic()) % TENTHS)
                if source.emit("push-buffer", Gst.Buffer.new_wrapped(data)) != Gst.FlowReturn.OK:
                    return  # nobody watches any more
            due_s = max(due_s + 1 / FPS, time.monotonic() - 1)
            time.sleep(max(due_s - time.monotonic(), 0))

    def start_pushing(_: Any, media: Any) -> None:
        source = media.get_element().get_by_name("src")
        threading.Thread(target=push, args=(source,), daemon=True).start()

    server = GstRtspServer.RTSPServer.new()
    server.set_address("127.0.0.1")
    server.set_service(sys.argv[1])
    factory = GstRtspServer.RTSPMediaFactory()
    factory.set_launch(PIPELINE)
    factory.set_shared(True)
    factory.connect("media-configure", start_pushing)
    server.get_mount_points().add_factory("/live", factory)

    auth = GstRtspServer.RTSPAuth.new()
    token = GstRtspServer.RTSPToken()
    token.set_string("media.factory.role", "user")
    auth.add_basic(GstRtspServer.RTSPAuth.make_basic(USER, PASSWORD), token)
    role = GstRtspServer.RTSPPermissions()
    role.add_permission_for_role("user", "media.factory.access", True)
    role.add_permission_for_role("user", "media.factory.construct", True)
    factory.set_permissions(role)
    server.set_auth(auth)

    loop = GLib.MainLoop()
    server.attach(None)
    sys.stdout.write(f"{server.get_bound_port()}\n")
    sys.stdout.flush()
    threading.Thread(target=loop.run, daemon=True).start()
    for line in sys.stdin:
        word = line.strip()
        if word == "stall":
            stalled.set()
        elif word == "go on":
            stalled.clear()


if __name__ == "__main__":
    main()
