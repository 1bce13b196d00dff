// Somebody fills a form, goes for a coffee, sends it, and must sign in again: what was typed comes back.
import { tell } from "./announcer.js";
import { text } from "./texts.js";

const SIGNED_OUT = "signed-out";
const owner = document.body.dataset.user;
const keyOf = (form) => `draft:${owner}:${form.dataset.draft}`;

function keep({ target }) {
  const form = target.closest("form[data-draft]");
  if (form) sessionStorage.setItem(keyOf(form), JSON.stringify(valuesOf(form)));
}

function valuesOf(form) {
  const kept = [...new FormData(form)].filter(([name, value]) => name !== "csrfmiddlewaretoken" && typeof value === "string");
  return Object.fromEntries(kept);
}

function restore(form) {
  const draft = sessionStorage.getItem(keyOf(form));
  sessionStorage.removeItem(keyOf(form));
  const wasSignedOut = sessionStorage.getItem(SIGNED_OUT);
  sessionStorage.removeItem(SIGNED_OUT);
  if (!draft || !wasSignedOut) return;
  for (const [name, value] of Object.entries(JSON.parse(draft))) fill(form.elements[name], value);
  tell("info", text("draft-kept"));
}

function fill(control, value) {
  if (!control) return;
  if (control.type === "checkbox") control.checked = true;
  else control.value = value;
}

document.addEventListener("input", keep);
document.addEventListener("change", keep);
if (document.querySelector("[data-sign-in]")) sessionStorage.setItem(SIGNED_OUT, "yes");
for (const form of document.querySelectorAll("form[data-draft]:not(:has([data-error-summary]))")) restore(form);
