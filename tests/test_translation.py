"""The book in Chinese: in step with the English one, whole, and no formula or number changed."""

import re
from collections import Counter

import pytest
from babel.messages.catalog import Catalog

from tests.page_scripts import AXE
from tools.notebooks import hygiene
from tools.publish.server import serve
from tools.site import language, translate
from tools.site.page import Page
from tools.upkeep import teaching

NAMES = [name for name in language.LANGUAGES if name != "en"]
LOOKED_AT = (
    "book/index",
    "book/claims",
    "book/1_rnn/loop_with_state",
    "book/4_gru/two_gates",
    "search",
)
HAN = re.compile("[\\u4e00-\\u9fff]")


@pytest.fixture(params=NAMES)
def name(request):
    return request.param


def pages(name):
    base = translate.folder(name)
    return {p.relative_to(base).with_suffix("").as_posix(): translate.read(p)
            for p in sorted(base.rglob("*.po"))}  # fmt: skip


def test_the_catalogues_are_of_the_book_as_it_is(name):
    known = translate.known(name)
    entries = list(hygiene.toc_entries())
    assert sorted(known) == sorted(entries), "run `make translate`: a page came or went"
    old = [page for page in entries if translate.digest(page) != known[page]]
    assert not old, f"run `make translate`, then translate what it lists: {old} changed"


def test_every_message_of_a_core_lesson_is_translated_and_none_is_in_doubt(name):
    """What is missing elsewhere is shown in English; the coverage is printed."""
    missing, every = Counter(), 0
    for page, catalogue in pages(name).items():
        messages = [message for message in catalogue if message.id]
        every += len(messages)
        missing[page] = sum(message.fuzzy or not message.string for message in messages)
    core = {entry for entry, lesson in teaching.lessons().items() if lesson.kind == "core"}
    print(f"{name}: {every - missing.total()} of {every} messages translated; missing {+missing}")
    late = {page: missing[page] for page in core if missing[page]}
    assert not late, f"messages to translate, then `make translate` is quiet: {late}"


def test_formulas_code_links_and_numbers_are_the_same_and_terms_as_in_their_table(name):
    terms = translate.terms(name)
    faults = [f"{page}: {message.id[:70]!r}: {fault}"
              for page, catalogue in pages(name).items() for message in catalogue
              if message.id and message.string and not message.fuzzy
              for fault in translate.faults(message.id, message.string, terms)]  # fmt: skip
    assert not faults, "\n".join(faults)


TERMS = {"forget gate": ["遗忘门"], "gate": ["门"], "score": ["分数", "打分"]}
WRONG = {
    "The **gate** $f_t$ is 0.15.": {
        "**门** $f_t$ 是 0.15。": "",
        "**门** $f_t$ 是 0.51。": "lost ['0.15'], new ['0.51']",
        "**门** $f_{t}$ 是 0.15。": "lost ['$f_t$']",
        "门 $f_t$ 是 0.15。": "2 times **",
        "甲**“门”**乙 $f_t$ 是 0.15。": "marks nothing",
        "**闸** $f_t$ 是 0.15。": "'gate' without 门",
    },
    "See [two forget gates](two.ipynb), {ref}`counted <g-cost>` and `nn.GRU`.": {
        "见[两个遗忘门](two.ipynb)、{ref}`计数 <g-cost>` 和 `nn.GRU`。": "",
        "见[两个遗忘门](one.ipynb)、{ref}`计数 <g-cost>` 和 `nn.GRU`。": "one.ipynb",
        "见[两个遗忘门](two.ipynb)、{ref}`计数 <g-time>` 和 `nn.GRU`。": "<g-cost>",
        "见[两个门](two.ipynb)、{ref}`计数 <g-cost>` 和 `nn.GRU`。": "'forget gate' without",
    },
}


@pytest.mark.parametrize(
    ("english", "other", "fault"), [(e, o, f) for e, row in WRONG.items() for o, f in row.items()]
)
def test_what_a_translation_loses_is_named(english, other, fault):
    found = " ".join(translate.faults(english, other, TERMS))
    assert fault in found and bool(fault) == bool(found), found


