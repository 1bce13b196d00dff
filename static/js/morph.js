import { Idiomorph } from "idiomorph/dist/idiomorph.esm.js";

const touched = new WeakSet();

document.addEventListener("input", (event) => event.target.form && touched.add(event.target.form));

/** Lets the next change of the page replace what was typed in the form: it has been sent. */
export const forget = (form) => touched.delete(form);

/** Changes `old` into `fresh` in place. What the person is doing stays as it is: the focus, the caret, open
 * details, a half-filled form, and whatever keeps itself (`data-live-keep`).
 * `own`: the person asked for this change, so a form that is no longer offered may go. */
export function morph(old, fresh, { own = false } = {}) {
  const leaveFocus = rememberFocus(old);
  const result = Idiomorph.morph(old, fresh, {
    morphStyle: "outerHTML",
    // For what is typed in alone: it leaves out the focused element's content too, and a focused link must not lie.
    ignoreActiveValue: document.activeElement.matches("input, textarea"),
    callbacks: {
      beforeNodeMorphed: (node, next) => !isKept(node, next, own),
      beforeNodeRemoved: (node) => own || !(holdsTouched(node) || isBusy(node)),
      beforeAttributeUpdated,
    },
  });
  for (const form of old.querySelectorAll("form:has([data-error-summary], [aria-invalid=true])")) {
    touched.add(form);
    // What was refused is seen, though the press has folded it away.
    if (own) form.closest("details")?.setAttribute("open", "");
  }
  leaveFocus();
  return result;
}

const holdsTouched = (node) =>
  node.nodeType === Node.ELEMENT_NODE && [node, ...node.querySelectorAll("form")].some((form) => touched.has(form));

// A form that waits for its answer stays until then: htmx swaps the answer of a form that is gone in its own, other way.
const isBusy = (node) =>
  node.nodeType === Node.ELEMENT_NODE && (node.matches(".htmx-request") || node.querySelector(".htmx-request"));

function isKept(node, next, own) {
  if (node.nodeType !== Node.ELEMENT_NODE) return false;
  if (node.hasAttribute("data-live-keep")) return true;
  // A search box is made by a script out of the select that the server sends.
  if (node.hasAttribute("data-place-group") && !own) return true;
  return touched.has(node) && node.getAttribute("action") === next.getAttribute("action");
}

function beforeAttributeUpdated(name, node) {
  if (name === "open") return !node.matches("details, dialog");
  // Styles come from our scripts alone (the content policy allows no other), and a busy button is busy still.
  return name !== "style" && !(name === "disabled" && node.closest(".htmx-request"));
}

/** Returns a function that puts the focus back, or onto the nearest heading when its element has vanished. */
function rememberFocus(root) {
  const active = document.activeElement;
  if (!root.contains(active)) return () => {};
  const ancestors = [];
  for (let node = active; node; node = node.parentElement) ancestors.push(node);
  return () => {
    if (document.activeElement !== document.body) return;
    const survivor = (active.id && document.getElementById(active.id)) || ancestors.find((node) => node.isConnected);
    (survivor === active ? active : fallback(survivor)).focus({ preventScroll: true });
  };
}

function fallback(survivor) {
  for (let node = survivor; node; node = node.parentElement) {
    const heading = node.matches("[data-focus-fallback]") ? node : node.querySelector("[data-focus-fallback]");
    if (heading) return heading;
  }
  return document.getElementById("main");
}
