import postcss from "postcss";

const DARK = "[data-fr-theme=dark]";

/** Returns `css` as our pages need it.
 *
 * Without the design system's rules for classes that do not stand in `users`, and without custom properties that
 * nothing reads: it ships hundreds of colours and utilities, and a page needs a few dozen. A name that ends in a dash
 * stands for all that begin so: templates write `fr-alert--{{ level }}`. And dark when the device is: the design
 * system has a script set an attribute, which would come after the first paint. */
export function adapt(css, users) {
  const root = postcss.parse(css);
  followTheDevice(root);
  dropUnusedClasses(root, isNamed(users.match(/\bfr-[\w-]+/g)));
  const isReadByScript = isNamed(users.match(/--[a-z][\w-]*/g));
  while (dropUnreadProperties(root, isReadByScript));
  root.walkAtRules((rule) => {
    if (rule.nodes?.length === 0) rule.remove();
  });
  return root.toString();
}

function followTheDevice(root) {
  root.walkRules((rule) => {
    const dark = rule.selectors.filter((selector) => selector.includes(DARK));
    if (dark.length === 0) return;
    const media = postcss.atRule({ name: "media", params: "(prefers-color-scheme: dark)" });
    media.append(rule.clone({ selectors: dark.map((selector) => selector.replace(DARK, "")) }));
    rule.after(media);
    const light = rule.selectors.filter((selector) => !selector.includes(DARK));
    if (light.length === 0) rule.remove();
    else rule.selectors = light;
  });
}

function isNamed(matches) {
  const names = new Set(matches);
  const prefixes = [...names].filter((name) => name.endsWith("-"));
  return (name) => names.has(name) || prefixes.some((prefix) => name.startsWith(prefix));
}

function dropUnusedClasses(root, isUsed) {
  root.walkRules((rule) => {
    if (rule.parent.type === "atrule" && rule.parent.name.endsWith("keyframes")) return;
    const kept = rule.selectors.filter((selector) => {
      const needed = selector.replace(/:not\([^)]*\)/g, "").match(/\.fr-[\w-]+/g) ?? [];
      return needed.every((name) => isUsed(name.slice(1)));
    });
    if (kept.length === 0) rule.remove();
    else rule.selectors = kept;
  });
}

function dropUnreadProperties(root, isReadByScript) {
  const read = new Set(root.toString().match(/var\(\s*--[\w-]+/g)?.map((text) => text.replace(/var\(\s*/, "")));
  let dropped = false;
  root.walkDecls(/^--/, (declaration) => {
    if (read.has(declaration.prop) || isReadByScript(declaration.prop)) return;
    const rule = declaration.parent;
    declaration.remove();
    if (rule.nodes.length === 0) rule.remove();
    dropped = true;
  });
  return dropped;
}