def test_a_message_that_changed_keeps_its_translation_in_doubt(monkeypatch, tmp_path):
    monkeypatch.setattr(translate, "LOCALE", tmp_path)
    monkeypatch.setattr(translate, "digest", lambda page: "0")
    first, second = Catalog(), Catalog()
    first.add("A gate is a row of numbers."), first.add("It goes away.")
    second.add("A gate is a row of numbers between 0 and 1."), second.add("Another sentence.")
    assert translate.update("zh_CN", {"book/a": first}) == {"book/a": (2, 2, 0, 0)}
    path = translate.folder("zh_CN") / "book" / "a.po"
    path.write_text(
        path.read_text(encoding="utf-8").replace('msgstr ""', 'msgstr "门是一行数。"', 2),
        encoding="utf-8",
    )
    assert translate.update("zh_CN", {"book/a": second}) == {"book/a": (2, 1, 1, 1)}
    assert translate.known("zh_CN") == {"book/a": "0"}
    translate.update("zh_CN", {"book/b": second})
    assert not path.exists()


def test_a_phrase_with_numbers_is_said_with_its_own():
    known = {"{}: reads a: c = {}": "{}：读入 a：c = {}", "forget {}": "遗忘 {}"}
    assert language.phrased("2: reads a: c = −1.5", known) == "2：读入 a：c = −1.5"
    assert language.phrased("forget 0.99", known) == "遗忘 0.99"
    assert language.phrased("input 0.99", known) == "input 0.99"


def test_what_stands_around_the_text_is_translated_and_what_was_printed_is_not():
    html = """<html><body><nav aria-label="Page">Contents</nav><article><p>Its text</p>
      <pre>Contents</pre><details><summary>Answer</summary><p>Answer</p></details>
      <svg><text x="1">forget 0.99</text></svg></article></body></html>"""
    page = Page(html, {}, {})
    language.speak(
        page, {"Contents": "目录", "Page": "本页", "Answer": "答案", "forget {}": "遗忘 {}"}
    )
    text = page.text()
    assert '<nav aria-label="本页">目录</nav>' in text and "<pre>Contents</pre>" in text
    assert "<summary>答案</summary><p>Answer</p>" in text and ">遗忘 0.99</text>" in text


@pytest.fixture(scope="module")
def site():
    with serve(translate.build("zh_CN")) as address:
        yield address


@pytest.mark.parametrize("page", LOOKED_AT)
def test_a_page_in_chinese_is_whole_offline_at_every_width(page, site, chromium):
    context = chromium.new_context(reduced_motion="reduce")
    tab, asked, faults = context.new_page(), [], []
    tab.on("request", lambda request: asked.append(request.url))
    tab.on("pageerror", lambda error: faults.append(str(error)))
    for width in (390, 1280):
        tab.set_viewport_size({"width": width, "height": 844})
        tab.goto(f"{site}/{page}.html", wait_until="load")
        wide = tab.evaluate("document.documentElement.scrollWidth")
        assert wide <= width, f"{page} is {wide} px wide on a screen of {width}"
    assert tab.evaluate("document.documentElement.lang") == "zh-CN"
    assert HAN.search(tab.title()) and HAN.search(tab.inner_text("h1"))
    assert "**" not in "".join(tab.locator("article :is(p, li, td)").all_inner_texts())
    away = [url for url in asked if not url.startswith((site, "data:", "blob:"))]
    assert not away and not faults
    tab.evaluate(AXE)
    found = tab.evaluate("axe.run().then(r => r.violations.map(v => v.id))")
    assert not found
    context.close()


def test_the_search_finds_words_between_which_stands_no_space(site, chromium):
    tab = chromium.new_page()
    tab.goto(f"{site}/search.html?q=注意力机制")
    assert tab.locator("#search-results li").count()
    assert "注意力" in tab.inner_text("#search-results")
    tab.goto(f"{site}/search.html?q=xyzzy注意力")
    assert not tab.locator("#search-results li").count()
    tab.close()
