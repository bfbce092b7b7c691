"""A small transformer in PyTorch: heads, two kinds of block, a language model.

Tokens come time first, (T, B), as everywhere in this library; inside, the batch is in front,
(B, T, d), as attention has it.  A mask is boolean and True means *may attend*.
"""

import numpy as np
import torch
from torch import nn
from torch.nn.functional import scaled_dot_product_attention


def sinusoids(T, size):
    """Positions as waves (Vaswani, 2017), to be added to the inputs or read as a table.

        P[t, 2i] = sin(t ω_i),   P[t, 2i + 1] = cos(t ω_i),   ω_i = 10000^(-2i / size)

    →  (T, size) float64, NumPy.  Raises ValueError where the size is odd: waves come in pairs.
    """
    if size % 2 or size < 2 or T < 1:
        raise ValueError(f"sinusoids: need T ≥ 1 and an even size ≥ 2, got T={T}, size={size}")
    angle = np.arange(T)[:, None] * 10000.0 ** (-np.arange(0, size, 2) / size)  # (T, size / 2)
    return np.stack([np.sin(angle), np.cos(angle)], axis=-1).reshape(T, size)


class Heads(nn.Module):
    """Multi-head self-attention (Vaswani, 2017): ``attention.MultiHeadAttention`` as a module.

    turn: what is done to the queries and keys (B, heads, T, d / heads) of all places; nothing.
    Raises ValueError unless ``heads`` divides ``size``.
    """

    def __init__(self, size, heads):
        super().__init__()
        if heads < 1 or size < 1 or size % heads:
            raise ValueError(f"a size of {size} cannot be cut into {heads} equal heads")
        self.heads = heads
        self.qkv, self.out = nn.Linear(size, 3 * size), nn.Linear(size, size)
        self.turn = nn.Identity()

    def forward(self, x, mask=None):
        """x (B, T, d), mask bool, or numbers added to the scores, broadcast to (B, heads, T, T)
        →  (B, T, d)."""
        parts = self.qkv(x).unflatten(-1, (3, self.heads, -1))  # (B, T, 3, heads, d / heads)
        q, k, v = parts.permute(2, 0, 3, 1, 4)
        context = scaled_dot_product_attention(self.turn(q), self.turn(k), v, mask)
        return self.out(context.transpose(1, 2).flatten(2))


class PreNorm(nn.Module):
    """The block with layer norm before its two parts (Radford et al., 2019; Xiong et al., 2020).

        x ← x + heads(norm1(x)),   x ← x + mlp(norm2(x)),   mlp = linear, ReLU, linear

    It computes what ``nn.TransformerEncoderLayer(norm_first=True, dropout=0)`` computes.
    """

    ends_normed = False  # a stack of these blocks needs a last norm before the read-out

    def __init__(self, size, heads, hidden_size):
        super().__init__()
        self.heads = Heads(size, heads)
        self.mlp = nn.Sequential(
            nn.Linear(size, hidden_size), nn.ReLU(), nn.Linear(hidden_size, size)
        )
        self.norm1, self.norm2 = nn.LayerNorm(size), nn.LayerNorm(size)

    def forward(self, x, mask=None):
        """x (B, T, d), mask as in ``Heads``  →  (B, T, d)."""
        x = x + self.heads(self.norm1(x), mask)
        return x + self.mlp(self.norm2(x))


class PostNorm(PreNorm):
    """The block with layer norm after each sum, as first published (Vaswani, 2017).

    x ← norm1(x + heads(x)),   x ← norm2(x + mlp(x))
    """

    ends_normed = True

    def forward(self, x, mask=None):
        """As in ``PreNorm``."""
        x = self.norm1(x + self.heads(x, mask))
        return self.norm2(x + self.mlp(x))


