"""A sensible call of every public function of the library, as hypothesis strategies.

CALLS: name → strategy of its arguments by name; ``self`` is the object of a method.
LAWS: name → what its result must keep, a function of the result and the arguments.
"""

import importlib
import inspect
import pkgutil
from dataclasses import is_dataclass

import numpy as np
import torch
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from torch import nn

import lessons_lib
from lessons_lib import (
    attention,
    cells,
    functional,
    gradcheck,
    tasks,
    text,
    torch_bridge,
    torch_training,
    training,
)
from lessons_models import counting, scores

# Rooms that have no strategies here, and why.
ELSEWHERE = {
    "checks": "what the functions ask of their arguments: every refusal below is one of its",
    "claims": "raises ClaimError on purpose: test_claim.py",
    "measured": "the words of a claim: test_measured.py",
}


MODELS = "lessons_models."  # what left the library for the lessons' own models is called here too


def public():
    """Names of all public functions, classes that can be built, and their methods."""
    for room in pkgutil.iter_modules(lessons_lib.__path__):
        if room.name in ELSEWHERE:
            continue
        module = importlib.import_module(f"lessons_lib.{room.name}")
        own = [n for n, thing in vars(module).items() if _lives_in(thing, module) and n[0] != "_"]
        for name in getattr(module, "__all__", own):
            thing = getattr(module, name)
            if inspect.isfunction(thing):
                yield f"{room.name}.{name}"
            elif inspect.isclass(thing):
                if not issubclass(thing, tuple) and not is_dataclass(thing):
                    yield f"{room.name}.{name}"
                yield from (f"{room.name}.{name}.{method}" for method in _methods(thing))


def _lives_in(thing, module):
    return getattr(thing, "__module__", None) == module.__name__


def _methods(kind):
    for cls in reversed(kind.__mro__):
        if cls.__module__.startswith("lessons_lib"):
            found = (n for n, m in vars(cls).items() if isinstance(m, FUNCTIONS) and n[0] != "_")
            yield from found


FUNCTIONS = (classmethod, staticmethod, type(lambda: 0))


def find(name):
    """The function of that name, in the library unless it says otherwise."""
    full = name if name.startswith(MODELS) else f"lessons_lib.{name}"
    package, room, *path = full.split(".")
    thing = importlib.import_module(f"{package}.{room}")
    for part in path:
        thing = getattr(thing, part)
    return thing


# ---- ingredients ----------------------------------------------------------------------------

few, some = st.integers(1, 4), st.integers(2, 5)
dtypes = st.sampled_from([np.float32, np.float64])
generators = st.integers(0, 99).map(np.random.default_rng)
booleans = st.booleans()


def floats(shape, dtype=np.float64, largest=4.0):
    width = 8 * np.dtype(dtype).itemsize
    numbers = st.floats(-largest, largest, width=width, allow_subnormal=False)
    return arrays(dtype, shape, elements=numbers, fill=st.nothing())


def huge(shape, dtype):
    """Up to a tenth of the largest number there is, and down to the smallest."""
    largest = float(np.finfo(dtype).max / 8)
    numbers = st.floats(-largest, largest, width=8 * np.dtype(dtype).itemsize)
    return arrays(dtype, shape, elements=numbers, fill=st.nothing())


def integers(shape, size):
    return arrays(np.int64, shape, elements=st.integers(0, size - 1), fill=st.nothing())


def masks(shape):
    return st.none() | arrays(bool, shape, elements=booleans, fill=st.nothing())


def calls(make):
    """A strategy from ``make(draw)`` → arguments by name."""
    return st.composite(lambda draw: make(draw))()


def given(**arguments):
    return st.fixed_dictionaries(arguments)


def elementwise(name):
    return calls(lambda draw: {name: draw(huge(draw(st.lists(few, max_size=3)), draw(dtypes)))})


