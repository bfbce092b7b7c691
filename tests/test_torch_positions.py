"""Positions: what is trained, what the scores know of the places, what a window hides."""

import numpy as np
import pytest
import torch

from lessons_models import torch_positions as positions
from lessons_models.torch_positions import BACK, LAST, PLACES


def model(place, layers=1):
    rng = np.random.default_rng(0)
    return PLACES[place](8, 8, 30, 8, rng=rng, heads=2, layers=layers).double()


def tokens(T, B=3):
    return torch.from_numpy(np.random.default_rng(1).integers(8, size=(T, B)))


@torch.no_grad()
def moved(place, window=6):
    """How far the answer changes if a window of six tokens stands twenty places later."""
    net, text = model(place), tokens(26)
    net.window = window
    return (net(text)[-1] - net(text[20:])[-1]).abs().max().item()


@pytest.mark.parametrize("place", ["none", "rotary", "ALiBi"])
def test_a_window_is_read_the_same_wherever_it_stands(place):
    assert moved(place) < 1e-10
    assert moved(place, window=None) > 1e-3


@pytest.mark.parametrize("place", ["learned", "waves"])
def test_places_in_the_words_are_read_differently_further_on(place):
    assert moved(place) > 1e-3


@pytest.mark.parametrize("place", ["learned", "waves", "rotary", "ALiBi"])
def test_each_kind_tells_two_earlier_words_apart(place):
    net, text = model(place), tokens(6)
    text[1] = (text[0] + 1) % 8
    swapped = text[[1, 0, 2, 3, 4, 5]]
    with torch.no_grad():
        assert (net(text)[-1] - net(swapped)[-1]).abs().min() > 1e-6
        assert (model("none")(text)[-1] - model("none")(swapped)[-1]).abs().max() < 1e-10


def test_only_learned_positions_are_trained():
    trained = {name: model(name).positions.requires_grad for name in PLACES}
    assert trained == {name: name == "learned" for name in PLACES}


def test_the_targets_are_the_letters_three_back_and_the_order_at_the_end():
    text, target = positions.back(12, 4, np.random.default_rng(2))
    assert (target[:BACK] < 0).all() and torch.equal(target[BACK:], text[:-BACK])
    text, target = positions.order(12, 50, np.random.default_rng(2))
    assert (target[:-1] < 0).all() and set(target[-1].tolist()) == {0, 1, 2, 3}
    marked = [[t for t in row if t < 2] for row in text.T.tolist()]
    assert [2 * a + b for a, b in marked] == target[-1].tolist()


def test_what_counts_is_the_share_right_on_the_last_places():
    class Late:
        def __call__(self, text):
            back = torch.cat([text[:BACK], text[:-BACK]])
            back[: len(text) - LAST // 2] += 1  # wrong but on the last five places
            return torch.nn.functional.one_hot(back % 8, 8).double()

    assert positions.right(Late(), positions.back, 20, seed=0) == 0.5
