// Keys that lead somewhere: one letter, or g and a letter. Not while somebody types, and not with Ctrl, Alt or Meta.
const dialog = document.getElementById("shortcuts");
const links = dialog ? [...dialog.querySelectorAll("[data-keys]")] : [];
let before = "";
let timer;
const types = (element) => element.closest("input, select, textarea, [contenteditable]") !== null;
document.addEventListener("keydown", (event) => {
  if (!dialog || dialog.open || event.defaultPrevented || event.repeat) return;
  if (event.ctrlKey || event.altKey || event.metaKey || types(event.target)) return;
  const keys = before ? `${before} ${event.key}` : event.key;
  before = "";
  clearTimeout(timer);
  if (keys === "?") {
    dialog.showModal();
  } else if (keys === "/") {
    const search = document.querySelector("main input[name=q]");
    if (search) { event.preventDefault(); search.focus(); }
  } else if (keys === "g") {
    before = keys;
    timer = setTimeout(() => { before = ""; }, 1500);
  } else {
    const link = links.find((it) => it.dataset.keys === keys);
    if (link) { event.preventDefault(); link.click(); }
  }
});
