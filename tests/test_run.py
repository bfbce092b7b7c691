"""Exercises solved in the page: the verdicts of the notebook, offline, and nothing breaks them."""

import gzip
import io
import json
import re
import zipfile

import nbformat
import pytest
from playwright.sync_api import Error

from lessons_kit import exercises
from tests.page_scripts import ASK, AXE, FAULTS, SETTLE
from tools.environment import ROOT, notebooks
from tools.publish.server import serve
from tools.site import page
from tools.site.run import engines, judge, pages, python

SITE = ROOT / "_build" / "html"
RUN = SITE / "_static" / "run"
LESSON, ID = "book/4_gru/two_gates.html", "gru.keep_bias"
KEEP = exercises.ALL[ID]
BOOT = 120_000  # milliseconds of a machine that does much else
CHECK = re.compile(r'^check\("([\w.]+)", \w+\)\s*\Z', flags=re.M)


def section(path):
    """The cells of code below *Exercises*, as texts."""
    cells = nbformat.read(path, 4).cells
    heads = [n for n, cell in enumerate(cells) if cell.source.startswith("## ")]
    begin = next((n for n in heads if cells[n].source.startswith("## Exercises")), len(cells))
    end = next((n for n in heads if n > begin), len(cells))
    return [cell.source for cell in cells[begin:end] if cell.cell_type == "code"]


def asked():
    """(page, id, what the cells before it define) of every exercise of the course."""
    for path in notebooks():
        before = []
        for source in section(path):
            if found := CHECK.search(source):
                name = path.relative_to(ROOT).with_suffix(".html").as_posix()
                yield name, found[1], "\n".join(before)
            elif not source.startswith("solution("):
                before.append(source)


ASKED = list(asked())


@pytest.fixture(scope="module")
def server():
    assert (RUN / "run.js").is_file(), "the exercises do not run in these pages: run `make book`"
    with serve(SITE) as address:
        yield address


class Tab:
    """A tab with one lesson, and its first exercise."""

    def __init__(self, context, url):
        self.tab, self.asked, self.faults = context.new_page(), [], []
        self.tab.on("request", lambda request: self.asked.append(request.url))
        self.tab.on("pageerror", lambda error: self.faults.append(str(error)))
        self.tab.goto(url, wait_until="load")
        self.box = self.tab.locator(f'.try[data-exercise="{ID}"]')
        self.area, self.state = self.box.locator("textarea"), self.box.locator(".try-state")

    def press(self, name):
        self.box.get_by_role("button", name=name, exact=True).click()

    def open(self):
        self.press("Solve it here")
        self.area.wait_for()
        return self

    def ready(self):
        self.tab.wait_for_function("COURSE_RUN.engine.made !== null", timeout=BOOT)
        return self

    def settled(self):
        """The verdict, or what else is said, when the check has ended."""
        self.tab.wait_for_function(
            "!document.querySelector('.try-bar button').disabled", timeout=BOOT
        )
        said = self.box.locator("pre")
        return said.inner_text() if said.is_visible() else self.state.inner_text()

    def check(self, code):
        self.area.fill(code)
        self.press("Check")
        return self.settled()

    def kept(self):
        text = self.tab.evaluate("JSON.stringify(localStorage)")
        found = {k: v for k, v in json.loads(text).items() if k.startswith("memory:")}
        return {name.removeprefix("memory:"): json.loads(value) for name, value in found.items()}


@pytest.fixture(scope="module")
def lesson(chromium, server):
    """A lesson whose Python has been loaded, once for all tests."""
    context = chromium.new_context(reduced_motion="reduce")
    yield Tab(context, f"{server}/{LESSON}").open().ready()
    context.close()


def test_each_exercise_of_each_lesson_can_be_solved_on_its_page(server):
    offered = []
    for path in sorted(SITE.glob("book/*/*.html")):
        found = re.findall(r'class="try [^>]*data-exercise="([^"]+)"', path.read_text("utf-8"))
        offered += [(path.relative_to(SITE).as_posix(), id) for id in found]
    assert offered == [(name, id) for name, id, _ in ASKED] and len(offered) > 70


