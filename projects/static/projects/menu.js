// Closes an open group of the navigation by Escape, or when the reader goes on elsewhere. It opens and closes without this too.
const groups = () => document.querySelectorAll(".main-nav details[open]");
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  groups().forEach((group) => {
    const within = group.contains(document.activeElement);
    group.open = false;
    if (within) group.querySelector("summary").focus();
  });
});
for (const moved of ["click", "focusin"]) {
  document.addEventListener(moved, (event) => {
    groups().forEach((group) => { if (!group.contains(event.target)) group.open = false; });
  });
}
