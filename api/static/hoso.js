// What the page does beyond htmx: a field and its box light up together, tabs, zoom, the chosen thumbnail.
"use strict";

const marked = (mark) => document.querySelectorAll(`[data-mark="${mark}"]`);

function light(target, on) {
  const holder = target.closest && target.closest("[data-mark]");
  if (!holder) return;
  marked(holder.dataset.mark).forEach((element) => element.classList.toggle("hot", on));
  if (!on) return;
  const box = document.querySelector(`.paper [data-mark="${holder.dataset.mark}"]`);
  const row = document.querySelector(`.data [data-mark="${holder.dataset.mark}"]`);
  if (holder === box && row && !row.closest("[hidden]")) row.scrollIntoView({ block: "nearest" });
  const scroll = document.querySelector(".viewer .scroll");
  if (holder !== box && box && scroll) {
    const inner = box.getBoundingClientRect();
    const outer = scroll.getBoundingClientRect();
    if (inner.top < outer.top || inner.bottom > outer.bottom) scroll.scrollTop += inner.top - outer.top - outer.height / 3;
  }
}

for (const [name, on] of [["mouseover", true], ["mouseout", false], ["focusin", true], ["focusout", false]]) {
  document.addEventListener(name, (event) => light(event.target, on));
}

function choose(tab) {
  for (const other of tab.parentElement.querySelectorAll("[role=tab]")) {
    const chosen = other === tab;
    other.setAttribute("aria-selected", String(chosen));
    other.tabIndex = chosen ? 0 : -1;
    document.getElementById(other.getAttribute("aria-controls")).hidden = !chosen;
  }
}

document.addEventListener("click", (event) => {
  const tab = event.target.closest("[role=tab]");
  if (tab) choose(tab);
  const button = event.target.closest("[data-toggle]");
  if (button) {
    const pressed = button.getAttribute("aria-pressed") !== "true";
    button.setAttribute("aria-pressed", String(pressed));
    button.closest(".sheet").classList.toggle(button.dataset.toggle === "boxes" ? "bare" : "zoomed", button.dataset.toggle === "boxes" ? !pressed : pressed);
  }
});

document.addEventListener("keydown", (event) => {
  const tab = event.target.closest("[role=tab]");
  if (!tab || !["ArrowLeft", "ArrowRight"].includes(event.key)) return;
  const other = [...tab.parentElement.querySelectorAll("[role=tab]")].find((one) => one !== tab);
  choose(other);
  other.focus();
});

function markOpen() {
  const open = document.querySelector("[data-open]");
  for (const thumb of document.querySelectorAll(".thumb")) {
    if (open && thumb.dataset.page === open.dataset.open) thumb.setAttribute("aria-current", "page");
    else thumb.removeAttribute("aria-current");
  }
}

document.addEventListener("DOMContentLoaded", markOpen);
document.addEventListener("htmx:afterSettle", markOpen);
document.addEventListener("htmx:oobAfterSwap", markOpen);

// An open page on which something new was read or corrected is fetched again.
document.addEventListener("htmx:oobAfterSwap", (event) => {
  if (event.detail.target.id !== "thumbs") return;
  const open = document.querySelector("[data-open]");
  const thumb = open && document.querySelector(`.thumb[data-page="${open.dataset.open}"]`);
  const typing = document.querySelector("#editor form"); // nothing is taken from under the hands of who types
  if (thumb && !typing && thumb.dataset.stamp !== open.dataset.stamp) {
    htmx.ajax("GET", thumb.getAttribute("hx-get"), { target: "#page", swap: "innerHTML" });
  }
});

// The editor of lines: keys, the caret where typing goes on, and the mark of what was written down.
const KEYS = { ArrowUp: "before", ArrowDown: "after" };

function closeEditor() {
  const editor = document.getElementById("editor");
  if (!editor) return;
  marked(editor.querySelector("form")?.dataset.mark).forEach((element) => element.classList.remove("hot"));
  editor.replaceChildren();
  editor.hidden = true;
  document.getElementById("lines-open")?.focus();
}

document.addEventListener("click", (event) => {
  if (event.target.closest("#editor [data-key=close]")) closeEditor();
  if (event.target.closest("#lines-open")) choose(document.getElementById("tab-lines"));
  const line = event.target.closest(".paper polygon.line");
  if (line) document.querySelector(`button.read[data-mark="${line.dataset.mark}"]`)?.click();
});

document.addEventListener("keydown", (event) => {
  const editor = event.target.closest("#editor");
  if (!editor) return;
  const button = event.altKey && KEYS[event.key] && editor.querySelector(`[data-key=${KEYS[event.key]}]`);
  if (button) button.click();
  else if (event.key === "Escape") closeEditor();
  else return;
  event.preventDefault();
});

document.addEventListener("htmx:afterSettle", () => {
  const editor = document.getElementById("editor");
  const open = document.querySelector("[data-open]");
  if (!editor || !editor.dataset.stamp || !open) return;
  open.dataset.stamp = editor.dataset.stamp;
  if (editor.dataset.saved) {
    document.querySelectorAll(`.paper [data-mark="${editor.dataset.saved}"]`).forEach((element) => {
      element.classList.remove("doubt", "hot");
      element.classList.add("officer");
    });
    delete editor.dataset.saved;
  }
  const mark = editor.querySelector("form")?.dataset.mark;
  document.querySelectorAll(".paper .line.hot").forEach((element) => {
    if (element.dataset.mark !== mark) element.classList.remove("hot");
  });
  const input = editor.querySelector("input[name=text]");
  if (input && document.activeElement !== input) input.focus();
  if (input && !input.dataset.ready) {
    input.dataset.ready = "yes";
    input.setSelectionRange(input.value.length, input.value.length);
  }
});

// A list that somebody opened stays open when the server sends its newer version.
let wasOpen = false;
document.addEventListener("htmx:oobBeforeSwap", () => {
  const work = document.getElementById("work");
  if (work) wasOpen = work.open;
});
document.addEventListener("htmx:oobAfterSwap", () => {
  const work = document.getElementById("work");
  if (work) work.open = wasOpen;
});
