/* What pages gain from a script. Every form and link works without it.
   Loaded in <head>, so that a folded navigation and large print are there before the first paint. */
(() => {
  "use strict";

  const root = document.documentElement;
  const one = (selector, within = document) => within.querySelector(selector);
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];
  const typing = (node) => node.closest("input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable]");
  const interactive = "a, button, input, select, textarea, label, summary, details";

  // ------------------------------------------------------------ remembered looks

  const LOOKS = { "nav-narrow": "gridcrm.nav-narrow", large: "gridcrm.large" };

  const recall = (key) => {
    try { return localStorage.getItem(key) === "1"; } catch { return false; }
  };
  const remember = (key, on) => {
    try { localStorage.setItem(key, on ? "1" : "0"); } catch { /* private window: lasts for this page */ }
  };
  const toggleLook = (name) => remember(LOOKS[name], root.classList.toggle(name));

  root.classList.add("js");
  for (const [name, key] of Object.entries(LOOKS)) root.classList.toggle(name, recall(key));

  // ----------------------------------------------------------------- one click

  const ACTIONS = [
    ["[data-toggle-nav]", () => toggleLook("nav-narrow")],
    ["[data-toggle-large]", () => toggleLook("large")],
    ["[data-print]", () => window.print()],
    ["[data-dismiss]", (button) => button.closest(".notice").remove()],
    ["[data-open]", (button) => one(button.dataset.open).showModal()],
    ["[data-copy]", (button) => copy(button)],
  ];

  document.addEventListener("click", (event) => {
    closeMenus(event.target);
    for (const [selector, act] of ACTIONS) {
      const hit = event.target.closest(selector);
      if (hit) return act(hit);
    }
    openRow(event);
  });
  document.addEventListener("auxclick", (event) => event.button === 1 && openRow(event));

  function closeMenus(target) {
    for (const menu of all("details.menu[open]")) if (!menu.contains(target)) menu.open = false;
  }

  function openRow(event) {
    const row = event.target.closest("[data-href]");
    if (!row || event.target.closest(interactive) || String(getSelection())) return;
    if (event.ctrlKey || event.metaKey || event.button === 1) window.open(row.dataset.href, "_blank", "noopener");
    else location.assign(row.dataset.href);
  }

  async function copy(button) {
    if (!(await written(button.dataset.copy))) return;
    const word = one("span", button) || button;
    const before = word.textContent;
    word.textContent = document.body.dataset.textCopied;
    setTimeout(() => { word.textContent = before; }, 2000);
  }

  // navigator.clipboard is absent on plain-http intranets.
  async function written(text) {
    if (navigator.clipboard) return navigator.clipboard.writeText(text).then(() => true, () => false);
    const box = Object.assign(document.createElement("textarea"), { value: text, className: "visually-hidden" });
    document.body.append(box);
    box.select();
    const done = document.execCommand("copy");
    box.remove();
    return done;
  }

  // --------------------------------------------------------------------- forms

  document.addEventListener("change", (event) => {
    const field = event.target;
    if (field.matches("[data-check-all]")) checkAll(field);
    if (field.closest("[data-bulk]")) countPicked(field.closest("[data-bulk]"));
    if (field.matches("[data-autosubmit]") || field.form?.matches("[data-autosubmit]")) field.form.requestSubmit();
  });

  function checkAll(box) {
    for (const other of all("input[type=checkbox]:not([data-check-all])", box.closest("table"))) other.checked = box.checked;
  }

  function countPicked(form) {
    const n = all("tbody input[type=checkbox]:checked", form).length;
    for (const place of all("[data-picked]", form)) place.textContent = n;
    for (const bar of all(".bulkbar", form)) bar.hidden = n === 0;
  }

  // A second press while the first is under way would only make a second request.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method !== "post") return;
    if (form.hasAttribute("aria-busy")) return event.preventDefault();
    setTimeout(() => { if (!event.defaultPrevented) form.setAttribute("aria-busy", "true"); });
    setTimeout(() => form.removeAttribute("aria-busy"), 5000);
  });
  window.addEventListener("pageshow", () => all("form[aria-busy]").forEach((form) => form.removeAttribute("aria-busy")));

  // ------------------------------------------------------------------ keyboard

  let waitingForPlace = 0;

  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") return escape(event);
    if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target) || one("dialog[open]")) return;
    const act = keyAction(event);
    if (act) { event.preventDefault(); act(); }
  });

  function keyAction(event) {
    const { key } = event;
    if (Date.now() - waitingForPlace < 1200) { waitingForPlace = 0; return goTo(key); }
    if (key === "g") return () => { waitingForPlace = Date.now(); };
    if (key === "/") return focusing(one("[data-search]"));
    if (key === "n") return clicking(one("[data-new]"));
    if (key === "?" && one("#keys")) return () => one("#keys").showModal();
    if (key === "ArrowDown" || key === "ArrowUp") return moving(key === "ArrowDown" ? 1 : -1);
    if (key === "Enter" && event.target.matches("[data-href]")) return () => location.assign(event.target.dataset.href);
    return null;
  }

  const PLACES = {
    t: "today", m: "map", c: "customers", s: "segments", e: "events", r: "outcomes", d: "desk", g: "grids", l: "exports",
  };
  const goTo = (key) => clicking(one(`[data-section="${PLACES[key] || ""}"]`));
  const clicking = (node) => node && (() => node.click());
  const focusing = (node) => node && (() => { node.focus(); node.select?.(); });

  function moving(step) {
    const rows = all("tr[data-href]");
    const at = rows.indexOf(document.activeElement);
    const next = rows[at < 0 ? 0 : at + step];
    const inList = at >= 0 || document.activeElement === document.body || document.activeElement.id === "main";
    return next && inList && (() => next.focus());
  }

  function escape(event) {
    const menu = one("details.menu[open]");
    if (menu) { menu.open = false; one("summary", menu).focus(); }
    else if (typing(event.target)) event.target.blur();
  }

  // ---------------------------------------------------------------------- htmx

  let lastWrong = null;
  let underWay = 0;
  const busy = (change) => { underWay = Math.max(0, underWay + change); root.classList.toggle("busy", underWay > 0); };

  document.addEventListener("htmx:beforeRequest", () => busy(1));
  document.addEventListener("htmx:afterRequest", () => busy(-1));
  document.addEventListener("htmx:afterSettle", prepare);
  document.addEventListener("htmx:responseError", () => warn(document.body.dataset.textFailed));
  document.addEventListener("htmx:sendError", () => warn(document.body.dataset.textOffline));

  function warn(text) {
    const box = document.createElement("div");
    box.className = "notice notice-bad";
    box.setAttribute("role", "alert");
    box.textContent = text;
    one("#flash").replaceChildren(box);
    box.scrollIntoView({ block: "nearest" });
  }

  // --------------------------------------------------------------- after loading

  // Rows that open something are reached with Tab and the arrows; a form that came back starts at its first wrong field.
  function prepare() {
    all("tr[data-href]").forEach((row, at) => { row.tabIndex = at === 0 ? 0 : -1; });
    all("[data-bulk]").forEach(countPicked);
    const wrong = one('[aria-invalid="true"]');
    if (wrong && wrong !== lastWrong) wrong.focus();
    lastWrong = wrong;
  }

  document.addEventListener("DOMContentLoaded", prepare);
})();
