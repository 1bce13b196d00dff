import postcss from "postcss";

/** Returns `css` without the design system's rules for classes outside `used`, and without custom properties
 * that nothing reads: it ships hundreds of colours and utilities, and a page needs a few dozen. A used name that
 * ends in a dash stands for all that begin so: templates write `fr-alert--{{ level }}`. */
export function prune(css, used) {
  const root = postcss.parse(css);
  dropUnusedClasses(root, used);
  while (dropUnreadProperties(root));
  root.walkAtRules((rule) => {
    if (rule.nodes?.length === 0) rule.remove();
  });
  return root.toString();
}

function dropUnusedClasses(root, used) {
  const prefixes = [...used].filter((name) => name.endsWith("-"));
  const isUsed = (name) => used.has(name) || prefixes.some((prefix) => name.startsWith(prefix));
  root.walkRules((rule) => {
    if (rule.parent.type === "atrule" && rule.parent.name.endsWith("keyframes")) return;
    const kept = rule.selectors.filter((selector) => {
      const needed = selector.replace(/:not\([^)]*\)/g, "").match(/\.(?:fr-[\w-]+|never)/g) ?? [];
      return needed.every((name) => isUsed(name.slice(1)));
    });
    if (kept.length === 0) rule.remove();
    else rule.selectors = kept;
  });
}

function dropUnreadProperties(root) {
  const read = new Set(root.toString().match(/var\(\s*--[\w-]+/g)?.map((text) => text.replace(/var\(\s*/, "")));
  let dropped = false;
  root.walkDecls(/^--/, (declaration) => {
    if (read.has(declaration.prop)) return;
    const rule = declaration.parent;
    declaration.remove();
    if (rule.nodes.length === 0) rule.remove();
    dropped = true;
  });
  return dropped;
}
