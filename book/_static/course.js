// The few things of the frame that need a script. Loaded with the theme's scripts, after the page.
(() => {
  // What scrolls in its own box, a formula or a table, can be reached and moved with the keyboard.
  const scrolling = document.querySelectorAll(
    "div.math > .formula, div.pst-scrollable-table-container");
  const watch = new ResizeObserver((entries) => {
    for (const { target } of entries) {
      const names = target.matches(".formula") ? { role: "group", "aria-label": "formula" } : {};
      for (const [name, value] of Object.entries({ tabindex: 0, ...names })) {
        if (target.scrollWidth > target.clientWidth) target.setAttribute(name, value);
        else target.removeAttribute(name);
      }
    }
  });
  scrolling.forEach((box) => watch.observe(box));

  // What is wider than its box fades at the right (course.css), until it is scrolled to its end.
  const boxes = document.querySelectorAll(
    "article :is(pre, .formula, .output, .pst-scrollable-table-container)");
  const show = ({ target }) => {
    const { scrollLeft, clientWidth, scrollWidth } = target;
    target.toggleAttribute("data-more", scrollLeft + clientWidth < scrollWidth - 2);
  };
  const sizes = new ResizeObserver((entries) => entries.forEach(show));
  boxes.forEach((box) => {
    sizes.observe(box);
    box.addEventListener("scroll", show, { passive: true });
  });

  // On paper the page is light. What is folded stays off it (page.css), but for `page.html?answers`.
  const page = document.documentElement.dataset;
  let opened = [], theme = page.theme;
  addEventListener("beforeprint", () => {
    const all = new URLSearchParams(location.search).has("answers");
    opened = all ? [...document.querySelectorAll("article details:not([open])")] : [];
    opened.forEach((box) => { box.open = true; });
    theme = page.theme;
    page.theme = "light";
  });
  addEventListener("afterprint", () => {
    opened.forEach((box) => { box.open = false; });
    page.theme = theme;
  });
})();

// What the reader has done stays in this browser: lessons read to their end, exercises passed.
(() => {
  const READ = "memory:read", PASSED = "memory:passed", OURS = "memory:";
  const list = (key) => {
    try {
      const found = JSON.parse(localStorage.getItem(key));
      return Array.isArray(found) ? found : [];
    } catch { return []; } // no storage on a page from the disk, or what is there is not ours
  };
  const root = new URL(document.documentElement.dataset.content_root || "./", location.href);
  const name = location.pathname.slice(root.pathname.length).replace(/\.html$/, "");

  // The end of a lesson has come into view.
  const article = document.querySelector("article.bd-article");
  if (article && /^book\/\d/.test(name)) {
    const end = article.appendChild(document.createElement("div"));
    const watch = new IntersectionObserver(([seen]) => {
      if (!seen.isIntersecting) return;
      watch.disconnect();
      const read = list(READ);
      if (read.includes(name)) return;
      try { localStorage.setItem(READ, JSON.stringify([...read, name])); } catch { /* not allowed */ }
    });
    watch.observe(end);
  }

  // The map of the first page marks both, and one click forgets them.
  const box = document.querySelector(".start-page .reader");
  if (!box) return;
  const rows = [...document.querySelectorAll("tr[data-lesson]")];
  const button = document.createElement("button");
  const status = document.createElement("p");
  button.type = "button";
  button.textContent = "Forget what I have done";
  status.setAttribute("role", "status");
  const show = () => {
    const read = list(READ), passed = new Set(list(PASSED));
    let lessons = 0, exercises = 0, of = 0;
    for (const row of rows) {
      const ids = row.dataset.exercises.split(" ").filter(Boolean), cell = row.cells[row.cells.length - 1];
      const own = ids.filter((id) => passed.has(id)).length, done = read.includes(row.dataset.lesson);
      cell.querySelector(".done")?.remove();
      lessons += done;
      exercises += own;
      of += ids.length;
      if (!done && !own) continue;
      const mark = cell.appendChild(document.createElement("span"));
      mark.className = "done";
      mark.textContent = [done && "✓ read", own && `${own} of ${ids.length} exercises`].filter(Boolean).join(", ");
    }
    const any = lessons || exercises || Object.keys(localStorage).some((key) => key.startsWith(OURS));
    button.hidden = !any;
    return lessons || exercises
      ? `You have read ${lessons} of ${rows.length} lessons and passed ${exercises} of ${of} exercises.` : "";
  };
  button.onclick = () => {
    for (const key of Object.keys(localStorage)) if (key.startsWith(OURS)) localStorage.removeItem(key);
    show();
    status.textContent = "Forgotten.";
    box.focus();
  };
  try {
    const said = show();
    status.textContent = said;
    if (!button.hidden) box.append(status, button);
    box.tabIndex = -1;
    addEventListener("pageshow", (event) => { if (event.persisted) status.textContent = show(); });
  } catch { /* a browser that forbids storage: nothing to show */ }
})();
