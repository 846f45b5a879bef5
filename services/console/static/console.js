// Keys, unsaved text and small conveniences; every page works without this file.
"use strict";

(() => {
  const form = document.querySelector("form.decide");
  const KEYS = "deskloop-keys";
  const UNSENT = "deskloop-unsent-";

  document.documentElement.classList.add("script");

  const logout = document.querySelector("[data-logout]");
  if (logout) logout.addEventListener("click", () => {
    for (const key of Object.keys(sessionStorage)) if (key.startsWith(UNSENT)) sessionStorage.removeItem(key);
  });

  const confirmed = document.querySelectorAll("[data-confirm]");
  for (const button of confirmed) button.addEventListener("click", (event) => {
    if (!window.confirm(button.dataset.confirm)) event.preventDefault();
  });

  for (const field of document.querySelectorAll("[data-submit]")) field.addEventListener("change", () => field.form.requestSubmit());

  // what is newest stands at the right end
  for (const wide of document.querySelectorAll("[data-newest]")) wide.scrollLeft = wide.scrollWidth;

  // on a phone the page we are on may stand outside of the bar
  const bar = document.querySelector(".top ul");
  const here = bar && bar.querySelector("[aria-current]");
  if (here) bar.scrollLeft = here.offsetLeft - (bar.clientWidth - here.offsetWidth) / 2;

  // a slider beside a number
  for (const slider of document.querySelectorAll("[data-moves]")) {
    const number = document.getElementById(slider.dataset.moves);
    slider.addEventListener("input", () => { number.value = slider.value; number.dispatchEvent(new Event("input", { bubbles: true })); });
    number.addEventListener("input", () => { slider.value = number.value; });
  }

  if (!form) return;
  const reply = form.querySelector("#reply");
  const drafted = reply.dataset.drafted;
  const send = form.querySelector("[data-send]");
  const store = UNSENT + form.dataset.review;
  const lines = (text) => text.trim().split(/\r?\n/).map((line) => line.trimEnd()).join("\n");

  const refresh = () => {
    const changed = lines(reply.value) !== lines(drafted);
    form.querySelector("[data-changed]").hidden = !(changed && drafted);
    form.querySelector("[data-unchanged]").hidden = changed && Boolean(drafted);
    send.textContent = changed && drafted ? "Send with changes" : drafted ? "Send this reply" : "Send reply";
    if (changed) sessionStorage.setItem(store, reply.value); else sessionStorage.removeItem(store);
  };
  const unsent = sessionStorage.getItem(store);
  if (unsent !== null) reply.value = unsent;
  reply.addEventListener("input", refresh);
  form.querySelector("[data-undo]").addEventListener("click", () => { reply.value = drafted; refresh(); reply.focus(); });
  refresh();

  let sent = false;
  form.addEventListener("submit", (event) => {
    if (sent) { event.preventDefault(); return; }
    sent = true;
    window.setTimeout(() => { sent = false; }, 8000);
  });
  window.addEventListener("pageshow", () => { sent = false; });

  reply.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) { event.preventDefault(); form.requestSubmit(send); }
  });

  // single keys only move the focus; a second key press decides
  const toggle = form.querySelector("[data-keys]");
  toggle.checked = localStorage.getItem(KEYS) !== "off";
  toggle.addEventListener("change", () => localStorage.setItem(KEYS, toggle.checked ? "on" : "off"));
  document.addEventListener("keydown", (event) => {
    if (!toggle.checked || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest("input, textarea, select")) return;
    const key = event.key.toLowerCase();
    const target = key === "e" ? reply : document.querySelector(`[data-key="${CSS.escape(key)}"]`);
    if (!target) return;
    event.preventDefault();
    if (target.tagName === "A") target.click(); else target.focus();
  });
})();
