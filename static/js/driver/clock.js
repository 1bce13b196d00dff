// This bundle counts on the server's clock too: a phone may be minutes off.
import { setClock } from "../clock.js";

const listen = () => setClock(Date.parse(document.getElementById("live").dataset.now));

listen();
document.addEventListener("live:shown", listen);
