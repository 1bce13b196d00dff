// A batch of positions on its way: over the live socket, over HTTP when that is down or does not answer.
import { ourHeaders } from "../texts.js";

const ANSWER_WITHIN = 8000;
const SIGNED_OUT = { type: "signed_out" };

let batches = 0;
let open = null; // what waits for its answer on the socket: {batch, resolve}

/** Resolves to the server's answer (`drivers/phone.py`), to `{type: "signed_out"}`, or to null when there is none. */
export async function sendPositions(points, url) {
  if (!navigator.onLine) return null;
  const message = { type: "positions", batch: String(++batches), points };
  return (await overSocket(message)) ?? (await overHttp(message, url));
}

function overSocket(message) {
  const sending = new CustomEvent("live:send", { detail: message, cancelable: true });
  if (document.dispatchEvent(sending)) return null;
  return new Promise((resolve) => {
    open = { batch: message.batch, resolve };
    setTimeout(resolve, ANSWER_WITHIN, null);
  });
}

async function overHttp(message, url) {
  try {
    const response = await fetch(url, {
      method: "POST",
      body: JSON.stringify(message),
      headers: { ...ourHeaders(), "Content-Type": "application/json" },
      redirect: "manual",
      signal: AbortSignal.timeout(ANSWER_WITHIN),
    });
    if (response.status === 401 || response.type === "opaqueredirect") return SIGNED_OUT;
    return await response.json();
  } catch {
    return null;
  }
}

document.addEventListener("live:answer", ({ detail }) => detail.batch === open?.batch && open.resolve(detail));
