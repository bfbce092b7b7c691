"""The translators with maps: the lookup against the NumPy half, the padding, the experiment."""

import numpy as np
import pytest
import torch

from lessons_lib import attention
from lessons_models import torch_alignment as alignment
from lessons_models.dates import Dates

S, T, B, K, L, H = 6, 4, 3, 9, 7, 8
LENGTHS = torch.tensor([6, 2, 4])
MASK = torch.arange(S)[:, None] < LENGTHS
MODELS = [alignment.Translator, alignment.AttentiveTranslator]


def build(Model, seed=0):
    return Model(K, L, H, rng=np.random.default_rng(seed)).double()


def symbols(high, steps, seed):
    return torch.from_numpy(np.random.default_rng(seed).integers(0, high, (steps, B)))


@pytest.fixture
def source():
    return symbols(K, S, 1)


@pytest.fixture
def previous():
    return symbols(L, T, 2)


def states(model, source, previous):
    hs, state = model.encode(source, MASK)
    return model.decode(previous, state)[0], hs


def test_the_lookup_is_that_of_the_library_with_the_states_as_keys_and_values(source, previous):
    model = build(alignment.AttentiveTranslator)
    s, hs = states(model, source, previous)
    context, weights = model.context(s, hs, MASK)
    q, k = (a.detach().swapaxes(0, 1).numpy() for a in (s, hs))
    ours, rows, _ = attention.attend(q, k, k, attention.Dot(), MASK.T[:, None].numpy())
    assert np.abs(weights.detach().numpy() - rows).max() < 1e-10
    assert np.abs(context.detach().swapaxes(0, 1).numpy() - ours).max() < 1e-10


@pytest.mark.parametrize("Model", MODELS)
def test_the_padding_changes_nothing(Model, source, previous):
    model = build(Model)
    logits = model(source, MASK, previous)
    noise = symbols(K, S, 3)
    assert torch.equal(logits, model(torch.where(MASK, source, noise), MASK, previous))
    longer = torch.cat([source, noise]), torch.cat([MASK, torch.zeros_like(MASK)])
    assert (logits - model(*longer, previous)).abs().max() < 1e-12
    for n, length in enumerate(LENGTHS):
        one = source[:length, n : n + 1]
        alone = model(one, torch.ones_like(one, dtype=bool), previous[:, n : n + 1])
        assert (logits[:, n : n + 1] - alone).abs().max() < 1e-12


@pytest.mark.parametrize("Model", MODELS)
def test_every_real_symbol_reaches_the_outputs(Model, source, previous):
    model = build(Model)
    logits = model(source, MASK, previous)
    for place in range(2):
        other = source.clone()
        other[place] = (other[place] + 1) % K
        moved = (logits - model(other, MASK, previous)).abs().amax(dim=(0, 2))
        assert (moved > 1e-8).all()


def test_the_weights_depend_on_the_states_of_the_encoder(source, previous):
    model = build(alignment.AttentiveTranslator)
    s, hs = (a.detach() for a in states(model, source, previous))
    mix = torch.from_numpy(np.random.default_rng(4).standard_normal((B, T, S)))
    weights = model.weights(s, hs.requires_grad_(), MASK)
    (gradient,) = torch.autograd.grad((weights * mix).sum(), hs)
    assert (gradient.abs().amax(dim=-1)[MASK] > 1e-6).all()
    assert not gradient[~MASK].any()


def test_rows_of_weights_sum_to_one_and_leave_the_padding_out(source, previous):
    model = build(alignment.AttentiveTranslator)
    _, weights = model.context(*states(model, source, previous), MASK)
    np.testing.assert_allclose(weights.detach().sum(dim=-1).numpy(), 1, atol=1e-12)
    assert not weights.detach().swapaxes(0, 1)[:, ~MASK.T].any()


def test_both_models_have_the_same_parameters():
    one, other = (build(Model).state_dict() for Model in MODELS)
    assert one.keys() == other.keys()
    assert all(torch.equal(one[name], other[name]) for name in one)


@pytest.mark.parametrize("Model", MODELS)
def test_translation_feeds_back_what_was_written(Model, source):
    model = build(Model)
    with torch.no_grad():  # weights of order one: what was written shows in what comes next
        for array in model.parameters():
            array.copy_(torch.from_numpy(np.random.default_rng(5).standard_normal(array.shape)))
    written, weights = model.translate(source, MASK, 0, T)
    before = torch.cat([torch.zeros_like(written[:1]), written[:-1]])
    assert torch.equal(model(source, MASK, before).argmax(dim=-1), written)
    assert (weights is None) == (Model is alignment.Translator)
    assert weights is None or weights.shape == (B, T, S)


def test_a_new_model_leaves_the_random_state_of_torch_alone():
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(123)
        before = torch.random.get_rng_state()
        build(alignment.Translator)
        assert torch.equal(before, torch.random.get_rng_state())


def test_a_mask_with_holes_an_empty_sentence_and_an_odd_size_are_refused(source):
    model = build(alignment.Translator)
    holes, empty = MASK.clone(), MASK.clone()
    holes[0], empty[:, 0] = False, False
    for mask in (holes, empty, MASK[:-1]):
        with pytest.raises(ValueError, match="padding|mask"):
            model.encode(source, mask)
    with pytest.raises(ValueError, match="even"):
        alignment.Translator(K, L, 7, rng=np.random.default_rng(0))


def test_a_few_steps_on_dates_lower_the_loss_and_the_score_counts_whole_dates():
    sizes = len(Dates.source_vocab), len(Dates.target_vocab), 16
    model = alignment.AttentiveTranslator(*sizes, rng=np.random.default_rng(0))
    history = alignment.train_on_dates(model, rng=np.random.default_rng(1), steps=15)
    assert history.loss[-3:].mean() < history.loss[:3].mean()

    class Perfect:
        def __init__(self, wrong):
            self.wrong = wrong

        def translate(self, source, mask, begin, steps):
            _, targets, _ = alignment.date_tensors(4, rng=np.random.default_rng(2))
            targets[-1, : self.wrong] += 1
            return targets, None

    for wrong in (0, 1):
        score = alignment.exact_dates(Perfect(wrong), rng=np.random.default_rng(2), dates=4)
        assert score == 1 - wrong / 4


def test_two_builds_with_one_seed_see_the_same_dates():
    def build(*sizes, rng):
        return alignment.Translator(*sizes[:2], 4, rng=rng)

    score, model = alignment.solve_dates(build, 3, steps=2)
    again, twin = alignment.solve_dates(build, 3, steps=2)
    assert score == again
    assert all(
        torch.equal(a, b) for a, b in zip(model.parameters(), twin.parameters(), strict=True)
    )
