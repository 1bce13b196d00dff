// "Copy" beside a field: its text goes to the clipboard, or stays selected where the browser forbids that.
import { announce } from "./announcer.js";

document.addEventListener("click", async ({ target }) => {
  const button = target.closest("[data-copy]");
  if (!button) return;
  const field = document.getElementById(button.dataset.copy);
  field.select();
  try {
    await navigator.clipboard.writeText(field.value);
  } catch {
    if (!document.execCommand("copy")) return;
  }
  button.textContent = button.dataset.copied;
  announce(button.dataset.copied);
});
