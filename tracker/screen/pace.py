"""When pictures are due, at the speed that was chosen."""

from __future__ import annotations

from collections import deque

__all__ = ["Pace", "rate"]

SPEEDS = (1 / 8, 1 / 4, 1 / 2, 1.0, 2.0, 4.0, 8.0)  # times the film's own
LATE_S = 0.04  # a frame of most films: later than this it is not worth drawing any more
LONGEST_UNDRAWN_S = 0.2  # but now and then one is, or the window would seem to hang


class Pace:
    """A clock beside a film.

    Pictures that are late are not drawn, until it has caught up: a film that can be tracked faster
    than it plays is always on time. Times are by :func:`time.monotonic`.
    """

    def __init__(self) -> None:
        self._speed = SPEEDS.index(1.0)
        self._zero: tuple[float, float] | None = None  # a time of the film, and of the clock
        self._drawn_s = float("-inf")

    @property
    def speed(self) -> float:
        """How much faster than the film's own time."""
        return SPEEDS[self._speed]

    def change(self, steps: int) -> None:
        """Go faster by so many steps, or slower."""
        self._speed = min(max(self._speed + steps, 0), len(SPEEDS) - 1)
        self.restart()

    def restart(self) -> None:
        """Take the next picture to be on time, after a pause or a jump."""
        self._zero = None

    def early_s(self, time_s: float, now_s: float) -> float:
        """Tell how long there is until a picture is due; below 0 when it is late.

        Examples
        --------
        >>> pace = Pace()
        >>> pace.early_s(10.0, 500.0), pace.early_s(10.5, 500.1)
        (0.0, 0.4)
        """
        if self._zero is None:
            self._zero = time_s, now_s
        film_s, clock_s = self._zero
        return round((time_s - film_s) / self.speed - (now_s - clock_s), 9)

    def is_drawn(self, time_s: float, now_s: float) -> bool:
        """Tell whether a picture is drawn, or left away to catch up."""
        late = self.early_s(time_s, now_s) < -LATE_S
        if late and now_s - self._drawn_s < LONGEST_UNDRAWN_S:
            return False
        self._drawn_s = now_s
        return True


def rate(moments_s: deque[float]) -> float:
    """Give how often a second something happened, at these moments; 0 if that cannot be told.

    Examples
    --------
    >>> rate(deque([1.0, 1.5, 2.0]))
    2.0
    """
    took_s = moments_s[-1] - moments_s[0] if len(moments_s) > 1 else 0.0
    return (len(moments_s) - 1) / took_s if took_s > 0 else 0.0
