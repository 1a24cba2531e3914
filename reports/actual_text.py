"""Makes every word of a PDF come back as it was written, whatever shapes its letters took.

A Devanagari word is drawn from glyphs that are neither one per letter nor in the order of the letters. A PDF names for
each glyph one text (ToUnicode), and WeasyPrint 70 takes it from the first place where the glyph is drawn: the first
glyphs of a cluster get nothing, which PDF/UA forbids, and the last one all, which is wrong wherever it stands next.
Here each glyph gets the letters it stands for, and each word that its glyphs do not spell one by one in this order is
wrapped in `/Span <</ActualText ...>>`, which readers take instead. Text of ASCII is left to WeasyPrint.

Text in another language than the document's, told by its `lang` attribute or its script, is named as such for those
who have it read aloud.

The one hook is WeasyPrint's `draw_first_line`. `tests/reports/test_pdf_hooks.py` fails when its text changes.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from typing import Any

UNKNOWN = "\N{REPLACEMENT CHARACTER}"
STAND_IN = "\N{DOTTED CIRCLE}"  # all our fonts have it, and it is about as wide as the room left for it
CLOSEST = 90  # thousandths of the size: letters that overlap more are no longer one word to readers
# Characters that show nothing: a glyph never stands for them when it stands for anything else.
SHOWS_NOTHING = dict.fromkeys(
    [0x00AD, 0x034F, 0x061C, *range(0x200B, 0x2010), *range(0x2060, 0x2070), 0xFEFF]
)
# What PDF/UA refuses as the text of a glyph.
NEVER = dict.fromkeys([0x0000, 0xFEFF, 0xFFFE], UNKNOWN)
NOTHING_LEFT = "\N{ZERO WIDTH JOINER}"
MATRA_BEFORE = "\N{DEVANAGARI VOWEL SIGN I}"  # written after its consonant, drawn before it
DEVANAGARI = re.compile(r"[\u0904-\u0939\u0958-\u0961\u0972-\u097f]")
# A letter beyond ASCII, or a sign that is put on one.
LETTER = re.compile(r"[^\W\d_\x00-\x7f]|[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]")
LATIN = re.compile(r"[A-Za-z]{2}")
SHOWN = b"] TJ"
PIECE = re.compile(rb"<([0-9a-f]*)>|([^<>]+)")
DIGITS = 4


@dataclass(frozen=True)
class Cluster:
    """Glyphs that stand together for a stretch of text: bytes `start` to `end` of its UTF-8."""

    font: Any
    pango_font: Any
    start: int
    end: int
    glyphs: list[int]
    leftward: bool


def install(language: str) -> None:
    """Hook WeasyPrint's drawing of a line of text, once, for a document in `language`."""
    from weasyprint.draw import text as drawing  # noqa: PLC0415 - takes a second: only the child pays
    from weasyprint.text.ffi import ffi  # noqa: PLC0415 - as above

    draw = drawing.draw_first_line
    if hasattr(draw, "spells"):
        return
    ffi.cdef(
        "hb_bool_t hb_font_get_nominal_glyph(hb_font_t *font, hb_codepoint_t unicode, hb_codepoint_t *glyph);"
    )

    def draw_first_line(stream: Any, textbox: Any, *arguments: Any) -> Any:
        start = len(stream.stream)
        emojis = draw(stream, textbox, *arguments)
        if len(stream.stream) == start:
            return emojis
        layout = textbox.pango_layout
        if not layout.text.isascii():
            stream.stream[start:] = _spelled(stream, layout, stream.stream[start:])
        spoken = _language(layout.text, textbox.style["lang"] or language)
        if spoken != language:
            stream.stream.insert(start, f"/Span <</Lang ({spoken})>> BDC".encode())
            stream.stream.append(b"EMC")
        return emojis

    draw_first_line.spells = True  # type: ignore[attr-defined]
    drawing.draw_first_line = draw_first_line


def _spelled(stream: Any, layout: Any, operations: list[bytes]) -> list[bytes]:
    """Return the operations with each word marked that its glyphs do not spell; mend what the glyphs stand for."""
    written = layout.text.encode()
    codes = [code for operation in operations for code in _codes(operation)]
    clusters = list(_clusters(stream, layout, codes))
    marks: dict[int, tuple[int, str]] = {}
    position = 0
    for word in _words(layout.text, clusters):
        count = sum(len(cluster.glyphs) for cluster in word)
        drawn = "".join(_spell(cluster, written) for cluster in word)
        meant = written[word[0].start : word[-1].end].decode()
        # The gap that a sign leaves beside its letter ends the word for many readers, whatever the glyphs spell.
        if count and (drawn != meant or LETTER.search(meant)) and not any(one.leftward for one in word):
            marks[position] = (position + count, meant)
        position += count
    steps = dict(_steps(stream, clusters))
    return _marked(operations, marks, steps) if marks or steps else operations


