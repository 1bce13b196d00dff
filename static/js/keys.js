// Everything by keyboard: arrows within a list, one letter for a frequent step, Escape to leave.
const isTyping = (target) => target.matches("input, textarea, select, [contenteditable]");

function moveInList(event) {
  const list = event.target.closest("[data-roving]");
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!list || !step || isTyping(event.target)) return;
  const items = [...list.querySelectorAll("a[href], button, summary")].filter((item) => item.offsetParent);
  const next = items[items.indexOf(event.target) + step];
  if (!next) return;
  event.preventDefault();
  next.focus();
}

let before = { key: "", at: 0 };

/** Returns what the key presses: by itself, or after the key before it, as in "g d". */
function hotkeyTarget(event) {
  const together = event.timeStamp - before.at < 1500 ? `${before.key} ${event.key}` : event.key;
  before = { key: event.key, at: event.timeStamp };
  return [together, event.key].map((keys) => document.querySelector(`[data-hotkey="${CSS.escape(keys)}"]`)).find(Boolean);
}

function pressHotkey(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
  const target = hotkeyTarget(event);
  const modal = document.querySelector("dialog:modal");
  // What lies behind a dialog is out of reach for keys as it is for the mouse.
  if (!target || (modal && !modal.contains(target))) return;
  event.preventDefault();
  if (isTyping(target)) target.focus();
  else target.click();
  if (target.matches("summary")) target.focus();
}

function closeMenus(event) {
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (event.type === "keydown" && menu.contains(event.target)) menu.querySelector("summary").focus();
    if (event.type === "keydown" || !menu.contains(event.target)) menu.open = false;
  }
}

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") closeMenus(event);
  moveInList(event);
  if (!event.defaultPrevented) pressHotkey(event);
});
document.addEventListener("click", closeMenus);
