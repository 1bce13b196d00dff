// A password that one chooses may be looked at while typing. It is hidden again before it is sent.
for (const field of document.querySelectorAll("[data-show-password]")) {
  const { showPassword, hidePassword } = field.dataset;
  const button = document.createElement("button");
  const show = (shown) => {
    field.type = shown ? "text" : "password";
    button.textContent = shown ? hidePassword : showPassword;
  };
  button.type = "button";
  button.className = "link-button small";
  button.addEventListener("click", () => show(field.type === "password"));
  field.form.addEventListener("submit", () => show(false));
  show(false);
  field.after(button);
}
