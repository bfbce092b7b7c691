// An editor below each exercise, a worker that judges, and what the browser keeps. run.js has it after
// COURSE_RUN, all that was packed for it; nothing of this is loaded before the first click.
(() => {
  const GIVEN = window.COURSE_RUN;
  const HERE = new URL(".", document.currentScript.src);
  const SIZE = GIVEN.frames.reduce((sum, length) => sum + length, 0);
  const MB = `${Math.round(SIZE / 1e6)} MB`;
  const SAY = {
    able: "This browser is too old to run Python in a page: a Chromium, Edge or Firefox of 2025 or "
      + "later can. Or solve the exercise in the notebook, with `make lab`.",
    first: `The first check loads Python, ${MB}, once. What you write stays in this browser.`,
    keys: "Tab indents; Escape, then Tab, leaves the editor; Ctrl+Enter checks.",
    loading: (part) => `Loading Python: ${Math.min(99, Math.round(100 * part))} % of ${MB} …`,
    starting: "Starting Python …",
    ready: "Python is ready.",
    running: "Running …",
    stopped: "Stopped.",
    busy: "Another answer is still running. Stop it first.",
    lost: "Python has ended while it ran this: did it call itself without an end, or leave? The next "
      + "check starts it again.",
    failed: (why) => `Python could not be loaded (${why}). Check once more, or solve the exercise in `
      + "the notebook, with `make lab`.",
    kept: "Answers and marks stay in this browser.",
    read: (count) => `${count === 1 ? "One answer was" : `${count} answers were`} read.`,
    unread: "This file holds no answers of this course.",
    forgotten: "All answers and marks of this browser are gone.",
  };
  // A function with the newer kind of exceptions: a browser that cannot read it cannot run Python.
  const TRY = [0, 97, 115, 109, 1, 0, 0, 0, 1, 4, 1, 96, 0, 0, 3, 2, 1, 0,
    10, 13, 1, 11, 0, 2, 64, 31, 64, 1, 2, 0, 11, 11, 11];
  const able = () => window.WebAssembly && WebAssembly.validate(new Uint8Array(TRY));

  const bytes = async (base64) => new Uint8Array(
    await (await fetch(`data:application/octet-stream;base64,${base64}`)).arrayBuffer());

  // What the browser keeps. It may refuse, for pages opened from the disk, or hold what is not ours.
  const PREFIX = "memory:";
  const isList = (found) => Array.isArray(found) && found.every((one) => typeof one === "string");
  const isTexts = (found) => found && typeof found === "object" && !Array.isArray(found)
    && isList(Object.values(found));
  const spare = {}; // where it refuses: until the page is left
  const kept = {
    get(name, fits, none) {
      let found = spare[name];
      try { found = JSON.parse(localStorage.getItem(PREFIX + name)) ?? found; } catch { /* as said */ }
      return fits(found) ? found : none;
    },
    set(name, value) {
      spare[name] = value;
      try { localStorage.setItem(PREFIX + name, JSON.stringify(value)); } catch { /* as said */ }
    },
    answers: () => kept.get("answers", isTexts, {}),
    list: (name) => kept.get(name, isList, []),
    answer(id, code) {
      const answers = kept.answers();
      if (code === undefined) delete answers[id]; else answers[id] = code;
      kept.set("answers", answers);
    },
    add(name, ids) { kept.set(name, [...new Set([...kept.list(name), ...ids])]); },
    all: () => ({ passed: kept.list("passed"), read: kept.list("read"), answers: kept.answers() }),
    forget() {
      Object.keys(spare).forEach((name) => delete spare[name]);
      try {
        Object.keys(localStorage).filter((key) => key.startsWith(PREFIX))
          .forEach((key) => localStorage.removeItem(key));
      } catch { /* nothing was kept */ }
    },
  };

  // The one Python of the page: boot, run, stop. `busy` is what waits for it.
  const python = {
    worker: null, ready: null, made: null, busy: null,
    boot(told) {
      this.told = told;
      if (!this.ready) {
        this.address = URL.createObjectURL(new Blob([GIVEN.worker], { type: "text/javascript" }));
        const worker = this.worker = new Worker(this.address);
        this.ready = this.begin().catch((error) => {
          if (this.worker === worker) this.stop(error);
          throw error;
        });
      }
      return this.ready;
    },
    async begin() {
      const { library, frames, course } = GIVEN;
      const given = { library, frames, course: await bytes(course), made: this.made };
      if (!this.made && location.protocol === "file:") given.bytes = await fromDisk();
      else given.url = new URL(GIVEN.python, HERE).href;
      const { made } = await this.ask({ boot: given }, ({ read }) =>
        this.told(read < SIZE ? SAY.loading(read / SIZE) : SAY.starting));
      URL.revokeObjectURL(this.address);
      this.made = made;
    },
    run: async function (question) { return (await this.ask({ run: question })).answer; },
    ask(message, progress = () => {}) {
      return new Promise((done, failed) => {
        this.refuse = failed;
        this.worker.onmessage = ({ data }) => {
          if (data.read) progress(data);
          else if (data.lost) failed(new Error(data.lost));
          else done(data);
        };
        this.worker.onerror = (event) => failed(new Error(event.message));
        this.worker.postMessage(message);
      });
    },
    stop(why = new Error(SAY.stopped)) {
      this.worker?.terminate();
      this.worker = this.ready = null;
      this.refuse?.(why);
    },
  };

  // Pages opened from the disk may not fetch: a script brings the file as text.
  function fromDisk() {
    return new Promise((done, failed) => {
      const script = document.createElement("script");
      GIVEN.fromDisk = (base64) => { done(bytes(base64)); script.remove(); };
      script.onerror = () => failed(new Error(`${GIVEN.disk} is not there`));
      script.src = new URL(GIVEN.disk, HERE).href;
      document.head.append(script);
    });
  }

  // An element, with its attributes and what stands in it.
  function make(name, given, ...inside) {
    const element = document.createElement(name);
    for (const [key, value] of Object.entries(given)) {
      if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
      else element.setAttribute(key, value);
    }
    element.append(...inside);
    return element;
  }
  const button = (text, onclick) => make("button", { type: "button", onclick }, text);

  // A text field that indents. execCommand is the one way to edit that the browser can undo.
  function editor(name, hint) {
    const area = make("textarea", {
      "aria-label": name, "aria-describedby": hint, spellcheck: "false", autocapitalize: "off",
      autocomplete: "off", autocorrect: "off", wrap: "off",
    });
    const replace = (from, to, text) => {
      area.focus();
      area.setSelectionRange(from, to);
      if (!document.execCommand(text ? "insertText" : "delete", false, text)) {
        area.setRangeText(text, from, to, "end");
        area.dispatchEvent(new Event("input"));
      }
    };
    let leaving = false;
    area.addEventListener("keydown", (event) => {
      const { selectionStart: from, selectionEnd: to, value } = area;
      const begin = value.lastIndexOf("\n", from - 1) + 1;
      const tab = event.key === "Tab" && !leaving && !event.ctrlKey && !event.altKey && !event.metaKey;
      leaving = event.key === "Escape" || (leaving && event.key === "Shift");
      if (tab) {
        const lines = value.slice(begin, to);
        const moved = event.shiftKey ? lines.replace(/^ {1,4}/gm, "") : lines.replace(/^/gm, "    ");
        event.preventDefault();
        if (from === to && !event.shiftKey) return replace(from, to, " ".repeat(4 - (from - begin) % 4));
        if (moved !== lines) replace(begin, to, moved);
        if (from < to) area.setSelectionRange(begin, begin + moved.length);
      } else if (event.key === "Enter" && !event.ctrlKey && !event.metaKey && !event.isComposing) {
        const line = value.slice(begin, from);
        event.preventDefault();
        replace(from, to, `\n${/^ */.exec(line)[0]}${/:\s*(#.*)?$/.test(line) ? "    " : ""}`);
      }
    });
    const fit = () => { area.rows = area.value.split("\n").length + 1; };
    area.addEventListener("input", fit);
    return {
      area,
      set(text) { area.value = text; fit(); },
      retype(text) { replace(0, area.value.length, text); fit(); },
    };
  }

  const opened = new Map(); // box → what it shows

  // The text of a cell of code.
  const source = (cell) => cell.querySelector(".cell_input pre").textContent;

  // What the cells of the section before this one define, but for other exercises.
  function before(box) {
    const cells = [...box.closest("#exercises").querySelectorAll("div.cell:has(> .cell_input)")];
    return cells.slice(0, cells.indexOf(box.parentElement))
      .filter((cell) => !cell.querySelector(".try")).map(source).join("\n");
  }

  function open(box) {
    if (opened.has(box)) return opened.get(box);
    const id = box.dataset.exercise, cell = box.parentElement;
    const starter = source(cell).replace(/\s*^check\(.*\)\s*$/m, "\n");
    const hint = make("p", { class: "try-hint", id: `try-${id}` }, SAY.keys);
    const written = editor(`Your answer: ${id}`, hint.id);
    const state = make("p", { class: "try-state", role: "status" });
    const said = make("pre", { role: "status", "aria-label": `Verdict: ${id}` });
    const mark = make("span", { class: "try-mark" });
    const check = button("Check", () => judge());
    const stop = button("Stop", () => python.stop());
    const again = button("Start again", () => { written.retype(starter); kept.answer(id); tell("", ""); });
    stop.disabled = true;

    const tell = (what, verdict = said.textContent) => {
      state.textContent = what;
      said.textContent = verdict;
      said.hidden = !verdict;
    };
    const marked = () => { mark.textContent = kept.list("passed").includes(id) ? "✓ solved" : ""; };
    const show = () => {
      written.set(kept.answers()[id] ?? starter);
      marked();
    };

    async function judge() {
      if (!able()) return tell(SAY.able);
      if (python.busy) return tell(SAY.busy);
      python.busy = id;
      [check.disabled, stop.disabled] = [true, false];
      let begun = false;
      try {
        tell(python.made ? SAY.starting : SAY.loading(0), "");
        await python.boot(tell);
        begun = true;
        tell(SAY.running);
        const { passed, said: verdict } = await python.run(
          { id, code: written.area.value, before: before(box) });
        tell("", verdict);
        if (passed) kept.add("passed", [id]);
        marked();
      } catch (error) {
        const stopped = error.message === SAY.stopped;
        if (!stopped) python.stop();
        tell(stopped ? SAY.stopped : begun ? SAY.lost : SAY.failed(error.message));
        if (python.made) python.boot(() => {}).catch(() => {}); // the next check need not wait for it
      } finally {
        python.busy = null;
        [check.disabled, stop.disabled] = [false, true];
        if (document.activeElement === document.body) written.area.focus();
      }
    }

    written.area.addEventListener("input", () => kept.answer(id, written.area.value));
    written.area.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) { event.preventDefault(); judge(); }
    });
    cell.classList.add("try-open"); // run.css hides the code and its stored output
    box.replaceChildren(written.area, hint,
      make("div", { class: "try-bar" }, check, stop, again, mark, menu(tell)), state, said);
    show();
    tell(able() ? python.made ? "" : SAY.first : SAY.able, "");
    const shown = { area: written.area, tell, show };
    opened.set(box, shown);
    return shown;
  }

  // Save, read and forget what is kept, for all exercises at once.
  function menu(tell) {
    const refresh = () => opened.forEach(({ show }) => show());
    const save = () => {
      const file = new Blob([JSON.stringify(kept.all(), null, 1)], { type: "application/json" });
      const link = make("a", { href: URL.createObjectURL(file), download: "memory-in-sequences.json" });
      link.click();
      setTimeout(() => URL.revokeObjectURL(link.href), 1000);
    };
    const pick = make("input", { type: "file", accept: ".json", hidden: "", onchange: async () => {
      try {
        const { answers, passed, read = [] } = JSON.parse(await pick.files[0].text());
        if (!isTexts(answers) || !isList(passed) || !isList(read)) throw new Error();
        kept.set("answers", { ...kept.answers(), ...answers });
        kept.add("passed", passed);
        kept.add("read", read);
        refresh();
        tell(SAY.read(Object.keys(answers).length));
      } catch { tell(SAY.unread); }
      pick.value = "";
    } });
    return make("details", { class: "try-kept" }, make("summary", {}, "Kept answers"),
      make("p", {}, SAY.kept), button("Save to a file", save),
      button("Read from a file", () => pick.click()), pick,
      button("Forget all", () => { kept.forget(); refresh(); tell(SAY.forgotten, ""); }));
  }

  document.head.append(make("style", {}, GIVEN.style));
  const boxes = [...document.querySelectorAll(".try")];
  const had = kept.answers();
  boxes.filter(({ dataset }) => dataset.exercise in had).forEach(open);
  GIVEN.engine = python;
  // What the button of a page calls (begin.js): open an editor, and begin to load.
  GIVEN.open = (box) => {
    const { area, tell } = open(box);
    area.focus();
    if (able()) python.boot(tell).then(() => python.busy || tell(SAY.ready)).catch(() => {});
  };
})();