class Transformer(nn.Module):
    """Embedding, learned positions, a stack of blocks, a linear read-out at every position.

        x_t = E[token_t] + P[t],   y_t = norm(blocks(x))_t W_y + b_y

    symbols: K_in, tokens 0 … K_in - 1; outputs: K; longest: rows of P; causal: position t sees
    0 … t only, which a model of the next symbol needs.  The MLPs have 4 · size units.  Matrices
    start uniform (Glorot & Bengio, 2010), biases at 0, E and P normal with deviation 0.3 and 0.1.
    rng: np.random.Generator; PyTorch's own random state is left as it was.
    """

    def __init__(self, symbols, outputs, longest, size, *, rng, heads=4, layers=2,
                 block=PreNorm, causal=True):  # fmt: skip
        super().__init__()
        self.symbols, self.longest, self.causal = symbols, longest, causal
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(int(rng.integers(2**31)))
            self.embedding = nn.Embedding(symbols, size)
            self.positions = nn.Parameter(0.1 * torch.randn(longest, size))
            self.blocks = nn.ModuleList(block(size, heads, 4 * size) for _ in range(layers))
            self.norm = nn.Identity() if block.ends_normed else nn.LayerNorm(size)
            self.read_out = nn.Linear(size, outputs)
            nn.init.normal_(self.embedding.weight, std=0.3)
            for module in self.modules():
                if isinstance(module, nn.Linear):
                    nn.init.xavier_uniform_(module.weight)
                    nn.init.zeros_(module.bias)

    def forward(self, tokens, lengths=None):
        """tokens (T, B) int64, T ≤ longest; lengths (B,) of real tokens, the rest is padding that
        no position sees, or None  →  logits (T, B, K); those at padding mean nothing.

        Raises ValueError for other tokens and for lengths outside 1 … T.
        """
        self._check(tokens, lengths)
        x = (self.embedding(tokens) + self.positions[: len(tokens), None]).swapaxes(0, 1)
        mask = self._mask(len(tokens), lengths, tokens.device)
        for block in self.blocks:
            x = block(x, mask)
        return self.read_out(self.norm(x)).swapaxes(0, 1)

    def _mask(self, T, lengths, device):
        mask = torch.ones(T, T, dtype=torch.bool, device=device)
        mask = mask.tril() if self.causal else mask
        if lengths is None:
            return mask if self.causal else None
        seen = torch.arange(T, device=device) < lengths[:, None]  # (B, T_k)
        return mask & seen[:, None, None]  # (B, 1, T_q, T_k)

    def _check(self, tokens, lengths):
        if tokens.ndim != 2 or tokens.dtype != torch.int64:
            raise ValueError(
                f"tokens are {tokens.dtype} of shape {tuple(tokens.shape)}, expected int64 (T, B)"
            )
        if not len(tokens) or len(tokens) > self.longest:
            raise ValueError(
                f"{len(tokens)} steps, but there are positions for 1 to {self.longest}: "
                "build the model with a larger longest"
            )
        if tokens.min() < 0 or tokens.max() >= self.symbols:
            raise ValueError(f"tokens must lie between 0 and {self.symbols - 1}")
        if lengths is not None and (
            lengths.shape != tokens.shape[1:]
            or (lengths < 1).any()
            or (lengths > len(tokens)).any()
        ):
            raise ValueError(f"lengths must be one of 1 … {len(tokens)} per sequence")


@torch.no_grad()
def bits_per_character(model, ids):
    """Mean cross-entropy of the next symbol in bits, each predicted from ``longest`` / 2 symbols
    or more before it: windows of ``longest`` overlap by one half (the first counts whole).

    model: a causal ``Transformer`` with as many outputs as symbols; ids (n,), n > longest.
    Symbols left over after the last whole window are not counted.
    """
    T, half = model.longest, model.longest // 2
    ids = torch.as_tensor(np.asarray(ids))
    windows = ids.unfold(0, T + 1, T - half).T  # (T + 1, W)
    x, y = windows[:-1].contiguous(), windows[1:, :, None]
    log_p = model(x).log_softmax(dim=-1)
    bits = -log_p.gather(-1, y)[..., 0] / float(np.log(2))
    return torch.cat([bits[:, 0], bits[half:, 1:].flatten()]).double().mean().item()