@calls
def softmax_of(draw):
    shape = (draw(few), draw(few))
    a = draw(huge(shape, draw(dtypes)))
    hidden = draw(arrays(bool, shape, elements=booleans, fill=st.nothing()))
    hidden[:, 0] = False  # one entry of each row stays
    return {"a": np.where(hidden, a.dtype.type(-np.inf), a), "axis": draw(st.sampled_from([-1, 1]))}


@calls
def classification(draw):
    T, B, K = draw(few), draw(few), draw(few)
    mask = draw(masks((T, B)))
    if mask is not None:
        mask[0, 0] = True
    logits = draw(floats((T, B, K), draw(dtypes), 50))
    return {"logits": logits, "targets": draw(integers((T, B), K)), "mask": mask}


@calls
def regression(draw):
    shape, dtype = (draw(few), draw(few)), draw(dtypes)
    return {"y": draw(floats(shape, dtype)), "target": draw(floats(shape))}


def lookup(draw, names="qkv", size=None, dtype=None):
    B, T_q, T_k, d, d_v = (draw(few) for _ in range(5))
    d, d_v, dtype = size or d, size or d_v, dtype or draw(dtypes)
    shapes = (B, T_q, d), (B, T_k, d), (B, T_k, d_v)
    found = {n: draw(floats(s, dtype)) for n, s in zip(names, shapes, strict=False)}
    return found, (B, T_q, T_k), dtype


def scored(draw):
    found, shape, dtype = lookup(draw, "qk")
    return found, draw(floats(shape, dtype)), dtype


@calls
def looked_up(draw):
    found, shape, _ = lookup(draw)
    return {**found, "score": None, "mask": draw(masks(shape))}


@calls
def looked_up_backward(draw):
    found, shape, dtype = lookup(draw)
    context, weights, cache = attention.attend(**found, mask=draw(masks(shape)))
    dweights = draw(st.none() | floats(weights.shape, dtype))
    return {"dcontext": draw(floats(context.shape, dtype)), "cache": cache, "dweights": dweights}


def built_score(kind, q, dtype, rng):
    d = q.shape[-1]
    if kind in (attention.Dot, attention.ScaledDot):
        return kind()
    sizes = (d, d) if kind is scores.General else (d, d, 3)
    return kind(*sizes, rng=rng, dtype=dtype)


def score_calls(kind):
    @calls
    def forward(draw):
        found, _, dtype = scored(draw)
        return {"self": built_score(kind, found["q"], dtype, draw(generators)), **found}

    @calls
    def backward(draw):
        found, dscores, dtype = scored(draw)
        score = built_score(kind, found["q"], dtype, draw(generators))
        return {"self": score, "dscores": dscores, "cache": score.forward(**found)[1]}

    room = "attention" if kind in (attention.Dot, attention.ScaledDot) else f"{MODELS}scores"
    name = f"{room}.{kind.__name__}"
    return {f"{name}.forward": forward, f"{name}.backward": backward}


def heads_of(draw):
    dtype = draw(dtypes)
    found, shape, _ = lookup(draw, ("query", "key", "value"), size=4, dtype=dtype)
    layer = attention.MultiHeadAttention(4, 2, rng=draw(generators), dtype=dtype)
    return layer, {**found, "mask": draw(masks(shape))}


@calls
def heads_forward(draw):
    layer, found = heads_of(draw)
    return {"self": layer, **found}


@calls
def heads_backward(draw):
    layer, found = heads_of(draw)
    y, weights, cache = layer.forward(**found)
    dweights = draw(st.none() | floats(weights.shape, y.dtype))
    dy = draw(floats(y.shape, y.dtype))
    return {"self": layer, "dy": dy, "cache": cache, "dweights": dweights}


def sequence(draw, cell, T=None, B=None):
    shape = (T or draw(few), B or draw(few), cell.input_size)
    x = draw(floats(shape, cell.dtype))
    state = tuple(draw(floats((shape[1], cell.hidden_size), cell.dtype)) for _ in cell.state_names)
    return x, state


