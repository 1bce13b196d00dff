// A code that follows a name while it is typed (data-slug-of: the name's id), until somebody writes the code by hand.

const slug = (words) =>
  words
    .normalize("NFD")
    .replace(/\p{M}/gu, "")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-|-$/g, "");

for (const code of document.querySelectorAll("[data-slug-of]")) {
  const name = document.getElementById(code.dataset.slugOf);
  let isOwn = code.value !== "" && code.value !== slug(name.value);
  code.addEventListener("input", () => (isOwn = code.value !== ""));
  name.addEventListener("input", () => {
    if (!isOwn) code.value = slug(name.value).slice(0, code.maxLength);
  });
}
