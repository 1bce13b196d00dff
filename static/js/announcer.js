import { icon, make, text } from "./texts.js";

const GONE_AFTER = 10_000;

/** Has screen readers say the sentence, even when it is the same as the last. */
export function announce(sentence) {
  const region = document.getElementById("announcer");
  region.textContent = "";
  setTimeout(() => (region.textContent = sentence), 50);
}

/** Moves the messages of a new fragment to the corner where they outlive the next change of the page. */
export function liftMessages(root) {
  const corner = document.getElementById("messages");
  const fresh = root.querySelectorAll("[data-message]");
  corner.append(...fresh);
  fresh.forEach(settle);
  if (fresh.length) announce([...fresh].map((message) => message.querySelector("p").textContent).join(" "));
}

/** Shows one more message, for what only the browser knows. */
export function tell(level, sentence) {
  const message = make("div", { class: `message is-${level}` }, icon(`level-${level}`), make("p", { textContent: sentence }));
  document.getElementById("messages").append(message);
  settle(message);
  announce(sentence);
}

function settle(message) {
  const close = make("button", { class: "message__close", type: "button", ariaLabel: text("close") }, icon("close"));
  close.addEventListener("click", () => message.remove());
  message.append(close);
  // What went wrong stays until it is read; what went well may leave, but not under the reader's hand.
  if (message.matches(".is-error, .is-warning")) return;
  const leave = () => (message.matches(":hover, :focus-within") ? setTimeout(leave, 2000) : message.remove());
  setTimeout(leave, GONE_AFTER);
}
