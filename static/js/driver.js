// The driver's phone: taps that survive a lost network, and the position one shares.
import "./taps.js";
import "./position.js";
