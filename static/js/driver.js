// The driver's phone: steps that survive a lost network, and the position one shares.
import "./driver/steps.js";
import "./driver/waits.js";
import "./driver/sharing.js";
