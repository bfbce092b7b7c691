"""Claims are well made in every lesson, and each was seen to fail."""

import nbformat
import pytest
from nbformat import v4

from tools.environment import notebooks
from tools.notebooks import claim_rules, verdicts

LESSONS = {verdicts.name_of(path): path for path in notebooks()}


@pytest.mark.parametrize("name", sorted(LESSONS))
def test_a_lesson_claims_what_it_measured(name):
    faults = claim_rules.faults(LESSONS[name])
    assert not faults, "\n".join(faults)


@pytest.mark.parametrize("name", sorted(LESSONS))
def test_every_claim_was_seen_to_fail_when_it_is_false(name):
    faults = list(verdicts.faults(LESSONS[name]))
    assert not faults, "\n".join(faults)


def test_the_record_speaks_of_lessons_that_exist():
    assert verdicts.read().keys() <= LESSONS.keys()


def test_almost_every_claim_has_a_falsifier():
    seen = [row for row in verdicts.read().values() if "claims" in row]
    claims, exempt = (sum(row[key] for row in seen) for key in ("claims", "exempt"))
    assert exempt <= max(1, 0.02 * claims)


CLAIM = "claim('the length', length, above=3)"


def faults_of(folder, source, text="", data=None):
    """What is said of a lesson of one cell with these outputs."""
    outputs = [v4.new_output("stream", text=text)] if text else []
    outputs += [v4.new_output("display_data", data=data)] if data else []
    cell = v4.new_code_cell(source, outputs=outputs)
    nbformat.write(v4.new_notebook(cells=[cell]), folder / "lesson.ipynb")
    return claim_rules.faults(folder / "lesson.ipynb")


@pytest.mark.parametrize(
    ("source", "words"),
    [
        (f"assert length > 3\n{CLAIM}", "a bare assert"),
        (f"for x in (1, 2):\n    assert x\n{CLAIM}", "a bare assert"),
        (f"print('equal: True')\n{CLAIM}", "a typed verdict"),
        (f"print(f'for {{length}}: True')\n{CLAIM}", "a typed verdict"),
        (f"print('tiny weights pass')\n{CLAIM}", "a typed verdict"),
        (f"print(2 + 198)\n{CLAIM}", "a typed verdict"),
        (f"print('✓ the length: 4')\nprint(length)\n{CLAIM}", "a typed verdict"),
        ("claim(f'length {n}', length, above=3)", "plain string"),
        (f"for length in lengths:\n    {CLAIM}", "in a loop or a function"),
        (f"def f(length):\n    {CLAIM}\n{CLAIM}", "in a loop or a function"),
        (f"{CLAIM}\n{CLAIM}", "two claims say 'the length'"),
        (CLAIM.replace("the length", "long " * 13), "65 letters of 60"),
        (CLAIM.replace("the length", "length: mine"), "no colon"),
        (f"plt.show()\n{CLAIM}", "draws and judges"),
        ("x = 1", "0 claims"),
        ("\n".join(f"claim('{n}', x, above=1)" for n in range(26)), "26 claims"),
    ],
)
def test_what_is_wrong_with_a_claim_is_said(source, words, tmp_path):
    faults = faults_of(tmp_path, source)
    assert [fault for fault in faults if words in fault], f"{words!r} is not among {faults}"


@pytest.mark.parametrize(
    "source",
    [
        CLAIM,
        f"print('seed  length')\nfor x in lengths:\n    print(x, length)\n{CLAIM}",
        f"def f(x):\n    assert x\n    return x\n\n\n{CLAIM}",
        f"print(f'{{length:.2f}} of {{n}}')\n{CLAIM}",
    ],
)
def test_nothing_is_said_of_a_heading_or_of_an_assert_in_a_helper(source, tmp_path):
    assert not faults_of(tmp_path, source)


def test_a_picture_and_a_verdict_are_seen_in_the_outputs(tmp_path):
    drawn = faults_of(tmp_path, CLAIM, data={"image/svg+xml": "<svg/>", "text/plain": "x"})
    assert ["draws and judges" in fault for fault in drawn] == [True]
    said = faults_of(tmp_path, CLAIM, text="all close: True\n")
    assert ["without its number" in fault for fault in said] == [True]
    assert not faults_of(tmp_path, CLAIM, text="[[True False]\n [True True]]\n")


@pytest.mark.parametrize(
    ("line", "inside"),
    [
        ("0.97 ± 0.02 (above 0.9)", True),
        ("0.97 ± 0.07 (above 0.9)", False),
        ("largest of 5: 0.15 ± 0.05 (below 0.2)", False),
        ("largest of 5: 0.15 ± 0.04 (below 0.2)", True),
        ("4 ± 1 of 5 above 0.9 (at least 3)", True),
        ("4 ± 1 of 5 above 0.9 (at least 4)", False),
        ("0.3 ± 0.1 to 0.6 ± 0.1 (between 0.2 and 0.7)", True),
        ("0.3 ± 0.1 to 0.65 ± 0.1 (between 0.2 and 0.7)", False),
        ("0.99 ± 0.02 (1 within 0.05)", True),
        ("0.99 ± 0.05 (1 within 0.05)", False),
        ("0.1 ± 0.03 (0.08 to 0.13, 5 seeds; above 0)", True),
        ("0.1 ± 0.03 (0.02 to 0.13, 5 seeds; above 0)", False),
        ("0.0 ± 0.01 (-0.03 to 0.03, 5 seeds; within 0.05)", True),
        ("0.0 ± 0.02 (-0.04 to 0.03, 5 seeds; within 0.05)", False),
        ("1.0 ± 0.1 times (0.9 to 1.1, 5 seeds; within 1.3)", True),
        ("1.0 ± 0.1 times (0.85 to 1.1, 5 seeds; within 1.3)", False),
        ("GRU 0.9 ± 0.1 > RNN 0.6 ± 0.1 (falling)", True),
        ("GRU 0.9 ± 0.1 > RNN 0.7 ± 0.1 (falling)", False),
    ],
)
def test_a_promised_tolerance_stays_inside_the_bound(line, inside, tmp_path):
    found = faults_of(tmp_path, CLAIM, text=f"✓ the length: {line}\n")
    assert [fault for fault in found if "reaches beyond the bound" in fault] == found
    assert bool(found) is not inside
