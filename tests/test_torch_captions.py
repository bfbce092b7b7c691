"""The captioners of the lesson on pictures: one way of speaking, four ways of looking."""

import numpy as np
import pytest
import torch

from lessons_lib import attention
from lessons_models import scores, shapes
from lessons_models import torch_captions as captions
from lessons_models.torch_captions.models import _draw

SOFT_AND_NONE = [captions.Captioner, captions.SummaryCaptioner, captions.AttentiveCaptioner]
ALL = [*SOFT_AND_NONE, captions.HardCaptioner]


@pytest.fixture
def rng():
    return np.random.default_rng(0)


def batch_of(B=6, seed=0, **options):
    return shapes.pictures(B, rng=np.random.default_rng(seed), dtype=np.float32, **options)


def normal(rng, *shape):
    return captions.as_tensors(rng.standard_normal(shape))[0]


@pytest.mark.parametrize("place_first", [False, True])
@pytest.mark.parametrize("build", ALL)
def test_feeding_back_the_words_gives_the_words_of_teacher_forcing(build, place_first, rng):
    model = build(rng=rng, place_first=place_first)
    (regions,) = captions.as_tensors(batch_of().regions)
    words, weights = model.describe(regions, steps=5)
    previous = torch.cat([torch.zeros((1, 6), dtype=torch.int64), words[:-1]])
    logits, again, _ = model(regions, previous)
    assert torch.equal(logits.argmax(dim=-1), words)
    assert weights is again is None or torch.equal(weights, again)


def test_the_decoder_looks_as_the_numpy_attention_does(rng):
    model = captions.AttentiveCaptioner(rng=rng)
    h, a = normal(rng, 4, 48), normal(rng, 4, 9, 32)
    context, weights, picked = model.context(h, a, None)
    score = scores.Additive(48, 32, 32, rng=rng)
    score.params = {n: getattr(model, n).detach().numpy().astype(float) for n in score.params}
    q, k = h[:, None].double().numpy(), a.double().numpy()
    expected, shares, _ = attention.attend(q, k, k, score)
    np.testing.assert_allclose(context.detach(), expected[:, 0], atol=1e-5)
    np.testing.assert_allclose(weights.detach(), shares[:, 0], atol=1e-6)
    assert picked is None


def test_soft_and_hard_attention_have_the_same_parameters_and_weights(rng):
    soft, hard = captions.AttentiveCaptioner(rng=rng), captions.HardCaptioner(rng=rng)
    hard.load_state_dict(soft.state_dict())
    h, a = normal(rng, 4, 48), normal(rng, 4, 9, 32)
    _, expected, _ = soft.context(h, a, None)
    context, weights, picked = hard.context(h, a, None)
    assert torch.equal(weights, expected) and torch.equal(picked, weights.argmax(dim=-1))
    assert torch.equal(context, a[range(4), picked])


def test_a_region_is_drawn_as_often_as_its_weight_says(rng):
    weights = torch.tensor([0.5, 0.25, 0, 0, 0.25, 0, 0, 0, 0]).expand(4000, 9)
    luck = torch.from_numpy(rng.random(4000).astype(np.float32))
    often = torch.bincount(_draw(weights, luck), minlength=9) / 4000
    assert (often - weights[0]).abs().max() < 0.03
    assert _draw(weights[:1], torch.ones(1) * 2) == 8  # rounding may leave the sum below the luck


def test_the_gradient_of_the_hard_loss_is_on_average_that_of_the_expected_loss(rng):
    """One word, one picture 4,000 times: REINFORCE against the sum over all nine regions."""
    model, one = captions.HardCaptioner(rng=rng).double(), batch_of(1, fewest=4)
    a = model.features(torch.from_numpy(one.regions).double()).detach()
    h, word = normal(rng, 1, 48).double(), torch.tensor(one.captions[0])

    def surprise(context):
        return torch.nn.functional.cross_entropy(
            model.read_out(torch.cat([h.expand(len(context), 48), context], dim=1)),
            word.expand(len(context)),
            reduction="none",
        ).detach()

    costs = surprise(a[0])
    (model.weights(h, a)[0] @ costs).backward()
    expected, model.v_a.grad = model.v_a.grad, None
    luck = torch.from_numpy(rng.random(40_000))
    weights = model.weights(h, a).expand(40_000, 9)
    picked = _draw(weights.detach(), luck)
    better = costs[picked].mean() - costs[picked]
    (-better * weights.gather(1, picked[:, None])[:, 0].log()).mean().backward()
    assert (model.v_a.grad - expected).norm() < 0.1 * expected.norm()


@pytest.mark.parametrize("build", ALL)
def test_every_parameter_takes_part_in_the_loss(build, rng):
    model = build(rng=rng)
    model.loss(batch_of(), rng).backward()
    assert all(p.grad is not None and p.grad.abs().max() > 0 for p in model.parameters())


@pytest.mark.parametrize("build", SOFT_AND_NONE)
def test_what_follows_the_full_stop_counts_for_nothing(build, rng):
    model, batch = build(rng=rng), batch_of()
    batch.captions[~batch.mask] = 5
    before = batch_of()
    assert torch.equal(model.loss(batch, rng), model.loss(before, rng))


def test_the_mean_with_places_added_last_does_not_see_who_is_where(rng):
    (regions,) = captions.as_tensors(batch_of().regions)
    mixed = regions[:, torch.from_numpy(rng.permutation(9))]
    for place_first in (False, True):
        model = captions.Captioner(rng=rng, place_first=place_first)
        same = torch.allclose(model.summary(model.features(regions)),
                              model.summary(model.features(mixed)), atol=1e-5)  # fmt: skip
        assert same is not place_first


def test_building_and_training_leave_the_random_state_of_torch_alone(rng):
    before = torch.random.get_rng_state()
    model = captions.HardCaptioner(rng=rng)
    losses = captions.train(model, rng=rng, steps=2, keep=lambda batch: ~batch.names(4, "red"))
    assert len(losses) == 2 and torch.equal(before, torch.random.get_rng_state())


def test_one_picture_without_a_batch_axis_is_named(rng):
    with pytest.raises(ValueError, match=r"regions\[None\]"):
        captions.Captioner(rng=rng).describe(torch.ones(9, 192), 3)


def test_attention_learns_to_describe_and_looks_where_it_speaks():
    model = captions.AttentiveCaptioner(rng=np.random.default_rng([0, 0]))
    captions.train(model, rng=np.random.default_rng([0, 1]), steps=500)
    new = batch_of(256, seed=2)
    assert captions.exact(model, new).mean() > 0.8
    assert captions.on_described(model, new).mean() > 0.9


# ---- the sweep ----


def test_picking_alone_is_measured_with_the_weights_of_the_soft_model():
    model = captions.AttentiveCaptioner(rng=np.random.default_rng(0))
    test = captions.new_pictures(0)
    with torch.no_grad():
        model.v_a.mul_(1e4)  # one weight is 1: picking it changes nothing
    picked, at_stop = captions.picking_only(model, test)
    assert picked == captions.exact(model, test).mean() and 0 <= at_stop < 1


def test_the_pictures_left_out_are_those_with_red_in_the_middle():
    test = captions.new_pictures(0)
    middle = test.regions[~captions.without_red_middle(test), 4].reshape(-1, 64, 3)
    red = (middle == shapes.COLOURS["red"]).all(axis=2).any(axis=1)
    assert len(red) > 50 and red.all()