def built(draw, kind, dtype=None):
    dtype = dtype or draw(dtypes)
    return kind(draw(few), draw(few), rng=draw(generators), dtype=dtype)


def cell_calls(kind, **options):
    """Strategies for a cell class and its methods."""

    @calls
    def step(draw):
        cell = built(draw, kind)
        x, state = sequence(draw, cell, T=1)
        held = {} if kind is cells.RNN else {"held": draw(st.sampled_from([None, gates]))}
        return {"self": cell, "x_t": x[0], "state": state, **held}

    @calls
    def jacobian(draw):
        cell = built(draw, kind)
        x, state = sequence(draw, cell, T=1)
        return {"self": cell, "x_t": x[0], "state": state}

    @calls
    def forward(draw):
        cell = built(draw, kind)
        x, state = sequence(draw, cell)
        return {"self": cell, "x": x, "state": draw(st.sampled_from([None, state]))}

    @calls
    def backward(draw):
        cell = built(draw, kind)
        x, state = sequence(draw, cell)
        hs, final, cache = cell.forward(x, state)
        return {"self": cell, "dhs": draw(floats(hs.shape, cell.dtype)), "cache": cache,
                "dstate": draw(st.sampled_from([None, final]))}  # fmt: skip

    name = f"cells.{kind.__name__}"
    gates = {"f" if kind is cells.LSTM else "z": 0.5}
    new = given(input_size=few, hidden_size=few, rng=generators, dtype=dtypes, **options)
    return {
        name: new,
        f"{name}.init_state": calls(lambda d: {"self": built(d, kind), "batch_size": d(few)}),
        f"{name}.step": step,
        f"{name}.jacobian": jacobian,
        f"{name}.forward": forward,
        f"{name}.backward": backward,
    }


def quadratic(draw):
    """w · x² with its gradient, and x."""
    x, w = draw(integers((draw(few), draw(few)), 9)) / 2 - 2, draw(st.floats(0.1, 4))
    return x, 2 * w * x, lambda: (w * x**2).sum()


@calls
def differentiated(draw):
    x, _, f = quadratic(draw)
    return {"f": f, "array": x, "eps": draw(st.sampled_from([1e-6, 1e-4]))}


@calls
def checked(draw):
    x, gradient, f = quadratic(draw)
    return {"f": f, "arrays": {"x": x}, "gradients": {"x": gradient}, "eps": 1e-4}


def twice(x):
    return 2 * x


LETTERS = text.Vocab(("a", "b", "c"))
written = st.text("abc", min_size=1, max_size=8)


def reader(draw, kind=cells.RNN, last_only=False):
    cell = kind(3, draw(few), rng=draw(generators), dtype=draw(dtypes))
    return training.SequenceModel(cell, 3, rng=draw(generators), last_only=last_only)


@calls
def read_forward(draw):
    model = reader(draw, last_only=draw(booleans))
    x, state = sequence(draw, model.cell)
    return {"self": model, "x": x, "state": draw(st.sampled_from([None, state]))}


@calls
def read_backward(draw):
    model = reader(draw, last_only=draw(booleans))
    x, _ = sequence(draw, model.cell)
    y, final, cache = model.forward(x)
    dhs = draw(st.none() | floats((*x.shape[:2], model.cell.hidden_size), x.dtype))
    return {"self": model, "dy": draw(floats(y.shape, x.dtype)), "cache": cache,
            "dstate": draw(st.sampled_from([None, final])), "dhs": dhs}  # fmt: skip


@calls
def gradients(draw):
    shapes = draw(st.lists(st.tuples(few, few), min_size=1, max_size=3))
    return {str(n): draw(huge(shape, draw(dtypes))) for n, shape in enumerate(shapes)}