def test_nothing_is_loaded_before_the_first_click_and_little_is_written(chromium, server):
    context = chromium.new_context()
    tab = Tab(context, f"{server}/{LESSON}")
    tab.tab.wait_for_timeout(300)
    assert not [url for url in tab.asked if "/run/" in url]
    assert "It loads Python, " in tab.box.inner_text() and " MB, once" in tab.box.inner_text()
    text = (SITE / LESSON).read_text(encoding="utf-8")
    added = re.findall(r'<div class="try .*?</div>|<script data-src.*?</script>', text, flags=re.S)
    assert len(added) == 4 and sum(map(len, added)) < 2000
    index = (SITE / "book" / "index.html").read_text(encoding="utf-8")
    assert "/run/" not in index and 'class="try' not in index
    context.close()


def answers(exercise):
    """The starter, the reference, and the reference with its first mistake."""
    mistake = exercise.mistakes[0]
    wrong = f"{exercise.head}\n{exercise.body.replace(mistake.old, mistake.new)}"
    return exercise.starter, exercise.source, wrong


def test_every_exercise_has_the_verdicts_of_the_notebook(lesson):
    before = {id: text for _, id, text in ASKED}
    for id, exercise in exercises.ALL.items():
        given = [
            {"id": id, "code": code, "before": before.get(id, "import numpy as np")}
            for code in answers(exercise)
        ]
        here = lesson.tab.evaluate(
            "async (all) => { const said = []; for (const one of all)"
            " said.push(await COURSE_RUN.engine.run(one)); return said; }",
            given,
        )
        there = [dict(zip(("passed", "said"), judge.judged(**one), strict=True)) for one in given]
        assert here == there, id
        starter, right, wrong = here
        assert starter["said"].startswith(f"{id}: not attempted yet.") and not starter["passed"]
        assert right["said"].startswith(f"✓ {id}: right") and right["passed"]
        assert exercise.mistakes[0].hint in wrong["said"] and not wrong["passed"]


def test_the_cells_before_an_exercise_are_run_before_it(chromium, server):
    name, id, before = [one for one in ASKED if "def copied_backward" in one[2]][0]
    context = chromium.new_context()
    tab = context.new_page()
    tab.goto(f"{server}/{name}")
    tab.locator(f'.try[data-exercise="{id}"] button').click()
    tab.wait_for_selector(f'.try[data-exercise="{id}"] textarea')
    tab.evaluate("COURSE_RUN.engine.boot = async () => {}")
    tab.evaluate(
        "COURSE_RUN.engine.run = async (asked) => { window.ASKED = asked; return { said: '' }; }"
    )
    tab.locator(f'.try[data-exercise="{id}"]').get_by_role("button", name="Check").click()
    tab.wait_for_function("window.ASKED")
    seen = tab.evaluate("ASKED")
    assert "def copied_backward" in seen["before"] and "\ncheck(" not in seen["code"]
    assert seen["before"].split() == before.split() and seen["id"] == id
    context.close()


HARMLESS = {
    "prints": "print('a' * 3)\nprint(np.arange(3))\n" + KEEP.source,
    "raises at once": "1 / 0",
    "is no Python": "def keep_bias(:",
    "has another name": "def bias(share, lag):\n    return 1",
    "raises when called": "def keep_bias(share, lag):\n    raise ValueError('why')",
    "leaves": "def keep_bias(share, lag):\n    raise SystemExit",
    "leaves at once": "raise SystemExit(3)",
    "returns garbage": "def keep_bias(share, lag):\n    return {'a': object()}",
    "returns an array": "def keep_bias(share, lag):\n    return np.zeros((2, 2))",
    "has no end in itself": "def keep_bias(share, lag):\n    return keep_bias(share, lag)",
}


