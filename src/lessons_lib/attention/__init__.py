"""Attention as a soft lookup, forward and backward, in NumPy.

Shapes, everywhere in this package, as in ``torch.nn.functional.scaled_dot_product_attention``:

    queries (..., T_q, d_q)    keys (..., T_k, d_k)    values (..., T_k, d_v)
    weights (..., T_q, T_k)    context (..., T_q, d_v)

The leading axes (batch, heads) are the same in all of them.  The cells of this library put time
first; ``np.swapaxes(hs, 0, 1)`` turns their states (T, B, H) into keys (B, T, H), once.

A mask is boolean and True means *may attend*.  ``scaled_dot_product_attention`` reads boolean
masks the same way.  ``nn.MultiheadAttention`` reads them the other way round: True in its
``attn_mask`` or ``key_padding_mask`` means *must not attend*.
"""

from lessons_lib.attention.heads import MultiHeadAttention
from lessons_lib.attention.lookup import attend, attend_backward
from lessons_lib.attention.masks import causal_mask, masked_softmax, padding_mask
from lessons_lib.attention.scores import Dot, ScaledDot

__all__ = [
    "Dot",
    "MultiHeadAttention",
    "ScaledDot",
    "attend",
    "attend_backward",
    "causal_mask",
    "masked_softmax",
    "padding_mask",
]
