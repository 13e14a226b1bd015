"""The points within a radius of each of many centers: their weight, and its first moments.

Whether a point is in a ball is decided by ``d2 <= r * r`` with d² added up axis by axis. Whatever
is done faster keeps to that decision: boxes wholly inside or outside by bounds that hold to the
last bit, products of matrices by an exact test of what they leave in doubt.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..kernels import Profile
from .tiles import FAN, TILE, FloatArray, IndexArray, Tiles, gaps2

__all__ = ["FEW", "moments_within", "pairs_within"]

FEW = 500  # centers that are better asked for one by one
TOGETHER = 16  # of them at a time, which keeps memory small
PIECE_TILES = 42  # about 1000 points tested at a time, which keeps memory small
WEIGHED_TILES = 28  # the same where a kernel's weights are as large again, several times
EPSILON = float(np.finfo(np.float64).eps)
BOUNDS = 1 << 13  # bounds between boxes at a time, which stay in the cache
PAIRS = 256  # pairs of a center and a tile at a time, which stay in the cache


def moments_within(
    tiles: Tiles, centers: FloatArray, radius: float, profile: Profile | None = None
) -> FloatArray:
    """Sum weight × coordinate, and weight, over the points within *radius* of each center.

    Parameters
    ----------
    centers : array of shape (centers, axes)
        More than *FEW* are fast in the order of :func:`packing_order`.
    profile : callable, optional
        What a point's weight is multiplied by, as a function of its d²; 1 if not given.

    Returns
    -------
    array of shape (centers, axes + 1)
    """
    found = np.empty((len(centers), centers.shape[1] + 1))
    if len(centers) <= FEW:
        for start in range(0, len(centers), TOGETHER):
            some = slice(start, start + TOGETHER)
            found[some] = _one_by_one(tiles, centers[some], radius, profile)
        return found
    at_a_time = TILE * max(BOUNDS // tiles.levels[0].low.shape[1], 1)
    for start in range(0, len(centers), at_a_time):
        some = slice(start, start + at_a_time)
        found[some] = _by_groups(tiles, centers[some], radius, profile)
    return found


# --- few centers: from the largest boxes down to the points ---------------------------------------


def _one_by_one(
    tiles: Tiles, centers: FloatArray, radius: float, profile: Profile | None
) -> FloatArray:
    found = np.zeros((len(centers), tiles.packed.shape[1]))
    wholly_inside = found if profile is None else None
    for owner, tile in _touched(tiles, centers, radius, wholly_inside):
        points = tiles.packed.take(tile, axis=0)
        distance2 = _distances2(points, centers[owner])
        shares = 1.0 if profile is None else profile(distance2)
        weights = np.less_equal(distance2, radius * radius, out=distance2)
        weights *= points[:, -1]
        weights *= shares
        sums = np.einsum("pt,pat->ap", weights, points[:, :-1])
        for column, values in enumerate((*sums, weights.sum(axis=1))):
            found[:, column] += np.bincount(owner, values, len(centers))
    return found


def pairs_within(
    tiles: Tiles, centers: FloatArray, radius: float
) -> tuple[IndexArray, NDArray[np.integer]]:
    """Give all pairs of a center and a point within *radius* of it, in the order of the centers."""
    found: list[tuple[IndexArray, NDArray[np.integer]]] = []
    for start in range(0, len(centers), TOGETHER):
        some = centers[start : start + TOGETHER]
        for owner, tile in _touched(tiles, some, radius, None):
            distance2 = _distances2(tiles.packed.take(tile, axis=0), some[owner])
            row, place = np.nonzero(distance2 <= radius * radius)
            place += tile[row] * TILE
            real = place < len(tiles.order)
            found.append((start + owner[row[real]], tiles.order[place[real]]))
    owners, points = zip(*found, strict=True)
    return np.concatenate(owners), np.concatenate(points)


def _distances2(points: FloatArray, centers: FloatArray) -> FloatArray:
    """Squared distances (pairs, TILE) from a center each to the points of its packed tile."""
    distance2 = points[:, 0] - centers[:, :1]
    distance2 *= distance2
    for axis in range(1, centers.shape[1]):
        apart = points[:, axis] - centers[:, axis, None]
        apart *= apart
        distance2 += apart
    return distance2


def _touched(
    tiles: Tiles, centers: FloatArray, radius: float, totals: FloatArray | None
) -> list[tuple[IndexArray, IndexArray]]:
    """Give the pairs of a center and a tile that its ball cuts, in pieces.

    What lies wholly inside is added to *totals*, or is among the pairs if that is None.
    """
    radius2 = radius * radius
    top = tiles.levels[-1]
    at = centers.T[:, :, None]
    near, far = gaps2(top.low[:, None], top.high[:, None], at, at)
    cut = near <= radius2
    if totals is not None:
        inside = far <= radius2
        cut &= ~inside
        totals += inside @ top.totals.T
    owner, node = np.nonzero(cut)
    for level in tiles.levels[-2::-1]:
        owner = np.repeat(owner, FAN)
        node = (node[:, None] * FAN + np.arange(FAN)).ravel()
        if node.size and node.max() >= level.low.shape[1]:
            real = node < level.low.shape[1]
            owner, node = owner[real], node[real]
        at = centers.T.take(owner, axis=1)
        near, far = gaps2(level.low.take(node, axis=1), level.high.take(node, axis=1), at, at)
        cut = near <= radius2
        if totals is not None:
            inside = far <= radius2
            cut &= ~inside
            for column, values in enumerate(level.totals):
                sums = np.bincount(owner[inside], values[node[inside]], len(centers))
                totals[:, column] += sums
        owner, node = owner[cut], node[cut]
    starts = range(0, max(len(owner), 1), PAIRS)
    return [(owner[start : start + PAIRS], node[start : start + PAIRS]) for start in starts]


# --- many centers: in groups as close together as the points of a tile ----------------------------


def _by_groups(
    tiles: Tiles, centers: FloatArray, radius: float, profile: Profile | None
) -> FloatArray:
    """Sum for some centers that stand in the order of their packing."""
    finest = tiles.levels[0]
    starts = np.arange(0, len(centers), TILE)
    low = np.minimum.reduceat(centers, starts, axis=0).T[..., None]
    high = np.maximum.reduceat(centers, starts, axis=0).T[..., None]
    near, far = gaps2(finest.low[:, None], finest.high[:, None], low, high)
    cut = near <= radius * radius
    if profile is None:
        inside = far <= radius * radius
        cut &= ~inside
        found = np.repeat(inside @ finest.totals.T, TILE, axis=0)[: len(centers)]
    else:
        found = np.zeros((len(centers), tiles.packed.shape[1]))
    del near, far
    size = PIECE_TILES if profile is None else WEIGHED_TILES
    for start, touched in zip(starts, cut, strict=True):
        own = slice(start, start + TILE)
        tile = np.flatnonzero(touched)
        for begin in range(0, len(tile), size):
            piece = tile[begin : begin + size]
            found[own] += _of_piece(tiles, piece, centers[own], radius * radius, profile)
    return found


def _of_piece(
    tiles: Tiles, piece: IndexArray, centers: FloatArray, radius2: float, profile: Profile | None
) -> FloatArray:
    """Sum over the points of some tiles, all centers against all points."""
    points = tiles.packed.take(piece, axis=0).transpose(1, 0, 2).reshape(centers.shape[1] + 1, -1)
    weights = _inside(points[:-1], centers, radius2, profile)
    points[:-1] *= points[-1]
    return np.asarray(weights @ points.T)


def _inside(
    points: FloatArray, centers: FloatArray, radius2: float, profile: Profile | None
) -> FloatArray:
    """Decide d² <= *radius2* for all pairs of centers and *points* (axes, points).

    Gives 0 or 1, or what *profile* makes of d², of shape (centers, points).

    d² = |x|² - 2 x·c + |c|² about the centers' middle, as one product. Its rounding
    is below (axes + 4) ε (|x|² + |c|²); what lies within twice that of the radius is tested
    exactly.
    """
    middle = centers.mean(axis=0)
    right = np.ones((len(points) + 2, points.shape[1]))
    x, x2 = right[:-2], right[-2]
    np.subtract(points, middle[:, None], out=x)
    np.einsum("ap,ap->p", x, x, out=x2)
    c = centers - middle
    c2 = np.einsum("ca,ca->c", c, c)
    left = np.column_stack([-2.0 * c, np.ones(len(c)), c2])
    distance2: FloatArray = left @ right
    doubt = 2 * (len(points) + 4) * EPSILON * float(x2.max() + c2.max())
    inside: NDArray[np.bool_] = distance2 <= radius2 + doubt
    surely = distance2 <= radius2 - doubt
    if np.count_nonzero(inside) != np.count_nonzero(surely):
        row, place = np.nonzero(inside != surely)
        exact = np.zeros(len(row))
        for axis, values in enumerate(points):
            apart = values[place] - centers[row, axis]
            exact += apart * apart
        inside[row, place] = exact <= radius2
    if profile is not None:
        weights = np.asarray(profile(distance2), np.float64)
        weights *= inside
        return weights
    distance2[:] = inside  # in its place: it is the largest array there is
    return distance2