@pytest.mark.parametrize("code", HARMLESS.values(), ids=HARMLESS)
def test_an_answer_that_fails_gets_the_sentence_of_the_notebook(code, lesson):
    said = lesson.check(code).strip()
    expected = judge.judged(ID, code, "import numpy as np")[1].strip()
    carets = re.compile(r"^[ ^~]+$\n?", flags=re.M)  # newer Pythons mark more
    assert carets.sub("", said) == carets.sub("", expected)


def test_what_an_answer_prints_without_an_end_is_cut(lesson):
    said = lesson.check("print('x' * 10**7)\n" + KEEP.source)
    assert len(said) < 25_000 and "It printed more" in said and said.endswith("on 3 cases.")


def test_an_answer_that_takes_all_memory_gets_a_sentence(lesson):
    code = "def keep_bias(share, lag):\n    x = 'a'\n    while True: x += x"
    assert "it raised MemoryError" in lesson.check(code)
    assert lesson.check(KEEP.source).startswith("✓")


def test_an_endless_loop_is_stopped_and_the_next_check_works(lesson):
    lesson.area.fill("while True: pass")
    lesson.press("Check")
    lesson.tab.wait_for_timeout(300)
    assert lesson.state.inner_text() == "Running …"
    lesson.press("Stop")
    assert lesson.settled() == "Stopped." and lesson.area.input_value() == "while True: pass"
    assert lesson.check(KEEP.source).startswith("✓")


def test_an_answer_that_ends_python_is_told_and_python_starts_again(lesson):
    assert "Python has ended" in lesson.check("import os\nos._exit(1)")
    assert lesson.check(KEEP.source).startswith("✓") and not lesson.faults


def test_a_reload_keeps_the_answer_and_its_mark(lesson):
    lesson.check(KEEP.source)
    lesson.area.fill("# mine\n" + KEEP.starter)
    lesson.asked.clear()
    lesson.tab.reload(wait_until="load")
    lesson.area.wait_for()
    assert lesson.area.input_value() == "# mine\n" + KEEP.starter
    assert lesson.box.locator(".try-mark").inner_text() == "✓ solved"
    assert not [url for url in lesson.asked if "python.bin" in url]  # that waits for a check
    kept = lesson.kept()
    assert kept["passed"] == [ID] and kept["answers"][ID].startswith("# mine")


def test_the_starter_comes_back_and_can_be_taken_back(lesson):
    lesson.area.fill("mine")
    lesson.press("Start again")
    assert lesson.area.input_value().strip() == KEEP.starter and ID not in lesson.kept()["answers"]
    lesson.area.press("Control+z")
    assert lesson.area.input_value() == "mine"


def test_answers_are_saved_read_and_forgotten(lesson, tmp_path):
    lesson.tab.evaluate("localStorage.setItem('memory:read', '[\"book/index\"]')")
    lesson.area.fill("mine")
    lesson.box.locator("summary").click()
    with lesson.tab.expect_download() as waited:
        lesson.press("Save to a file")
    path = tmp_path / "answers.json"
    waited.value.save_as(path)
    stored = json.loads(path.read_text(encoding="utf-8"))
    assert stored == lesson.kept() and stored["answers"][ID] == "mine"
    lesson.press("Forget all")
    assert lesson.kept() == {} and lesson.area.input_value().strip() == KEEP.starter
    assert lesson.tab.evaluate("localStorage.getItem('mode')") is not None
    lesson.box.locator("input[type=file]").set_input_files(path)
    lesson.tab.wait_for_function(
        "document.querySelector('.try-state').textContent.includes('read')"
    )
    assert lesson.kept() == stored and lesson.area.input_value() == "mine"
    (tmp_path / "other.json").write_text('{"answers": [1]}', encoding="utf-8")
    lesson.box.locator("input[type=file]").set_input_files(tmp_path / "other.json")
    lesson.tab.wait_for_function("document.querySelector('.try-state').textContent.includes('no ')")
    assert lesson.kept() == stored


