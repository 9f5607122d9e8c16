/* The map page: the frame draws, this asks and shows. Without it every link and form still works. */
(() => {
  "use strict";

  const form = document.querySelector("[data-map-form]");
  const frame = document.getElementById("map");
  const panel = document.getElementById("panel");
  const wait = document.querySelector(".map-wait.needs-js");
  if (!form || !frame || !panel) return;
  let ready = false;
  let asked = "";

  // --------------------------------------------------------- talk to the frame

  const tell = (message) => frame.contentWindow.postMessage(message, location.origin);
  const light = (id) => tell({ type: "highlight", id: id || null });

  const HEARD = {
    ready: begin,
    cell: ({ id }) => openCell(id),
    hover: ({ id }) => lightRow(id),
    picked: ({ ids }) => showPicked(ids),
    recoloured: () => showAgain(), // colours come first
  };
  window.addEventListener("message", ({ origin, source, data }) => {
    if (origin === location.origin && source === frame.contentWindow) HEARD[data?.type]?.(data);
  });
  frame.addEventListener("load", () => { if (frame.contentDocument?.body.dataset.ready) begin(); });

  function begin() {
    ready = true;
    wait.hidden = true;
    if (asked) { tell({ type: "recolour", url: asked }); asked = ""; }
    if (frame.dataset.cell) openCell(frame.dataset.cell);
    frame.dataset.cell = "";
  }

  // ------------------------------------------------------------------ the panel

  const show = (url) => window.htmx.ajax("GET", url, { target: panel, swap: "innerHTML" });

  // What was open stays open, and says what is chosen now.
  function showAgain() {
    const cell = panel.querySelector(".cell-profile")?.dataset.cell;
    show(address(cell ? `/cells/${cell}` : "/map"));
  }

  // Beside the table a click on the map finds the row; otherwise it opens the cell.
  function openCell(id) {
    light(id);
    if (!lightRow(id, true)) show(address(`/cells/${encodeURIComponent(id)}`)).then(() => sheet(true));
  }

  function lightRow(id, scroll = false) {
    panel.querySelectorAll("tr.lit").forEach((row) => row.classList.remove("lit"));
    const row = id && panel.querySelector(`tr[data-cell="${CSS.escape(id)}"]`);
    row?.classList.add("lit");
    if (scroll) row?.scrollIntoView({ block: "nearest" });
    return row;
  }

  function sheet(open) {
    panel.classList.toggle("open", open);
    panel.querySelector("[data-sheet]")?.setAttribute("aria-expanded", open);
  }

  panel.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-cell]");
    if (event.target.closest("[data-map-home]")) { light(null); show(address("/map")).then(() => sheet(false)); }
    else if (event.target.closest("[data-sheet]")) sheet(!panel.classList.contains("open"));
    else if (link && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      light(link.dataset.cell);
      show(link.href).then(() => sheet(true));
    }
  });
  panel.addEventListener("pointerover", (event) => light(event.target.closest("[data-cell]")?.dataset.cell));
  panel.addEventListener("pointerleave", () => light(panel.querySelector(".cell-profile")?.dataset.cell));

  // ------------------------------------------------------- cells chosen on the map

  const bar = document.querySelector(".map-picked");

  function showPicked(ids) {
    const tooMany = ids.length > Number(bar.dataset.most);
    const words = tooMany ? bar.dataset.tooMany : bar.dataset.words;
    bar.querySelector("span").textContent = words.replace("{n}", ids.length.toLocaleString("en"));
    const link = bar.querySelector("a");
    if (link) link.href = `/segments/new?cells=${ids.join(",")}`;
    if (link) link.hidden = tooMany;
    bar.hidden = !ids.length;
  }

  bar.querySelector("button").addEventListener("click", () => { tell({ type: "unpick" }); showPicked([]); });

  // -------------------------------------------------------------- another metric

  const address = (path) => `${path}?${new URLSearchParams(new FormData(form))}`;

  const about = (data) => JSON.parse(data)[form.elements.metric.value] || [];

  function fields() {
    const { shown } = form.elements, ways = about(form.dataset.ways);
    for (const option of shown.options) option.hidden = option.disabled = !ways.includes(option.value);
    if (!ways.includes(shown.value)) shown.value = ways[0];
    const needs = about(form.dataset.needs).concat(shown.value === "hot_spots" ? [] : ["classes"]);
    form.querySelectorAll("[data-need]").forEach((box) => box.classList.toggle("on", needs.includes(box.dataset.need)));
  }

  form.addEventListener("change", fields);
  form.querySelector("[data-map-how]").addEventListener("click", ({ currentTarget }) => {
    currentTarget.setAttribute("aria-expanded", form.classList.toggle("how"));
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    fields();
    const url = address("/map/values");
    if (ready) tell({ type: "recolour", url });
    else asked = url;
    history.replaceState(null, "", address("/map"));
    follow();
  });

  // The links beside the form keep what is chosen in it.
  function follow() {
    const chosen = new URLSearchParams(new FormData(form));
    document.querySelectorAll(".map-views a").forEach((link) => {
      const url = new URL(link.href);
      const view = link.hasAttribute("data-map-print") ? null : url.searchParams.get("view");
      url.search = chosen;
      url.searchParams.delete("view");
      if (view) url.searchParams.set("view", view);
      link.href = url;
    });
  }

  fields();
})();
