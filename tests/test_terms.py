"""Every term of the glossary is introduced where it is first used, and linked from the glossary."""

import pytest

from tools.upkeep import teaching, terms


@pytest.mark.parametrize("term", terms.terms())
def test_the_first_use_of_a_term_says_what_it_is_or_links_to_the_glossary(term):
    use = terms.first_use(term)
    if use:
        entry, text = use
        assert terms.introduced(term, text), (
            f"{entry} is the first lesson that uses {term!r}, in: {text[:200]!r} … "
            f"Define it there in **bold**, or write [{term}](../glossary.md)."
        )


def test_a_use_is_a_word_of_the_text_and_not_a_heading_code_a_formula_or_an_address():
    used = "a gate closes", "two gates", "The *gate*"
    unused = (
        "`gate`",
        "$gate$",
        "[x](gate.ipynb)",
        "gateway",
        "## A gate",
        "```python\ngate = 1\n```",
    )
    assert all(terms.uses("gate", text) for text in used)
    assert not any(terms.uses("gate", text) for text in unused)


def test_a_plain_english_word_becomes_a_term_where_it_is_bold():
    cells = ("the value of x",), ("a **value** is what is read",)
    lessons = tuple((f"lesson {n}", texts) for n, texts in enumerate(cells))
    assert terms.first_use("value", lessons) == ("lesson 1", cells[1][0])


def test_bold_or_a_link_introduces_a_term_and_a_bare_word_does_not():
    assert terms.introduced("gate", "a **forget gate** is")
    assert terms.introduced("gate", "[gates](../glossary.md#term-gate)")
    assert not terms.introduced("gate", "a gate, see the [glossary](../glossary.md)")
    assert not terms.introduced("gate", "a **cell** has a gate and a **state**")


def test_the_links_of_the_glossary_lead_to_the_lessons_of_its_terms():
    page = terms.PAGE.read_text(encoding="utf-8")
    titles = {entry: lesson.title for entry, lesson in teaching.lessons().items()}
    assert terms.linked(page, titles) == page, "run: make teaching"
    assert page.count("[→ ") > len(terms.terms()) * 0.8