@calls
def adam_update(draw):
    grads = draw(gradients)
    params = {name: draw(floats(g.shape, g.dtype)) for name, g in grads.items()}
    adam = training.Adam(0.1, clip=draw(st.sampled_from([None, 1.0])))
    return {"self": adam, "params": params, "grads": grads, "factor": draw(st.floats(0, 1))}


def settings(**more):
    betas = st.tuples(st.floats(0, 0.99), st.floats(0, 0.999))
    positive, clip = st.floats(1e-6, 10), st.none() | st.floats(1e-3, 10)
    return given(lr=positive, clip=clip, betas=betas, eps=positive, **more)


@calls
def training_run(draw):
    model = reader(draw)
    x = draw(floats((2, 2, 3), model.cell.dtype))
    batches = [(x, draw(integers((2, 2), 3))) for _ in range(2)]
    return {"model": model, "batches": batches, "loss": functional.cross_entropy,
            "optimiser": training.Adam(0.01), "schedule": training.linear_decay(2),
            "metric": training.accuracy, "stop": training.solved(2.0),
            "carry_state": draw(booleans)}  # fmt: skip


def module(draw):
    with torch.random.fork_rng(devices=()):
        torch.manual_seed(draw(few))
        return nn.Linear(3, 3)


def classified(draw):
    logits = torch.from_numpy(draw(floats((4, 3), np.float32)))
    return logits, torch.from_numpy(draw(integers((4,), 3)))


@calls
def torch_run(draw):
    model, (x, targets) = module(draw), classified(draw)
    return {"model": model, "batches": [(x, targets)] * 2, "loss": nn.functional.cross_entropy,
            "optimiser": torch_training.Adam(model.parameters(), 0.01),
            "schedule": training.linear_decay(2), "metric": torch_training.accuracy,
            "stop": training.solved(2.0)}  # fmt: skip


@calls
def torch_update(draw):
    model, (x, targets) = module(draw), classified(draw)
    nn.functional.cross_entropy(model(x), targets).backward()
    return {"self": torch_training.Adam(model.parameters(), 0.01), "factor": draw(st.floats(0, 1))}


PAIRS = {cells.RNN: nn.RNN, cells.LSTM: nn.LSTM, cells.GRU: nn.GRU}


@calls
def exported(draw):
    kind = draw(st.sampled_from(list(PAIRS)))
    return {"cell": built(draw, kind), "kind": PAIRS[kind]}


@calls
def imported(draw):
    kind = draw(st.sampled_from(list(PAIRS)))
    cell = built(draw, kind)
    return {"module": torch_bridge.to_torch(cell, PAIRS[kind]), "kind": kind}


@calls
def learnt(draw):
    cell = built(draw, cells.GRU)
    module = torch_bridge.to_torch(cell, nn.GRU)
    module(torch.from_numpy(draw(floats((2, 2, cell.input_size), cell.dtype))))[0].sum().backward()
    return {"module": module}


@calls
def one_sequence(draw):
    cell = built(draw, draw(st.sampled_from(list(PAIRS))))
    x, state = sequence(draw, cell, B=1)
    return {"cell": cell, "x": x, "state": draw(st.sampled_from([None, state]))}


def recurrent(rng):
    return cells.RNN(2, 3, rng=rng)


def for_the_gap(rng):
    return training.SequenceModel(cells.RNN(43, 2, rng=rng, dtype=np.float32), 10, rng=rng,
                                  last_only=True)  # fmt: skip


gap = {"gap": few, "rng": generators, "distractors": st.just(0)}
task = {"B": few, "rng": generators, "dtype": dtypes}
gap_model = st.integers(0, 9).map(lambda seed: for_the_gap(np.random.default_rng(seed)))
short = {"lr": st.floats(1e-4, 0.1), "steps": st.just(2)}
lengths = st.lists(few, min_size=1, max_size=3).map(np.array)
counts = lengths.map(counting.counting)
sentences = st.integers(0, 9).map(lambda n: tasks.cloud_sentences(4, rng=np.random.default_rng(n)))

