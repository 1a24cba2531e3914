"""The colours of the pages can be told apart in each theme: what axe asks of texts, asked of the tokens, edges of controls too."""

import re

import pytest

TEXT, EDGE = 4.5, 3.0  # WCAG 2.1, 1.4.3 and 1.4.11
THEMES = {
    "light": ':root, [data-theme="light"] {',
    "a dark device": ":root:not([data-theme]) {",
    "dark": '  [data-theme="dark"] {',
    "contrast": '  [data-theme="contrast"] {',
}
QUIET = ("paper", "ground", "accent-quiet", "warn-quiet", "note-quiet", "good-quiet")
PAIRS = (
    *((ink, ground, TEXT) for ink in ("ink", "soft", "accent") for ground in QUIET),
    *(("accent-ink", ground, TEXT) for ground in ("accent", "c-verified", "c-overdue")),
    *((tone, ground, TEXT) for tone in ("warn", "note", "good") for ground in ("paper", f"{tone}-quiet")),
    # Digits on the parts of a chart: which are light on dark says projects/charts.py.
    *(("ink", f"c-{part}", TEXT) for part in ("claimed", "open", "after", "track", "contained")),
    *(
        ("accent-ink", f"c-{part}", TEXT)
        for part in ("verified", "achieved", "overdue", "cancelled", "undated")
    ),
    *((line, ground, EDGE) for line in ("line-strong", "c-overdue") for ground in ("paper", "ground")),
)


def light(colour: str) -> float:
    digits = colour.lstrip("#")
    digits = digits if len(digits) == 6 else "".join(digit * 2 for digit in digits)
    parts = [int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    red, green, blue = (it / 12.92 if it <= 0.03928 else ((it + 0.055) / 1.055) ** 2.4 for it in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    dark, bright = sorted((light(one), light(other)))
    return (bright + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("theme", THEMES)
def test_texts_and_edges_stand_out(root, theme):
    style = (root / "projects" / "static" / "projects" / "tracker.css").read_text()
    _before, _, block = style.partition(THEMES[theme])
    tokens = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{3,6})\b", block.partition("}")[0]))
    pale = [
        f"{ink} on {ground}: {ratio:.2f}, not {least}"
        for ink, ground, least in PAIRS
        if (ratio := contrast(tokens[ink], tokens[ground])) < least
    ]
    assert not pale