def _steps(stream: Any, clusters: list[Cluster]) -> Iterator[tuple[int, int]]:
    """Yield the positions of characters that no font has, and how far to step back after what is shown instead.

    WeasyPrint shows the font's .notdef, which PDF/UA forbids. `stand_in` makes it a dotted circle.
    """
    glyphs = (pair for cluster in clusters for pair in product([cluster], cluster.glyphs))
    for position, (cluster, glyph) in enumerate(glyphs):
        font = cluster.font
        if glyph >= font.glyph_count and (other := _nominal(cluster, STAND_IN)) > 0:
            font.stand_in = other
            font.to_unicode[other] = STAND_IN
            yield position, min(_width(stream, cluster, other) - font.widths[glyph], CLOSEST)


def stand_in(document: Any, file: Any) -> None:
    """Show a dotted circle for each character that a font does not have, instead of its .notdef."""
    fonts = {font.name: font for font in document.fonts.values() if hasattr(font, "stand_in")}
    things: list[Any] = file.objects
    maps = {thing.reference: thing for thing in things if getattr(thing, "extra", {}).get("Type") == "/CMap"}
    for thing in things:
        if isinstance(thing, dict) and thing.get("Encoding") in maps and thing["BaseFont"] in fonts:
            font, encoding = fonts[thing["BaseFont"]], maps[thing["Encoding"]]
            missing = {f"<{code:04x}> 0".encode(): code for code in font.missing.values()}
            encoding.stream = [
                f"<{missing[line]:04x}> {font.stand_in}".encode() if line in missing else line
                for line in encoding.stream
            ]


def _width(stream: Any, cluster: Cluster, glyph: int) -> int:
    """Return the width of a glyph in thousandths of its size, and leave it where WeasyPrint looks for it."""
    from weasyprint.text.ffi import FROM_UNITS, pango  # noqa: PLC0415 - as above

    widths = cluster.font.widths
    if glyph not in widths:
        _, size = stream.add_font(cluster.pango_font)
        pango.pango_font_get_glyph_extents(cluster.pango_font, glyph, stream.ink_rect, stream.logical_rect)
        widths[glyph] = round(stream.logical_rect.width * 1000 * FROM_UNITS / size)
    return widths[glyph]


def _language(text: str, language: str) -> str:
    """Return the language of a line: that of the only script it is written in, else the `language` around it."""
    devanagari, latin = bool(DEVANAGARI.search(text)), bool(LATIN.search(text))
    if devanagari == latin or language not in ("en", "hi"):
        return language
    return "hi" if devanagari else "en"


def _codes(operation: bytes) -> Iterator[int]:
    if operation.endswith(SHOWN):
        for digits, _ in PIECE.findall(operation[1 : -len(SHOWN)]):
            for at in range(0, len(digits), DIGITS):
                yield int(digits[at : at + DIGITS], 16)


def _clusters(stream: Any, layout: Any, codes: list[int]) -> Iterator[Cluster]:
    """Yield what Pango laid out, in the order of drawing, with the glyphs that were really drawn."""
    from weasyprint.text.ffi import ffi, pango  # noqa: PLC0415 - as above

    drawn = iter(codes)
    line, _ = layout.get_first_line()
    run = line.runs[0]
    while run != ffi.NULL:
        item, glyphs = run.data.item, run.data.glyphs
        run = run.next
        pango_font = item.analysis.font
        font, _ = stream.add_font(pango_font)
        starts = ffi.unpack(glyphs.log_clusters, glyphs.num_glyphs)
        ends = dict(zip(borders := sorted(set(starts)), [*borders[1:], item.length], strict=True))
        groups: dict[int, list[int]] = {start: [] for start in starts}
        for start, info in zip(starts, glyphs.glyphs[0 : glyphs.num_glyphs], strict=True):
            if info.glyph != pango.PANGO_GLYPH_EMPTY:
                groups[start].append(next(drawn))
        for start, group in groups.items():
            yield Cluster(
                font,
                pango_font,
                item.offset + start,
                item.offset + ends[start],
                group,
                bool(item.analysis.level % 2),
            )
    if next(drawn, None) is not None:
        raise RuntimeError("WeasyPrint drew other glyphs than Pango laid out")


