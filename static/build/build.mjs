// Builds what the browser gets, into static/dist: `npm run build`.
import { chmod, cp, mkdir, mkdtemp, readFile, readdir, rename, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import esbuild from "esbuild";
import subsetFont from "subset-font";
import { icons } from "./icons.mjs";
import { adapt } from "./adapt.mjs";

const STATIC = fileURLToPath(new URL("..", import.meta.url));
const PROJECT = path.dirname(path.resolve(STATIC));
const DIST = path.join(STATIC, "dist");
// Made beside and put in place in one go, so that a running server hardly ever finds it missing.
const NEXT = await mkdtemp(path.join(STATIC, ".dist-"));
const DSFR = path.join(PROJECT, "node_modules/@gouvfr/dsfr/dist");

const FONT_WEIGHTS = ["Regular", "Medium", "Bold"];
const FONT_CHARACTERS = range(0x20, 0x7e) + range(0xa0, 0xff) + "ŒœŸ–—‘’“”…•€→←↑↓×\u202f\u2009";
const FONT_FEATURES = ["kern", "tnum", "lnum", "ccmp", "locl", "mark"];

function range(from, to) {
  return Array.from({ length: to - from + 1 }, (_, i) => String.fromCharCode(from + i)).join("");
}

// Kept whether or not a page shows them today, so that the usual buttons just work while a page is being written.
const ALWAYS = "fr-btn--secondary fr-btn--tertiary fr-btn--tertiary-no-outline fr-btn--sm fr-btn--lg";

const bundles = {
  entryPoints: ["app", "map", "fleet", "replay", "driver", "planning"].map((name) => path.join(STATIC, `js/${name}.js`)),
  outdir: NEXT,
  bundle: true,
  minify: true,
  format: "iife",
  target: ["es2022", "safari16"],
  legalComments: "linked",
};

const styles = {
  entryPoints: ["app", "map", "fleet", "replay", "settings", "planning"].map((name) => path.join(STATIC, `css/${name}.css`)),
  outdir: NEXT,
  bundle: true,
  minify: true,
  write: false,
  external: ["./fonts/*"],
  loader: { ".png": "dataurl", ".svg": "dataurl" },
  legalComments: "none",
  plugins: [dsfr()],
};

/** The State's design system without its own fonts: ours are subsets. */
function dsfr() {
  return {
    name: "dsfr",
    setup(build) {
      build.onLoad({ filter: /@gouvfr[\\/]dsfr[\\/]dist[\\/].*\.css$/ }, async ({ path: file }) => {
        const source = await readFile(file, "utf8");
        return { contents: source.replace(/@font-face\s*{[^}]*}/g, ""), loader: "css" };
      });
    },
  };
}

async function texts(folder, extensions) {
  const found = await readdir(folder, { recursive: true });
  const files = found.filter((name) => extensions.includes(path.extname(name)) && !/^\.?dist/.test(name));
  return Promise.all(files.sort().map((name) => readFile(path.join(folder, name), "utf8")));
}

async function buildStyles() {
  const { outputFiles } = await esbuild.build(styles);
  const users = [ALWAYS, ...(await texts(path.join(PROJECT, "templates"), [".html"])), ...(await texts(STATIC, [".js"]))];
  for (const { path: file, text } of outputFiles) {
    // The theme's colours stand in one bundle, and others read them.
    const read = outputFiles.filter((other) => other.path !== file).flatMap((other) => other.text.match(/var\(--[\w-]+/g) ?? []);
    await writeFile(file, (await esbuild.transform(adapt(text, [...users, ...read].join("\n")), { loader: "css", minify: true })).code);
  }
}

async function buildFonts() {
  await mkdir(path.join(NEXT, "fonts"), { recursive: true });
  for (const weight of FONT_WEIGHTS) {
    const font = await readFile(path.join(DSFR, `fonts/Marianne-${weight}.woff2`));
    const subset = await subsetFont(font, FONT_CHARACTERS, {
      targetFormat: "woff2",
      keepFeatures: FONT_FEATURES,
      noHinting: true,
      noLayoutClosure: true,
    });
    await writeFile(path.join(NEXT, `fonts/Marianne-${weight}.woff2`), subset);
  }
}

async function buildIcons() {
  const symbols = [];
  for (const [name, source] of Object.entries(icons)) {
    const svg = await readFile(path.join(DSFR, `icons/${source}.svg`), "utf8");
    const body = svg.replace(/<svg[^>]*>|<\/svg>|\sfill="[^"]*"/g, "").trim();
    symbols.push(`<symbol id="${name}" viewBox="0 0 24 24">${body}</symbol>`);
  }
  await writeFile(path.join(NEXT, "icons.svg"), `<svg xmlns="http://www.w3.org/2000/svg">${symbols.join("\n")}</svg>\n`);
}

async function build() {
  await Promise.all([
    esbuild.build(bundles),
    buildStyles(),
    buildFonts(),
    buildIcons(),
    cp(path.join(STATIC, "img"), path.join(NEXT, "img"), { recursive: true }),
  ]);
  await chmod(NEXT, 0o755);
  await rm(DIST, { recursive: true, force: true });
  await rename(NEXT, DIST);
}

try {
  await build();
} finally {
  await rm(NEXT, { recursive: true, force: true });
}
