// Filter, sort, unfold, print. Without it the page says all the same.
(() => {
  "use strict";
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];
  const MOST_UNFOLDED = 300; // rows that a filter brings into sight by itself

  // --- sort: each table's heads become buttons; the pages of one table are sorted together ---------------------------

  function sort(group, column, down) {
    const bodies = all("tbody", group);
    const sizes = bodies.map((body) => body.rows.length);
    const rows = bodies.flatMap((body) => [...body.rows]);
    const keys = new Map(rows.map((row) => [row, key(row.cells[column])]));
    rows.sort((one, other) => compare(keys.get(one), keys.get(other), down));
    let start = 0;
    bodies.forEach((body, index) => {
      body.append(...rows.slice(start, start + sizes[index]));
      start += sizes[index];
    });
    for (const head of all("th[scope=col]", group)) {
      const here = head.cellIndex === column;
      if (here) head.setAttribute("aria-sort", down ? "descending" : "ascending");
      else head.removeAttribute("aria-sort");
    }
  }

  function key(cell) {
    if (cell.dataset.sort !== undefined) return Number(cell.dataset.sort);
    return cell.textContent.trim();
  }

  // Numbers before words, and what is empty last, whichever way it goes.
  function compare(one, other, down) {
    if (one === other) return 0;
    if (one === "" || other === "") return one === "" ? 1 : -1;
    if (typeof one !== typeof other) return typeof one === "number" ? -1 : 1;
    const order = typeof one === "number" ? one - other : one.localeCompare(other, "en", { numeric: true });
    return down ? -order : order;
  }

  for (const group of all(".findings")) {
    for (const head of all("th[scope=col]", group)) {
      const button = document.createElement("button");
      button.type = "button";
      button.append(...head.childNodes);
      head.append(button);
      button.addEventListener("click", () => sort(group, head.cellIndex, head.getAttribute("aria-sort") === "ascending"));
    }
  }

  // --- unfold ---------------------------------------------------------------------------------------------------------

  const folds = all("details");
  const tools = document.querySelector(".tools");
  const unfold = document.getElementById("unfold");
  unfold?.addEventListener("click", () => {
    const open = unfold.getAttribute("aria-pressed") !== "true";
    for (const fold of folds) fold.open = open;
    unfold.setAttribute("aria-pressed", String(open));
  });

  // What a link leads to is in sight, folded or not.
  function reveal() {
    const target = location.hash.length > 1 && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (!target) return;
    for (let fold = target.closest("details"); fold; fold = fold.parentElement.closest("details")) fold.open = true;
    target.scrollIntoView();
  }
  addEventListener("hashchange", reveal);
  reveal();

  let before = null; // which folds were open, while all are open for the printer
  addEventListener("beforeprint", () => {
    before ??= folds.map((fold) => fold.open);
    for (const fold of folds) fold.open = true;
  });
  addEventListener("afterprint", () => {
    folds.forEach((fold, index) => (fold.open = before?.[index] ?? fold.open));
    before = null;
  });

  // --- filter ---------------------------------------------------------------------------------------------------------

  if (!tools) return;
  tools.hidden = false;
  const field = document.getElementById("filter");
  const said = tools.querySelector("output");
  let entries = null; // [element, its text]: read once, when somebody filters
  let wereOpen = null;

  function read() {
    const headed = (row) => (row.closest("details[id]")?.querySelector("summary")?.textContent ?? "") + " ";
    return all(".findings tbody tr, article.about").map((each) => [each, (headed(each) + each.textContent).toLowerCase()]);
  }

  function filter() {
    const words = field.value.toLowerCase().split(/\s+/).filter(Boolean);
    entries ??= read();
    wereOpen ??= folds.map((fold) => fold.open);
    let rows = 0;
    const holding = new Set(); // folds and groups with something in sight
    for (const [each, text] of entries) {
      const fits = words.every((word) => text.includes(word));
      each.hidden = !fits;
      if (!fits) continue;
      if (each.tagName === "TR") rows += 1;
      for (let up = each.parentElement; up && up.tagName !== "MAIN"; up = up.parentElement) holding.add(up);
    }
    const filtering = words.length > 0;
    document.body.classList.toggle("filtering", filtering);
    folds.forEach((fold, index) => {
      if (!fold.querySelector(".findings, .about") && !fold.matches(".page")) return;
      fold.hidden = filtering && !holding.has(fold);
      fold.open = filtering && rows <= MOST_UNFOLDED ? holding.has(fold) : wereOpen[index];
    });
    if (!filtering) wereOpen = null;
    const start = document.querySelector("main").offsetTop;
    if (scrollY > start) scrollTo(0, start);
    said.textContent = filtering ? (rows === 0 ? "nothing matches" : rows === 1 ? "1 row matches" : `${rows.toLocaleString("en")} rows match`) : "";
  }

  let typed = 0;
  field.addEventListener("input", () => {
    clearTimeout(typed);
    typed = setTimeout(filter, 120);
  });
  tools.addEventListener("submit", (event) => {
    event.preventDefault();
    filter();
  });
})();
