"""What axe-core finds on a page, and what it does not ask: one heading, no id twice, nothing wider than the screen."""

from __future__ import annotations

import json

from playwright.sync_api import Page

RULES = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa")

_FOUND = """async (tags) => {
  const told = await axe.run(document, { runOnly: { type: "tag", values: tags }, resultTypes: ["violations"] });
  const wrong = told.violations.map((it) =>
    `${it.id}: ` + it.nodes.slice(0, 3).map((node) => node.target.join(" ") + " " + (node.any[0] || node.all[0] || {}).message).join(" | "));
  const headings = document.querySelectorAll("h1").length;
  if (headings !== 1) wrong.push(`${headings} headings of the first level`);
  const ids = [...document.querySelectorAll("[id]")].map((it) => it.id);
  const twice = ids.filter((id, at) => ids.indexOf(id) !== at);
  if (twice.length) wrong.push(`ids that stand twice: ${twice}`);
  const { scrollWidth } = document.documentElement;
  if (scrollWidth > innerWidth) {
    const wide = [...document.body.querySelectorAll("*")].filter((it) => it.getBoundingClientRect().right > innerWidth + 1);
    wrong.push(`wider than the screen by ${scrollWidth - innerWidth} px: ${wide.slice(-3).map((it) => it.tagName + "." + it.className)}`);
  }
  return wrong;
}"""
_CONTRAST = """async (theme) => {
  document.documentElement.dataset.theme = theme;
  const told = await axe.run(document, { runOnly: ["color-contrast"], resultTypes: ["violations"] });
  return told.violations.map((it) =>
    `${theme}: ` + it.nodes.slice(0, 3).map((node) => node.target.join(" ") + " " + node.any[0].message).join(" | "));
}"""


def faults(page: Page) -> list[str]:
    """Return what is wrong with the page that is open, each as a sentence; its context was made with `AXE_SCRIPT`."""
    return list(page.evaluate(_FOUND, RULES))


def pale(page: Page, theme: str) -> list[str]:
    """Return what cannot be read on the page that `faults` was asked of, once it is shown in another theme."""
    return list(page.evaluate(_CONTRAST, theme))


def tell(found: dict[str, list[str]]) -> str:
    return json.dumps({page: wrong for page, wrong in found.items() if wrong}, indent=1, ensure_ascii=False)
