import { tell } from "./announcer.js";
import { text } from "./texts.js";

const submitButtons = (form) => form.querySelectorAll("button:not([type=button])");

/** A second click must not send a form twice. The button's own value has to travel, hence the delay. */
function lock(event) {
  const form = event.target;
  if (form.dataset.confirm && !confirm(form.dataset.confirm)) {
    event.preventDefault();
    event.stopImmediatePropagation();
  }
  if (event.defaultPrevented || form.matches("[hx-post], [hx-get], [data-tap]")) return;
  setTimeout(() => setBusy(form, true));
}

function setBusy(form, busy) {
  for (const button of submitButtons(form)) {
    button.disabled = busy;
    button.ariaBusy = busy ? "true" : null;
  }
}

document.addEventListener("submit", lock, true);
addEventListener("pageshow", () => document.querySelectorAll("form").forEach((form) => setBusy(form, false)));
document.addEventListener("change", ({ target }) => target.matches("[data-auto-submit]") && target.form.requestSubmit());
document.addEventListener("htmx:sendError", () => tell("error", text("not-sent")));
document.addEventListener("htmx:timeout", () => tell("error", text("not-sent")));
document.addEventListener("htmx:responseError", () => tell("error", text("server-error")));

document.querySelector("[data-error-summary]")?.focus();