CALLS = {
    **{f"functional.{name}": elementwise(argument) for name, argument in
       (("sigmoid", "a"), ("d_sigmoid", "s"), ("d_tanh", "y"))},
    "functional.softmax": softmax_of,
    "functional.log_softmax": softmax_of,
    "functional.d_softmax": given(p=floats((2, 3)), dp=floats((2, 3)), axis=st.just(-1)),
    "functional.cross_entropy": classification,
    "functional.squared_error": regression,
    "gradcheck.numerical_gradient": differentiated,
    "gradcheck.numerical_jacobian": differentiated,
    "gradcheck.relative_error": given(a=huge((2, 2), np.float64), b=huge((2, 2), np.float64)),
    "gradcheck.check_gradients": checked,
    "gradcheck.edited": given(function=st.just(twice), changes=st.just({"2 * x": "3 * x"})),
    "text.Vocab.from_text": given(text=written),
    "text.Vocab.from_words": given(words=written),
    "text.Vocab.encode": given(self=st.just(LETTERS), text=written),
    "text.Vocab.decode": given(self=st.just(LETTERS), tokens=integers((4,), 3)),
    "text.one_hot": given(tokens=integers((2, 3), 4), size=st.just(4), dtype=dtypes),
    f"{MODELS}characters.split": given(ids=integers((20,), 4), validation=st.floats(0.05, 0.9)),
    f"{MODELS}characters.char_batches": given(ids=integers((33,), 4), T=few, B=few),
    f"{MODELS}characters.bits_per_character": calls(lambda d: {
        "model": reader(d), "ids": d(integers((5,), 3))}),
    f"{MODELS}characters.sample": calls(lambda d: {
        "model": reader(d), "vocab": LETTERS, "start": d(written), "length": d(few),
        "rng": d(generators), "temperature": d(st.floats(0.1, 10))}),
    f"{MODELS}characters.tales": given(),
    **{f"attention.{name}": strategy for name, strategy in {
        "Dot": given(),
        "ScaledDot": given(),
        "MultiHeadAttention": given(model_size=st.just(4), heads=st.sampled_from([1, 2, 4]),
                                    rng=generators, dtype=dtypes),
        "MultiHeadAttention.forward": heads_forward,
        "MultiHeadAttention.backward": heads_backward,
        "attend": looked_up,
        "attend_backward": looked_up_backward,
        "causal_mask": given(T=few),
        "padding_mask": given(lengths=integers((3,), 5), T=st.just(4)),
        "masked_softmax": given(scores=floats((2, 3, 4), np.float32), mask=masks((2, 3, 4))),
    }.items()},
    **score_calls(attention.Dot),
    **score_calls(attention.ScaledDot),
    f"{MODELS}scores.General": given(query_size=few, key_size=few, rng=generators, dtype=dtypes),
    f"{MODELS}scores.Additive": given(query_size=few, key_size=few, hidden_size=few,
                                      rng=generators, dtype=dtypes),
    **score_calls(scores.General),
    **score_calls(scores.Additive),
    "cells.orthogonal": given(size=few, rng=generators, dtype=dtypes),
    "cells.chrono_bias": given(hidden_size=few, longest=st.floats(3, 1000), rng=generators,
                               dtype=dtypes),
    **cell_calls(cells.RNN),
    **cell_calls(cells.LSTM, forget_bias=st.floats(-3, 3), chrono=st.none() | st.floats(3, 99)),
    **cell_calls(cells.GRU, keep_bias=st.floats(-3, 3), chrono=st.none() | st.floats(3, 99)),
    "training.SequenceModel": calls(lambda d: {
        "cell": built(d, cells.GRU), "outputs": d(few), "rng": d(generators),
        "last_only": d(booleans)}),
    "training.SequenceModel.forward": read_forward,
    "training.SequenceModel.backward": read_backward,
    "training.global_norm": given(grads=gradients),
    "training.clip_by_global_norm": given(grads=gradients, limit=st.floats(1e-3, 1e3)),
    "training.Adam": settings(),
    "training.Adam.update": adam_update,
    "training.linear_decay": given(steps=few, last=st.floats(0.01, 1)),
    "training.accuracy": classification,
    "training.solved": given(threshold=st.floats(0, 1), window=few),
    "training.progress": given(iterable=st.just([1, 2])),
    "training.train": training_run,
    "flow.jacobian_norms": one_sequence,
    "flow.norms_over_seeds": given(build=st.just(recurrent), T=few, seeds=st.just((0, 1)),
                                   input_scale=st.floats(0.1, 2)),
    "flow.check_sequence": one_sequence.map(lambda call: {n: call[n] for n in ("cell", "x")}),
    f"{MODELS}lyapunov.exponents": calls(lambda d: {
        **d(one_sequence), "rng": d(generators), "count": 1, "discard": 0}),
    "tasks.adding_problem": given(T=some, **task),
    f"{MODELS}copying.copy_memory": given(T=few, symbols=few, alphabet=some, **task),
    f"{MODELS}copying.copy_baseline": given(T=few, symbols=few, alphabet=some),
    "tasks.temporal_order": given(T=st.integers(10, 20), **task),
    f"{MODELS}counting.counting": given(lengths=lengths, dtype=dtypes),
    f"{MODELS}counting.counted": counts.map(lambda b: {"predictions": b.targets, "batch": b}),
    "tasks.cloud_sentences": given(**task),
    "tasks.gap_sentences": given(gap=st.integers(2, 5), distractors=st.integers(0, 1), **task),
    "tasks.Sentences.read": given(self=sentences, b=st.integers(0, 3)),
    f"{MODELS}agreement.pronoun_streams": given(T=few, **task),
    f"{MODELS}agreement.number_agreement": given(attractors=few, **task),
    "experiments.recurrent": given(Cell=st.just(cells.RNN), adjust=st.none()),
    "experiments.gap_batches": given(steps=few, batch_size=few, dtype=dtypes, **gap),
    "experiments.train_on_gap": given(model=gap_model, clip=st.just(1.0), **gap, **short),
    "experiments.accuracy_on_gap": given(model=gap_model, sentences=few, **gap),
    "experiments.solve_gap": given(build=st.just(for_the_gap), gap=few, seed=few, clip=st.just(1.0),
                                   distractors=st.just(0), **short),
    "experiments.gap_sweep": given(build=st.just(for_the_gap), gaps=st.just((1,)),
                                   seeds=st.just((0,)), **short),
    "experiments.stored": given(name=st.just("gap")),
    "torch_bridge.to_torch": exported,
    "torch_bridge.from_torch": imported,
    "torch_bridge.torch_gradients": learnt,
    "torch_training.Adam": settings(parameters=few.map(lambda n: [nn.Parameter(torch.zeros(n))])),
    "torch_training.Adam.update": torch_update,
    "torch_training.Adam.clear": torch_update.map(lambda call: {"self": call["self"]}),
    "torch_training.accuracy": calls(
        lambda d: dict(zip(("logits", "targets"), classified(d), strict=True))),
    "torch_training.train": torch_run,
}  # fmt: skip


