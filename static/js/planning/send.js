// How the calendar asks and tells the server, and what an answer means.
import { tell } from "../announcer.js";
import { ourHeaders } from "../texts.js";
import { say } from "./page.js";

const PATIENCE = 15_000;
const GONE = [403, 404, 410];

/** Returns `{saved}` when the server did it, `{part}` when it shows a form instead, or `{failed}`, which the person has
 * been told. `body` undefined only asks. */
export async function ask(address, body) {
  let response;
  try {
    response = await fetch(address, {
      method: body ? "POST" : "GET",
      body,
      headers: ourHeaders(),
      redirect: "manual",
      cache: "no-store",
      signal: AbortSignal.timeout(PATIENCE),
    });
    return await meaning(response);
  } catch {
    return fail("not-sent");
  }
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
  tell("error", say(why));
  return { failed: true };
}
