"""`make test-twice` finds cells that give another verdict when they are run again."""

import nbformat
from nbformat import v4

from tools.notebooks import twice
from tools.notebooks.in_process import side_by_side

CELLS = [
    "import numpy as np\nfrom lessons_lib.claims import claim\nrng = np.random.default_rng(0)",
    "x = np.random.default_rng(1).random()\nclaim('the number', x, above=0)",
    "drawn = rng.random()\nclaim('the first draw', drawn, between=(0.636, 0.637))",
    "seen = 'drawn' in globals() and 'later' in globals()\nlater = 1\n"
    "seen or claim('only once', later, equal=1)",
    "1 / (later - 1)",
]


def test_a_shared_generator_and_a_claim_made_once_are_found(tmp_path):
    cells = [v4.new_code_cell(source) for source in CELLS]
    cells[-1].metadata["tags"] = ["raises-exception"]
    path = tmp_path / "lesson.ipynb"
    nbformat.write(v4.new_notebook(cells=cells), path)
    [(_, faults, seconds)] = side_by_side(twice.lesson, [path], jobs=1)
    assert [fault.partition(":")[0] for fault in faults] == [
        "code cell 3, run again",
        "code cell 4, run again",
    ]
    assert "the first draw" in faults[0] and "other claims" in faults[1] and seconds > 0
