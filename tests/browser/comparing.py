"""Whether a page that followed what happened shows the same as the page loaded afresh."""

from difflib import unified_diff

from playwright.sync_api import Page, expect

# What the live part says, without what depends on the second of looking, on a secret, or on the person's own hands.
CONTENT = """() => {
  const live = document.getElementById("live").cloneNode(true);
  const secrets = "input[name=csrfmiddlewaretoken], input[name=tap], input[name=claimed_at]";
  live.querySelectorAll(`[data-live-keep], ${secrets}`).forEach((element) => element.remove());
  const clocks = "[data-age], [data-clock], [data-eta-value], [data-left]";
  for (const element of live.querySelectorAll(clocks)) {
    element.replaceChildren();
    if ("clock" in element.dataset) element.removeAttribute("datetime");
  }
  for (const element of [live, ...live.querySelectorAll("*")]) {
    for (const name of ["data-now", "disabled", "open", "style", "tabindex"]) element.removeAttribute(name);
    const passing = [...element.classList].filter((name) => /^(htmx|is)-/.test(name));
    element.classList.remove(...passing);
    if (!element.classList.length) element.removeAttribute("class");
    const attributes = [...element.attributes].sort((a, b) => (a.name < b.name ? -1 : 1));
    for (const { name, value } of attributes) element.removeAttribute(name) ?? element.setAttribute(name, value);
  }
  return live.outerHTML.replace(/\\s+/g, " ").replace(/> </g, ">\\n<");
}"""


def expect_same_as_afresh(page: Page) -> None:
    """Fail unless the page shows what it would show if it were loaded now."""
    afresh = page.context.new_page()
    afresh.set_viewport_size(page.viewport_size or {"width": 1440, "height": 900})
    afresh.goto(page.url)
    expect(afresh.locator("#live-state[data-state=live]")).to_be_visible()
    mine, theirs = page.evaluate(CONTENT), afresh.evaluate(CONTENT)
    afresh.close()
    differences = unified_diff(mine.splitlines(), theirs.splitlines(), "followed", "afresh", n=1, lineterm="")
    assert mine == theirs, "\n".join([page.url, *differences])
