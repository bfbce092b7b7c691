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