# ---- laws -----------------------------------------------------------------------------------


def close(a, b, dtype=np.float64):
    a, b = np.asarray(a, np.longdouble), np.asarray(b, np.longdouble)
    return np.all(np.abs(a - b) <= 64 * np.finfo(dtype).eps * (1 + np.abs(b)))


def sigmoid_law(s, a):
    exact = 1 / (1 + np.exp(-a.astype(np.longdouble)))
    return s.dtype == a.dtype and close(s, exact, a.dtype)


def softmax_law(p, a, axis):
    return p.dtype == a.dtype and close(p.sum(axis), 1, a.dtype) and np.all(p[np.isinf(a)] == 0)


def cross_entropy_law(result, logits, targets, mask):
    loss, d = result
    ignored = np.zeros(targets.shape, bool) if mask is None else ~mask
    return loss >= 0 and close(d.sum(-1), 0, d.dtype) and not d[ignored].any()


def relative_error_law(error, a, b):
    return 0 <= error <= 2 and error == gradcheck.relative_error(b, a)


def norm_law(norm, grads):
    return norm >= (1 - 1e-6) * max(float(abs(g).max()) for g in grads.values())


def clip_law(result, grads, limit):
    clipped, norm = result
    stays = norm <= limit or training.global_norm(clipped) <= limit * (1 + 1e-6)
    return stays and all(np.all(np.sign(g) * clipped[k] >= 0) for k, g in grads.items())


