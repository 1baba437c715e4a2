"""The numbers that the tour names are those of its explorers."""

import pytest
from test_notebooks import START, text_of

from bnlib.explorers import EXPLORERS

TEXT = text_of(START)
CLASSES = {explorer.__name__: explorer for explorer in EXPLORERS.values()}


@pytest.mark.parametrize(
    ("name", "start", "moved", "seen", "said"),
    [
        ("OneBatch", {}, {"value": 40.0, "m": 2}, "Its ẑ is 1.00", "of a batch of two only −1 and 1 are left"),
        ("GammaBeta", {}, {"w_scale": 3.0, "b_shift": 5.0}, "ẑ moves by less than 0.0001", "z moves, ẑ and y do not"),
        ("GammaBeta", {}, {"gamma": 3.0, "beta": 2.0}, "mean 2.00 and the standard deviation 3.00", "moves by 2"),
        ("TrainLive", {"depth": 4, "init_scale": 0.2, "steps": 200}, {}, "with BN: 97% right", "With BN 97 %"),
        ("TrainLive", {"depth": 4, "init_scale": 0.2, "steps": 200}, {}, "without BN: 10% right", "without BN 10 %"),
        ("TrainLive", {"depth": 4, "init_scale": 1.0, "steps": 200}, {}, "with BN: 95% right", "95 % and 93 %"),
        ("TrainLive", {"depth": 4, "init_scale": 1.0, "steps": 200}, {}, "without BN: 93% right", "95 % and 93 %"),
        ("TrainEval", {"momentum": 0.001, "step": 115}, {}, "77% right in eval mode", "77 % in eval mode"),
        ("TrainEval", {"momentum": 0.001, "step": 115}, {}, "99% in training mode", "99 % right in training mode"),
        ("TrainEval", {"step": 115}, {"momentum": 0.1}, "100% right in eval mode", "*momentum* to 0.1: 100 %"),
        ("TrainEval", {}, {"others": "copies of itself"}, "8% in training mode", "in training mode 8 % are right"),
        ("Coat", {}, {"coat": 0.5}, "48 of 100", "48 of 100 are right at half way"),
        ("Coat", {}, {"coat": 1.0}, "46 of 100", "46 at white"),
        ("Coat", {}, {"coat": 0.5, "way": "no BN"}, "48 of 100", "Choose *no BN*: the same"),
        ("Coat", {}, {"coat": 1.0, "way": "no BN"}, "46 of 100", "Choose *no BN*: the same"),
        ("Coat", {}, {"coat": 0.5, "way": "BN, test batch"}, "100 of 100", "gray is right again"),
        ("Coat", {}, {"coat": 1.0, "way": "BN, test batch"}, "4 of 100", "at white the classes are swapped"),
    ],
)
def test_a_number_of_the_tour_is_seen_where_it_is_said(name, start, moved, seen, said):
    explorer = CLASSES[name](**start)
    explorer.set(**moved)
    assert seen in explorer.caption
    assert said in TEXT
    explorer.close()
