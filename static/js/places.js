// A select becomes a search box with a list (WAI-ARIA combobox). The select stays the form's control.
// One of places asks the server (data-place-search); any other searches its own options (data-search: what to type).
import { announce } from "./announcer.js";
import { icon, make, text } from "./texts.js";

const TYPING_PAUSE = 120;
const MOST_SHOWN = 60;
const ICONS = { gate: "gate", station: "road", hospital: "add", recent: "history" };

class PlaceSearch {
  constructor(select) {
    this.select = select;
    this.options = [];
    this.active = -1;
    this.id = select.id;
    this.hereFields = (select.dataset.fromHere ?? "").split(" ").filter(Boolean).map((id) => document.getElementById(id));
    this.#build();
    this.#listen();
    this.#mirror();
  }

  #build() {
    const { select, id } = this;
    this.list = make("ul", { class: "place-search__list", role: "listbox", id: `${id}_list`, hidden: true, ariaLabel: labelOf(select) });
    this.input = make("input", {
      class: "fr-input", id, type: "text", name: `${select.name}_typed`, role: "combobox", autocomplete: "off", spellcheck: false,
      placeholder: select.dataset.search ?? (select.options[0]?.value ? text("place-hint") : select.options[0].textContent),
      required: select.required, "aria-autocomplete": "list", "aria-controls": this.list.id, "aria-expanded": "false",
    });
    for (const name of ["aria-describedby", "aria-invalid", "data-hotkey"]) {
      if (select.hasAttribute(name)) this.input.setAttribute(name, select.getAttribute(name));
    }
    this.box = make("div", { class: "place-search__box" }, this.input);
    this.status = make("p", { class: "fr-hint-text", hidden: true });
    const wrapper = make("div", { class: "place-search" }, this.box, this.list, this.status);
    select.parentElement.setAttribute("data-place-group", "");
    select.after(wrapper);
    wrapper.append(select);
    select.hidden = true;
    select.required = false;
    select.removeAttribute("id");
    if (select.dataset.fromHere) this.box.append(hereButton(this));
    // On a phone the keyboard would cover the page before anybody has read it.
    if (select.autofocus && matchMedia("(pointer: fine)").matches) this.input.focus();
  }

  #listen() {
    const { input, list, select } = this;
    input.addEventListener("focus", () => input.select());
    input.addEventListener("click", () => this.#search());
    input.addEventListener("input", () => {
      this.choose("", input.value);
      clearTimeout(this.pause);
      this.pause = setTimeout(() => this.#search(), TYPING_PAUSE);
    });
    input.addEventListener("keydown", (event) => this.#key(event));
    input.addEventListener("blur", () => this.#leave());
    // Pressed, not clicked: a click would come after the field has lost the focus and the list is gone.
    list.addEventListener("mousedown", (event) => {
      event.preventDefault();
      const option = event.target.closest("[role=option]");
      if (option) this.#take(this.options[Number(option.dataset.index)]);
    });
    select.addEventListener("change", () => this.#mirror());
  }

  #mirror() {
    const chosen = this.select.selectedOptions[0];
    this.input.value = chosen?.value ? chosen.textContent.trim() : (this.select.dataset.typed ?? "");
  }

  /** Sets the real control; `words` stand in the box. Whoever waits for typing is told, as by a hand. */
  choose(value, words) {
    if (value && ![...this.select.options].some((option) => option.value === value)) this.select.add(new Option(words, value));
    this.select.value = value;
    this.input.value = words;
    this.input.setCustomValidity(words && !value ? (this.select.dataset.searchNone ?? text("place-choose")) : "");
    for (const field of this.hereFields) field.value = "";
    this.status.hidden = true;
    this.select.dispatchEvent(new Event("input", { bubbles: true }));
  }

  /** Takes a point instead of a place. */
  chooseHere({ latitude, longitude, accuracy }) {
    const words = text("here-found", { n: Math.round(accuracy) });
    this.choose("", words);
    this.input.setCustomValidity("");
    const [lat, lon] = this.hereFields;
    lat.value = latitude.toFixed(6);
    lon.value = longitude.toFixed(6);
    announce(words);
  }

  say(sentence) {
    this.status.textContent = sentence;
    this.status.hidden = false;
    announce(sentence);
  }

  async #search() {
    const typed = this.select.value ? "" : this.input.value.trim();
    const found = await this.#fetch(typed);
    if (document.activeElement !== this.input || found === null) return;
    this.options = found;
    this.#show(typed);
  }

  async #fetch(typed) {
    if (!this.select.dataset.placeSearch) return this.#known(typed).slice(0, MOST_SHOWN);
    this.asking?.abort();
    this.asking = new AbortController();
    const address = new URL(this.select.dataset.placeSearch, location.href);
    address.searchParams.set("q", typed);
    try {
      const response = await fetch(address, { signal: this.asking.signal, headers: { Accept: "application/json" } });
      if (!response.ok) throw new Error(response.statusText);
      return await response.json();
    } catch (error) {
      return error.name === "AbortError" ? null : this.#known(typed);
    }
  }

  /** Without the network the select's own places still do. */
  /** What a choice is found by: a place by its name, a zone by its town as well, as in Pacific/Noumea. */
  #names(option) {
    return this.select.dataset.placeSearch ? option.textContent : `${option.textContent} ${option.value.replaceAll("_", " ")}`;
  }

  #known(typed) {
    const words = fold(typed);
    const places = [...this.select.options].filter((option) => option.value && fold(this.#names(option)).includes(words));
    return places.map((option) => ({ id: option.value, name: option.textContent.trim(), hint: "", kind: "" }));
  }

  #show(typed) {
    const rows = this.options.map((place, index) => optionRow(place, index, `${this.list.id}_${index}`));
    this.list.replaceChildren(...this.#note(), ...rows);
    this.#open(true);
    this.#activate(typed && this.options.length ? 0 : -1);
    if (typed) announce(this.options.length ? text("place-count", { n: this.options.length }) : this.#none);
  }

  get #none() {
    return this.select.dataset.searchNone ?? text("place-none");
  }

  #note() {
    if (this.options.length === 0) return [make("li", { class: "place-search__note", role: "presentation", textContent: this.#none })];
    return this.options[0].kind === "recent" ? [heading()] : [];
  }

  #open(open) {
    this.list.hidden = !open;
    this.input.setAttribute("aria-expanded", String(open));
    if (!open) this.#activate(-1);
  }

  #activate(index) {
    this.active = index;
    const rows = [...this.list.querySelectorAll("[role=option]")];
    rows.forEach((row, i) => row.setAttribute("aria-selected", String(i === index)));
    if (rows[index]) {
      this.input.setAttribute("aria-activedescendant", rows[index].id);
      rows[index].scrollIntoView({ block: "nearest" });
    } else this.input.removeAttribute("aria-activedescendant");
  }

  #key(event) {
    const open = !this.list.hidden;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) {
      event.preventDefault();
      if (!open) this.#search();
      else if (this.options.length) this.#activate((this.active + step + this.options.length) % this.options.length);
    } else if (event.key === "Enter" && open && this.active >= 0) {
      event.preventDefault();
      this.#take(this.options[this.active]);
    } else if (event.key === "Escape" && open) {
      event.preventDefault();
      event.stopPropagation();
      this.#open(false);
    }
  }

  #take(place) {
    this.choose(String(place.id), place.name);
    this.select.dispatchEvent(new Event("change", { bubbles: true }));
    this.#open(false);
  }

  /** Left with words that can mean one place only: that place is meant. */
  #leave() {
    this.#open(false);
    if (this.select.value || !this.input.value.trim()) return;
    const exact = this.#known(this.input.value).filter((place) => fold(place.name) === fold(this.input.value));
    if (exact.length === 1) this.choose(exact[0].id, exact[0].name);
  }
}

