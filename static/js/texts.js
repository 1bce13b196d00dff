/** Returns the page's own sentence of that name with its {placeholders} filled: scripts hold no words. */
export function text(name, values = {}) {
  const sentence = document.getElementById("live-texts").getAttribute(`data-${name}`);
  return sentence.replace(/{(\w+)}/g, (_, key) => values[key]);
}

/** Returns the headers that a request of ours carries: the token against forgery, and that a fragment is enough. */
export function ourHeaders() {
  return { ...JSON.parse(document.body.getAttribute("hx-headers")), "HX-Request": "true", "X-Live": "1" };
}

/** Returns an icon of the page's sprite. */
export function icon(name) {
  const sprite = document.getElementById("live-texts").dataset.icons;
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  svg.classList.add("icon");
  svg.setAttribute("aria-hidden", "true");
  use.setAttribute("href", `${sprite}#${name}`);
  svg.append(use);
  return svg;
}

/** Returns a new element. Properties are set as they are; `class` and names with a dash become attributes. */
export function make(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name === "class" || name.includes("-") || name === "role") element.setAttribute(name, value);
    else element[name] = value;
  }
  element.append(...children);
  return element;
}
