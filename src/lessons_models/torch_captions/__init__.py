"""Say what is in a picture, word by word, in PyTorch, after Xu et al. (2015).

model = AttentiveCaptioner(rng=rng)
train(model, rng=rng)
words, weights = model.describe(*as_tensors(batch.regions), steps=9)
"""

from lessons_models.torch_captions.experiment import (
    BATCH,
    STEPS,
    exact,
    new_pictures,
    on_described,
    picking_only,
    train,
    without_red_middle,
)
from lessons_models.torch_captions.models import (
    AttentiveCaptioner,
    Captioner,
    HardCaptioner,
    SummaryCaptioner,
    as_tensors,
)

__all__ = [
    "BATCH",
    "STEPS",
    "AttentiveCaptioner",
    "Captioner",
    "HardCaptioner",
    "SummaryCaptioner",
    "as_tensors",
    "exact",
    "new_pictures",
    "on_described",
    "picking_only",
    "train",
    "without_red_middle",
]
