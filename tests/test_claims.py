"""Claims: whose a pixel and a place are, and where a hidden target waits."""

from __future__ import annotations

import numpy as np
import pytest

from tracker import Box
from tracker.claims import Claim, behind, covered, is_claimed, share, within

OWN = Box(0, 0, 20, 20)
BESIDE = Claim(Box(16, 0, 20, 20), 1.0)
REGION, SHAPE = Box(-20, -20, 80, 60), (30, 40)


def at(shares: np.ndarray, x: float, y: float) -> float:
    return float(shares[int((y - REGION.y) / 2), int((x - REGION.x) / 2)])


def test_a_pixel_counts_by_the_share_of_all_claims_to_it():
    shares = share(REGION, SHAPE, OWN, [BESIDE])
    assert shares.dtype == np.float32
    assert at(shares, 10, 10) > 0.9
    assert at(shares, 26, 10) < 0.15
    assert at(shares, 18, 10) == pytest.approx(0.5, abs=0.12)
    assert at(shares, -15, -15) == pytest.approx(1, abs=0.01)


def test_claims_of_several_add_up_and_those_out_of_reach_are_left_out():
    far = Claim(Box(900, 0, 20, 20), 1.0)
    assert within(REGION, [BESIDE, far]) == [BESIDE]
    both = share(REGION, SHAPE, OWN, [BESIDE, BESIDE])
    mine, with_one = 0.1 + 1.0, at(share(REGION, SHAPE, OWN, [BESIDE]), 10, 10)
    assert at(both, 10, 10) == pytest.approx(mine / (2 * mine / with_one - mine), abs=0.01)
    assert (share(REGION, SHAPE, OWN, [far]) > 0.999).all()


def test_a_claim_that_is_hardly_believed_takes_little():
    faint = share(REGION, SHAPE, OWN, [BESIDE._replace(belief=0.05)])
    assert at(faint, 26, 10) > 0.6


def test_a_place_is_whose_expected_center_is_nearer():
    assert is_claimed((25, 10), OWN.center, 20, [BESIDE])
    assert not is_claimed((12, 10), OWN.center, 20, [BESIDE])
    assert not is_claimed((40, 10), OWN.center, 20, [BESIDE])  # too far for either
    assert not is_claimed((25, 10), OWN.center, 20, [])


def test_a_hidden_target_takes_no_place_from_the_one_before_it():
    hidden = Claim(Box(2, 0, 20, 20), 1.0, hidden=True)
    assert not is_claimed((12, 10), OWN.center, 20, [hidden])


def test_a_hidden_target_waits_within_what_hides_it():
    assert covered(OWN, [BESIDE]) == pytest.approx(0.2)
    assert covered(OWN, []) == 0
    assert behind(OWN, [BESIDE]) == (16, 10)
    assert behind(Box(20, 2, 10, 10), [BESIDE]) == (25, 7)
    assert behind(Box(200, 0, 10, 10), [BESIDE]) == (205, 5)
