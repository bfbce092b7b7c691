"""The bytes of a cache are counted once each, views as what they keep alive."""

import numpy as np
import pytest

from lessons_lib import attention, cells
from lessons_models import footprint


def test_an_array_counts_once_and_a_view_as_its_owner():
    a = np.zeros((4, 8))
    assert footprint.cache_bytes(a, (a, [a[1:]])) == a.nbytes
    assert footprint.cache_bytes({"part": a[:1].T}) == a.nbytes


@pytest.mark.parametrize("Cell", [cells.RNN, cells.LSTM, cells.GRU])
def test_the_cache_of_a_cell_grows_with_the_length(Cell):
    sizes = []
    for T in (50, 100, 200):
        cell = Cell(4, 4, rng=np.random.default_rng(0))
        sizes.append(footprint.cache_bytes(cell.forward(np.zeros((T, 1, 4)))[2]))
    assert sizes[2] - sizes[1] == 2 * (sizes[1] - sizes[0]) > 0


def test_the_cache_of_attention_holds_its_weights():
    layer = attention.MultiHeadAttention(4, 2, rng=np.random.default_rng(0))
    x = np.zeros((1, 64, 4))
    _, weights, cache = layer.forward(x, x, x)
    assert footprint.cache_bytes(cache) > weights.nbytes == 2 * 64 * 64 * 8


def test_a_cache_without_arrays_is_an_error():
    with pytest.raises(TypeError, match="no NumPy array"):
        footprint.cache_bytes((None, 3))
