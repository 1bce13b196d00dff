// On every page.
import { liftMessages } from "./announcer.js";
import "./places.js";
import "./forms.js";
import "./slug.js";
import "./positions.js";
import "./eta.js";
import "./copy.js";
import "./passwords.js";
import "./live.js";
import "./ages.js";
import "./timeline.js";
import "./tower.js";
import "./keys.js";

liftMessages(document);
