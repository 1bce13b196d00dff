// The calendar of the planning: forms in a dialog, blocks that are taken by hand or by keyboard. Everything here is
// also done by plain links and forms.
import { serve } from "./planning/dialog.js";
import { handle } from "./planning/drag.js";
import { watch } from "./planning/hold.js";
import { listen } from "./planning/keys.js";
import { follow } from "./planning/page.js";

follow();
serve();
watch();
handle();
listen();
