// How the calendar asks and tells the server, and what an answer means.
import { tell } from "../announcer.js";
import { icon, make, ourHeaders } from "../texts.js";
import { say } from "./page.js";

const PATIENCE = 15_000;
const GONE = [403, 404, 410];
let asking = 0; // how many answers are waited for

/** Returns `{saved}` when the server did it, `{part}` when it shows a form instead, or `{failed}`, which the person has
 * been told. `body` undefined only asks. `page`: where to go on when one must sign in first, unless it is this page. */
export async function ask(address, body, page = "") {
  let response;
  waitFor(1);
  try {
    response = await fetch(address, {
      method: body ? "POST" : "GET",
      body,
      headers: { ...ourHeaders(), ...(page && { "HX-Current-URL": new URL(page, location.href).href }) },
      redirect: "manual",
      cache: "no-store",
      signal: AbortSignal.timeout(PATIENCE),
    });
    return await meaning(response);
  } catch {
    if (!body || !navigator.onLine) return fail("not-sent");
    document.dispatchEvent(new CustomEvent("live:refresh"));
    return fail("unsure");
  } finally {
    waitFor(-1);
  }
}

function waitFor(more) {
  asking += more;
  document.documentElement.classList.toggle("is-asking", asking > 0);
}

async function meaning(response) {
  // A step that was taken leads to the calendar, which is where we are; its words come with the next look at it.
  if (response.type === "opaqueredirect") {
    document.dispatchEvent(new CustomEvent("live:refresh"));
    return { saved: true };
  }
  const away = response.headers.get("HX-Redirect");
  if (away) {
    location.assign(away);
    return { failed: true };
  }
  if (response.ok || [409, 422].includes(response.status)) return { part: await response.text(), isRefused: !response.ok };
  if (!GONE.includes(response.status)) return fail("failed");
  document.dispatchEvent(new CustomEvent("live:refresh"));
  return fail("gone");
}

function fail(why) {
  const form = document.querySelector("#plan-dialog[open] #planning-form");
  if (form) tellInside(form, say(why));
  else tell("error", say(why));
  return { failed: true };
}

/** Says it in the dialog, which covers the corner where messages stand. */
function tellInside(form, sentence) {
  document.getElementById("plan-failed")?.remove();
  const words = make("p", { textContent: sentence });
  form.prepend(make("div", { class: "alert is-error", id: "plan-failed", role: "alert", tabIndex: -1 }, icon("level-error"), words));
  document.getElementById("plan-failed").focus();
}