def test_the_keyboard_indents_and_can_leave_the_editor(lesson):
    lesson.area.fill("")
    for key in ("d", ":", "Enter", "a", "Enter", "b", "Tab", "c"):
        lesson.area.press(key)
    assert lesson.area.input_value() == "d:\n    a\n    b   c"
    lesson.area.press("Shift+Tab")
    assert lesson.area.input_value() == "d:\n    a\nb   c"
    lesson.area.press("Control+a")
    lesson.area.press("Tab")
    assert lesson.area.input_value() == "    d:\n        a\n    b   c"
    lesson.area.press("Escape")
    lesson.area.press("Tab")
    assert lesson.tab.evaluate("document.activeElement.textContent") == "Check"
    lesson.tab.keyboard.press("Shift+Tab")
    assert lesson.tab.evaluate("document.activeElement.tagName") == "TEXTAREA"


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_editor_is_accessible_in_both_themes(width, scheme, lesson):
    tab = lesson.tab
    tab.emulate_media(color_scheme=scheme)
    tab.wait_for_function(f"document.documentElement.dataset.theme === '{scheme}'")
    tab.set_viewport_size({"width": width, "height": 844})
    tab.evaluate(SETTLE)
    tab.evaluate(AXE)
    others = "article > section > :not(h1, #exercises)"
    tab.evaluate("all => document.querySelectorAll(all).forEach(e => e.remove())", others)
    tab.evaluate(ASK, {})
    assert lesson.box.locator("details").is_visible() and not tab.evaluate(FAULTS)
    assert tab.evaluate("document.documentElement.scrollWidth") <= width


def test_from_the_disk_without_a_network_an_exercise_is_solved(chromium, server):
    context = chromium.new_context(offline=True)
    tab = Tab(context, (SITE / LESSON).as_uri()).open().ready()
    assert tab.check(KEEP.source) == f"✓ {ID}: right, on 3 cases."
    assert all(url.startswith(("file:", "blob:", "data:")) for url in tab.asked) and not tab.faults
    context.close()


def test_a_browser_that_cannot_says_so_and_loads_nothing(chromium, server):
    context = chromium.new_context()
    context.add_init_script("WebAssembly.validate = () => false")
    tab = Tab(context, f"{server}/{LESSON}").open()
    assert (
        "too old to run Python" in tab.state.inner_text() and "make lab" in tab.state.inner_text()
    )
    tab.press("Check")
    assert "too old" in tab.settled() and not [url for url in tab.asked if "python.bin" in url]
    context.close()


def test_where_python_cannot_be_fetched_the_editor_says_so(chromium, server):
    context = chromium.new_context()
    context.route("**/python.bin*", lambda route: route.abort())
    tab = Tab(context, f"{server}/{LESSON}").open()
    tab.press("Check")
    assert "could not be loaded" in tab.settled()
    context.close()


def test_firefox_solves_an_exercise_too(server, play):
    try:
        firefox = play.firefox.launch()
    except Error as missing:
        pytest.skip(f"Firefox is not installed: {str(missing).splitlines()[0]}")
    tab = Tab(firefox.new_context(), f"{server}/{LESSON}").open().ready()
    assert tab.check(KEEP.source).startswith("✓")
    firefox.close()


def test_without_it_a_page_has_no_button():
    assert pages.NONE == "0"
    html = f'<article><section id="exercises"><div class="cell"><div class="cell_input">' \
        f"<pre>check(\"{ID}\", keep_bias)\n</pre></div></div></section></article>"  # fmt: skip
    with_it = {"course_run": {"size": "9 MB", "src": "run.js"}}
    assert 'data-exercise="gru.keep_bias"' in page.Page(html, with_it, {}).mend().text()
    assert "try" not in page.Page(html, {}, {}).mend().text()


def section_of(number, body):
    return bytes([number, len(body)]) + body