def adam_law(norm, self, params, grads, factor):
    return norm >= 0 and all(np.isfinite(p).all() for p in params.values())


def forward_law(result, self, x, state):
    hs, final, _ = result
    state = self.init_state(x.shape[1]) if state is None else state
    for t, x_t in enumerate(x):
        state, _ = self.step(x_t, state)
        if not close(hs[t], state[0], x.dtype):
            return False
    return all(close(a, b, x.dtype) for a, b in zip(final, state, strict=True))


def backward_law(result, self, **_):
    grads = result[-1]
    return {n: g.shape for n, g in grads.items()} == {n: p.shape for n, p in self.params.items()}


def attend_law(result, q, k, v, score, mask):
    context, weights, _ = result
    sums = weights.sum(-1)
    left = np.ones(weights.shape, bool) if mask is None else mask
    return close(sums, left.any(-1), v.dtype) and not weights[~left].any()


LAWS = {
    "functional.sigmoid": sigmoid_law,
    "functional.softmax": softmax_law,
    "functional.cross_entropy": cross_entropy_law,
    "functional.squared_error": lambda r, y, target: r[0] >= 0 and r[1].dtype == y.dtype,
    "gradcheck.relative_error": relative_error_law,
    "gradcheck.check_gradients": lambda errors, **_: max(errors.values()) < 1e-5,
    "text.Vocab.encode": lambda tokens, self, text: self.decode(tokens) == text,
    "text.one_hot": lambda x, tokens, size, dtype: np.array_equal(x.argmax(-1), tokens),
    f"{MODELS}characters.split": lambda parts, ids, validation: np.array_equal(
        np.concatenate(parts), ids
    ),
    f"{MODELS}characters.sample": lambda drawn, length, **_: len(drawn) == length,
    "attention.attend": attend_law,
    "attention.masked_softmax": lambda w, scores, mask: attend_law((0, w, 0), 0, 0, w, 0, mask),
    "cells.orthogonal": lambda Q, size, rng, dtype: close(Q @ Q.T, np.eye(size), dtype),
    **{f"cells.{name}.forward": forward_law for name in ("RNN", "LSTM", "GRU")},
    **{f"cells.{name}.backward": backward_law for name in ("RNN", "LSTM", "GRU")},
    "training.SequenceModel.backward": backward_law,
    "training.global_norm": norm_law,
    "training.clip_by_global_norm": clip_law,
    "training.Adam.update": adam_law,
    "training.linear_decay": lambda f, steps, last: all(0 <= f(n) <= 1 for n in range(3 * steps)),
    "training.accuracy": lambda share, **_: 0 <= share <= 1,
    "flow.jacobian_norms": lambda norms, **_: norms[0] == 1 and np.all(norms >= 0),
    f"{MODELS}counting.counted": lambda right, **_: right.all(),
    "torch_bridge.from_torch": lambda cell, module, kind: type(cell) is kind,
    "torch_training.accuracy": lambda share, **_: 0 <= share <= 1,
}