const fold = (words) => words.trim().normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
const labelOf = (select) => select.labels[0]?.firstChild.textContent.trim() ?? "";
const heading = () => make("li", { class: "place-search__heading", role: "presentation", textContent: text("place-recent") });

function optionRow(place, index, id) {
  const words = make("span", {}, place.name);
  if (place.hint) words.append(make("small", { textContent: place.hint }));
  return make("li", { class: "place-search__option", role: "option", id, "aria-selected": "false", "data-index": index }, icon(ICONS[place.kind] ?? "pin"), words);
}

function hereButton(search) {
  const button = make("button", { class: "place-search__here", type: "button" }, icon("locate"), text("here"));
  button.addEventListener("click", () => locate(search, button));
  return button;
}

/** Asks the phone where it is, and says in words what came of it. */
function locate(search, button) {
  const done = () => (button.ariaBusy = null);
  const failed = (error) => {
    search.say(text(error.code === GeolocationPositionError.PERMISSION_DENIED ? "here-refused" : "here-unavailable"));
    done();
  };
  const found = ({ coords }) => {
    search.chooseHere(coords);
    done();
  };
  search.choose("", "");
  search.say(text("here-searching"));
  button.ariaBusy = "true";
  if (!navigator.geolocation) failed({});
  else navigator.geolocation.getCurrentPosition(found, failed, { enableHighAccuracy: true, timeout: 10_000, maximumAge: 30_000 });
}

function enhance() {
  for (const select of document.querySelectorAll("select:is([data-place-search], [data-search]):not([hidden])")) new PlaceSearch(select);
}

enhance();
document.addEventListener("live:shown", enhance);