def test_a_program_loses_its_names_and_gets_a_limit_to_its_memory():
    head = b"\0asm\1\0\0\0"
    whole = head + section_of(0, b"\4namexyz") + section_of(5, b"\1\0\2") + section_of(10, b"\0")
    limit = b"\x80\x80\x01"  # 16,384 pages of 64 kB
    cut = head + section_of(5, b"\1\1\2" + limit) + section_of(10, b"\0")
    assert python.cut_program(whole) == cut == python.cut_program(cut)


def test_a_library_keeps_python_and_numpy():
    names = ["os.pyc", "numpy/linalg/x.pyc", "numpy/f2py/x.pyc", "pandas/x.pyc", "six.pyc",
             "numpy-2.dist-info/METADATA"]  # fmt: skip
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as old:
        for name in names:
            old.writestr(name, name)
    with zipfile.ZipFile(io.BytesIO(python.cut_library(data.getvalue()))) as new:
        assert new.namelist() == ["numpy/linalg/x.pyc", "os.pyc"]
        assert {entry.compress_type for entry in new.infolist()} == {zipfile.ZIP_STORED}


def test_without_an_index_the_build_says_how_to_do_without(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(python, "STORE", tmp_path)
    with pytest.raises(python.Missing, match="cannot be fetched: .*\n`make book RUN=0` builds"):
        python.stored(["--no-index"])
    assert list(tmp_path.iterdir()) == []


def test_the_wheel_is_pinned_by_its_hash_and_the_packages_by_theirs():
    assert re.search(r"^[\w-]+==[\d.]+ --hash=sha256:\w{64}$", python.LOCK.read_text("utf-8"), re.M)
    locked = json.loads(engines.text("vendor/package-lock.json"))["packages"]
    banner = engines.text("vendor/vendor.min.js").splitlines()[0]
    for name, found in locked.items():
        if name:
            assert found["integrity"].startswith("sha512-") and "resolved" not in found
            assert f"{name.removeprefix('node_modules/')} {found['version']}" in banner


def test_the_licences_of_what_is_shipped_lie_beside_it(server):
    text = (RUN / "LICENSES.txt").read_text(encoding="utf-8")
    for name in ("Apache License", "numpy", "PYTHON SOFTWARE FOUNDATION LICENSE", "fzstd",
                 "browser_wasi_shim"):  # fmt: skip
        assert name in text, name


def test_a_click_loads_what_the_button_says(server):
    said = re.search(r"It loads Python, (\d+) MB", (SITE / LESSON).read_text(encoding="utf-8"))
    script = (RUN / "run.js").read_bytes()
    bytes_ = (RUN / "python.bin").stat().st_size + len(gzip.compress(script, 6))
    assert abs(int(said[1]) - bytes_ / 1e6) < 1 and bytes_ < 19e6


def test_a_folder_that_is_no_pyodide_is_refused_with_a_sentence(tmp_path):
    with pytest.raises(python.Missing, match="has no pyodide-lock.json: it must hold a release"):
        engines.size(tmp_path)
    lock = {"packages": {"numpy": {"file_name": "numpy.whl", "sha256": "0" * 64}}}
    (tmp_path / engines.LOCK).write_text(json.dumps(lock), encoding="utf-8")
    with pytest.raises(python.Missing, match="has no pyodide.js"):
        engines.size(tmp_path)
    for name in (*engines.PYODIDE, "numpy.whl"):
        (tmp_path / name).write_text("x", encoding="utf-8")
    with pytest.raises(python.Missing, match="numpy.whl is not the file of which"):
        engines.size(tmp_path)


def test_the_judge_brings_no_module_that_it_does_not_need():
    names = zipfile.ZipFile(io.BytesIO(pages.course())).namelist()
    assert "course/judge.py" in names and "course/lessons_kit/exercises/show.py" in names
    alike = re.compile(r"course/(judge|lessons_kit/(__init__|exercises/.*)|lessons_lib/.*)\.py")
    assert all(map(alike.fullmatch, names)) and not [n for n in names if "torch" in n]
