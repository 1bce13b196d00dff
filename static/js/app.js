// On every page. Drafts come back before the search boxes are made out of the selects they fill.
import "./announcer.js";
import "./drafts.js";
import "./places.js";
import "./forms.js";
import "./positions.js";
import "./live.js";
import "./ages.js";
import "./timeline.js";
import "./keys.js";