def _words(text: str, clusters: list[Cluster]) -> Iterator[list[Cluster]]:
    """Yield the clusters word by word, in the order of drawing; white space is a word of its own."""
    borders, at = [0], 0
    for part in re.split(r"(\s+)", text):
        at += len(part.encode())
        borders.append(at)
    word: list[Cluster] = []
    number = -1
    for cluster in clusters:
        found = bisect_right(borders, cluster.start)
        if word and found != number:
            yield word
            word = []
        word.append(cluster)
        number = found
    if word:
        yield word


def _spell(cluster: Cluster, written: bytes) -> str:
    """Return the text that the glyphs of a cluster stand for, one after the other; learn those not seen before."""
    known: dict[int, str] = cluster.font.__dict__.setdefault("stands_for", {})
    if any(glyph not in known for glyph in cluster.glyphs):
        text = written[cluster.start : cluster.end].decode()
        text = (text.translate(SHOWS_NOTHING) or text).translate(NEVER)
        for glyph, letters in _shares(cluster, text, known):
            known.setdefault(glyph, letters)
            cluster.font.to_unicode[glyph] = known[glyph]
    return "".join(known[glyph] for glyph in cluster.glyphs)


def _shares(cluster: Cluster, text: str, known: dict[int, str]) -> Iterator[tuple[int, str]]:
    """Yield the letters that each glyph of a cluster stands for."""
    if len(cluster.glyphs) == 1:
        yield cluster.glyphs[0], text
        return
    rest = list(text)
    free = []
    for glyph in cluster.glyphs:
        # From the end: of two equal consonants the second keeps its shape.
        at = next((i for i in reversed(range(len(rest))) if _nominal(cluster, rest[i]) == glyph), None)
        if at is not None:
            yield glyph, rest.pop(at)
        elif glyph not in known:
            free.append(glyph)
        elif known[glyph] in "".join(rest):
            rest = list("".join(rest).replace(known[glyph], "", 1))
    if free and free[0] == cluster.glyphs[0] and MATRA_BEFORE in rest:
        rest.remove(MATRA_BEFORE)
        yield free.pop(0), MATRA_BEFORE
    for left, glyph in zip(reversed(range(len(free))), free, strict=True):
        share = max(len(rest) - left, 0)
        yield glyph, "".join(rest[:share]) or NOTHING_LEFT
        rest = rest[share:]


def _nominal(cluster: Cluster, letter: str) -> int:
    """Return the glyph that a letter has when it stands alone."""
    from weasyprint.text.ffi import ffi, harfbuzz, pango  # noqa: PLC0415 - as above

    alone: dict[str, int] = cluster.font.__dict__.setdefault("alone", {})
    if letter not in alone:
        glyph = ffi.new("hb_codepoint_t *")
        found = harfbuzz.hb_font_get_nominal_glyph(
            pango.pango_font_get_hb_font(cluster.pango_font), ord(letter), glyph
        )
        alone[letter] = glyph[0] if found else -1
    return alone[letter]


def _marked(operations: list[bytes], marks: dict[int, tuple[int, str]], steps: dict[int, int]) -> list[bytes]:
    """Return the operations with words marked: `marks` tells for a first glyph where its word ends, and the word.

    `steps` tells how far to step back after a glyph, in thousandths of its size.
    """
    done: list[bytes] = []
    number, end = 0, -1
    for operation in operations:
        if not operation.endswith(SHOWN):
            done.append(operation)
            continue
        shown = b""
        for digits, distance in PIECE.findall(operation[1 : -len(SHOWN)]):
            if distance:
                shown += b" " + distance if shown and not shown.endswith(b">") else distance
            for at in range(0, len(digits), DIGITS):
                if number in marks:
                    end, word = marks[number]
                    done += [*_show(shown), _begin(word)]
                    shown = b""
                shown += b"<" + digits[at : at + DIGITS] + b">"
                if number in steps:
                    shown += str(steps[number]).encode()
                number += 1
                if number == end:
                    done += [*_show(shown), b"EMC"]
                    shown = b""
        done += _show(shown)
    return done


def _show(shown: bytes) -> list[bytes]:
    return [b"[" + shown.replace(b"><", b"") + SHOWN] if shown else []


def _begin(word: str) -> bytes:
    return b"/Span <</ActualText <FEFF" + word.encode("utf-16-be").hex().encode() + b">>> BDC"
