"""Memories of today, in PyTorch.

Four lookups are four ways to make a causal matrix of weights (B, T, T), and answer with weights v.
Two minimal cells are h_t = decay_t ⊙ h_{t-1} + write_t, computed by a scan.
"""

import math

import torch
from torch import nn
from torch.nn.functional import elu, normalize


def scan(decay, write):
    """All states h_t = decay_t h_{t-1} + write_t from h = 0, in log2 T rounds.

    decay, write (T, ...), a state to begin with belongs into write[0]  →  h (T, ...).
    Each round doubles the reach of every place (Hillis & Steele, 1986).
    """
    reach = 1
    while reach < len(write):
        far = write[reach:] + decay[reach:] * write[:-reach]
        write = torch.cat([write[:reach], far])
        decay = torch.cat([decay[:reach], decay[reach:] * decay[:-reach]])
        reach *= 2
    return write


class Lookup(nn.Module):
    """What four lookups share: q, k, v of size d, and a learned sharpness."""

    def __init__(self, width, d, T):
        super().__init__()
        self.d, self.scale = d, nn.Parameter(torch.ones(()))
        self.project = nn.Linear(width, 3 * d, bias=False)
        self.gates = nn.Linear(width, 2)
        nn.init.constant_(self.gates.bias.data[:1], math.log(T))  # begin by remembering

    def forward(self, e):
        """e (T, B, width)  →  answers (T, B, d)."""
        q, k, v = self.project(e).swapaxes(0, 1).chunk(3, dim=-1)  # (B, T, d)
        gates = torch.sigmoid(self.gates(e)).permute(2, 1, 0)  # (2, B, T)
        return (self.weights(self.scale * q, k, *gates) @ v).swapaxes(0, 1)

    def kept(self, T):
        """Numbers from the past that the step after T needs."""
        return self.d**2


class SoftmaxAttention(Lookup):
    def weights(self, q, k, f, i):
        scores = q @ k.mT / math.sqrt(self.d)
        later = torch.ones_like(scores, dtype=torch.bool).triu(1)
        return scores.masked_fill(later, -torch.inf).softmax(dim=-1)

    def kept(self, T):
        return 2 * T * self.d


class LinearAttention(Lookup):
    """φ(q) φ(k)ᵀ with φ = elu + 1, each row over its sum (Katharopoulos et al., 2020)."""

    def weights(self, q, k, f, i):
        weights = ((elu(q) + 1) @ (elu(k) + 1).mT).tril()
        return weights / (weights.sum(dim=-1, keepdim=True) + 1e-6)  # in float32 φ can be 0

    def kept(self, T):
        return self.d**2 + self.d


class GatedLinearAttention(Lookup):
    """S_t = f_t S_{t-1} + i_t k_tᵀ v_t: one forget and one input gate for the matrix."""

    def weights(self, q, k, f, i):
        log = f.log().cumsum(dim=-1)
        decay = (log[:, :, None] - log[:, None]).clamp(max=0).exp()
        return (q @ k.mT * decay * i[:, None]).tril()


class DeltaRule(Lookup):
    """S_t = S_{t-1} + i_t k_tᵀ (v_t - k_t S_{t-1}), keys of length 1 (Schlag et al., 2021)."""

    def weights(self, q, k, f, i):
        k = normalize(k, dim=-1)
        overlaps = i[:, :, None] * (k @ k.mT).tril(-1)
        unit = torch.eye(k.shape[1]).expand_as(overlaps)
        written = torch.linalg.solve_triangular(overlaps + unit, torch.diag_embed(i), upper=False)
        return (q @ k.mT).tril() @ written


class MinGRU(nn.Module):
    """h_t = (1 - z_t) h_{t-1} + z_t h̃_t with z and h̃ from the input alone (Feng et al., 2024)."""

    signs = (-1,)  # of the gates' first biases: z nearly closed

    def __init__(self, width, units, T):
        super().__init__()
        self.units = units
        self.linear = nn.Linear(width, (len(self.signs) + 1) * units)
        for gate, sign in enumerate(self.signs):
            first = self.linear.bias.data[gate * units : (gate + 1) * units]
            nn.init.constant_(first, sign * math.log(T))

    def decay_and_write(self, e):
        z, new = self.linear(e).chunk(2, dim=-1)
        z = torch.sigmoid(z)
        return 1 - z, z * new

    def forward(self, e):
        """e (T, B, width)  →  states (T, B, units)."""
        return scan(*self.decay_and_write(e))

    def kept(self, T):
        return self.units


class MinLSTM(MinGRU):
    """h_t = f' h_{t-1} + i' h̃_t, where f' = f / (f + i) and i' = i / (f + i)."""

    signs = (1, -1)

    def decay_and_write(self, e):
        f, i, new = self.linear(e).chunk(3, dim=-1)
        f, i = torch.sigmoid(f), torch.sigmoid(i)
        return f / (f + i), i / (f + i) * new


MEMORIES = {
    "softmax": SoftmaxAttention,
    "linear": LinearAttention,
    "gated": GatedLinearAttention,
    "delta": DeltaRule,
    "minGRU": MinGRU,
    "minLSTM": MinLSTM,
}
