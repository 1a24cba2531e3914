"""Pictures: polyglots, bombs, broken ones, and ones that tell more than they show."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Iterator

from PIL import Image

from tests.hostile.case import Case
from tests.hostile.packages import packed
from tests.samples import pdf, picture

PNG, JPEG = "image/png", "image/jpeg"
SCRIPT = b"<html><script>document.title='ran';new Image().src='http://127.0.0.1:8999/ran'</script></html>"
SVG = (
    b"<svg xmlns='http://www.w3.org/2000/svg' onload=\"document.title='ran'\"><script>alert(1)</script></svg>"
)
GIF = b"GIF89a/*\x01\x00\x01\x00*/=1;document.title='ran';//\x3b"


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(width: int, height: int, pixels: bytes, *extra: bytes, depth: int = 8, colour: int = 2) -> bytes:
    """Return a PNG that claims this size, whatever its data hold."""
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + b"".join(extra) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


def segment(marker: int, data: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, marker, len(data) + 2) + data


def within(jpeg: bytes, *segments: bytes) -> bytes:
    """Return the JPEG with segments behind its beginning."""
    return jpeg[:2] + b"".join(segments) + jpeg[2:]


def sized(jpeg: bytes, width: int, height: int) -> bytes:
    """Return the JPEG with another size in its frame."""
    place = jpeg.index(b"\xff\xc0") + 5
    return jpeg[:place] + struct.pack(">HH", height, width) + jpeg[place + 4 :]


def located() -> bytes:
    """Return a photograph whose EXIF tells where it was taken, and that it lies on its side."""
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x010E] = SCRIPT.decode()
    exif.get_ifd(0x8825).update({1: "N", 2: (23.0, 48.0, 51.0), 3: "E", 4: (86.0, 26.0, 29.0)})
    return picture("JPEG", (60, 20), exif=exif)


def moving() -> bytes:
    written = io.BytesIO()
    frames = [Image.new("RGB", (20, 20), colour) for colour in ("red", "blue", "green")]
    frames[0].save(written, "PNG", save_all=True, append_images=frames[1:])
    return written.getvalue()


def cases() -> Iterator[Case]:
    a_png, a_jpeg = picture("PNG"), picture("JPEG")
    bomb = zlib.compress(b"\0" * 50_000_000, 1)
    text = chunk(b"tEXt", b"Comment\0" + SCRIPT)
    packed_text = chunk(b"zTXt", b"Comment\0\0" + zlib.compress(b"A" * 30_000_000))
    profile = chunk(b"iCCP", b"icc\0\0" + zlib.compress(b"A" * 30_000_000))
    comment = segment(0xFE, SCRIPT)

    # what is something else under the name of a picture
    for label, content in {
        "html": SCRIPT, "svg": SVG, "gif": GIF, "script": b"alert(1)", "bmp": b"BM" + b"\0" * 60,
        "webp": b"RIFF\x10\0\0\0WEBPVP8 " + b"\0" * 20, "tiff": b"II*\0" + b"\0" * 20,
        "exe": b"MZ\x90\0" + b"\0" * 100, "xml": b"<?xml version='1.0'?><svg/>", "elf": b"\x7fELF" + b"\0" * 60,
    }.items():  # fmt: skip
        yield Case(f"{label} as png", f"{label}.png", content, "content")
        yield Case(f"{label} as jpg", f"{label}.jpg", content, "content")
    yield Case("png as jpg", "a.jpg", a_png, "content")
    yield Case("jpg as png", "a.png", a_jpeg, "content")

    # polyglots
    yield Case("png and html behind it", "a.png", a_png + SCRIPT, "trailing")
    yield Case("png and a zip behind it", "a.png", a_png + packed({"a.txt": b"a"}), "trailing")
    yield Case("png and a pdf behind it", "a.png", a_png + pdf(), "trailing")
    yield Case("png and a png behind it", "a.png", a_png + a_png, "trailing")
    yield Case("png and php behind it", "a.php.png", a_png + b"<?php system($_GET['c']); ?>", "trailing")
    yield Case("png with html in a text chunk", "a.png", a_png[:33] + text + a_png[33:], PNG)
    yield Case(
        "png with html in a chunk of its own", "a.png", a_png[:33] + chunk(b"evIl", SCRIPT) + a_png[33:], PNG
    )
    yield Case("png with a script under a double ending", "a.html.png", a_png[:33] + text + a_png[33:], PNG)
    yield Case("jpeg and html behind it", "a.jpg", a_jpeg + SCRIPT, "trailing")
    yield Case("jpeg and a zip behind it", "a.jpg", a_jpeg + packed({"a.txt": b"a"}), "trailing")
    yield Case("jpeg and a film behind it", "a.jpg", a_jpeg + b"\0\0\0\x18ftypmp42" + b"\1" * 50, "trailing")
    yield Case("jpeg and an unannounced jpeg", "a.jpg", a_jpeg + a_jpeg, "trailing")
    mpf = within(a_jpeg, segment(0xE2, b"MPF\0" + b"\0" * 20))
    yield Case("jpeg with an announced jpeg", "a.jpg", mpf + a_jpeg, JPEG)
    yield Case("jpeg with an announced jpeg and html", "a.jpg", mpf + a_jpeg + SCRIPT, "trailing")
    yield Case("jpeg with more announced than any camera", "a.jpg", mpf + a_jpeg * 40, "trailing")
    yield Case("jpeg and html in its comment", "a.jpg", within(a_jpeg, comment), JPEG)
    yield Case(
        "jpeg that begins as javascript",
        "a.jpeg",
        within(a_jpeg, segment(0xE0, b"/*" + b"\0" * 0x2F28), segment(0xFE, b"*/=1;alert(1);/*")),
        JPEG,
    )
    yield Case("jpeg with padding", "a.jpg", a_jpeg + b"\0" * 5000, JPEG)
    yield Case("html before a png", "a.png", SCRIPT + a_png, "content")

    # bombs
    yield Case("png of 30000 x 30000 with little data", "a.png", png(30_000, 30_000, bomb), "pixels")
    yield Case("png of 2^31 x 2^31", "a.png", png(2**31 - 1, 2**31 - 1, b""), "pixels")
    yield Case("png of 2^31 x 1", "a.png", png(2**31 - 1, 1, bomb), "pixels")
    yield Case("png of 0 x 0", "a.png", png(0, 0, b""), "damaged")
    yield Case("png whose data are more than its size", "a.png", png(10, 10, bomb), PNG)
    yield Case(
        "png with a packed text that unpacks to 30 MB",
        "a.png",
        a_png[:33] + packed_text + a_png[33:],
        "damaged",
    )
    yield Case(
        "png with a packed profile that unpacks to 30 MB",
        "a.png",
        a_png[:33] + profile + a_png[33:],
        "damaged",
    )
    yield Case("png of 7000 x 7000 in one bit", "a.png", picture("PNG", (7000, 7000), "1"), PNG)
    yield Case("jpeg of 65500 x 65500", "a.jpg", sized(a_jpeg, 65_500, 65_500), "pixels")
    yield Case("jpeg whose size is more than its data", "a.jpg", sized(a_jpeg, 4_000, 4_000), JPEG)
    yield Case("jpeg of 0 x 0", "a.jpg", sized(a_jpeg, 0, 0), "damaged")
    yield Case("moving png", "a.png", moving(), "several_pictures")
    yield Case(
        "png of 100,000 empty chunks", "a.png", a_png[:33] + chunk(b"evIl", b"") * 100_000 + a_png[33:], PNG
    )

    # broken ones
    yield Case("only the beginning of a png", "a.png", a_png[:8], "cut_short")
    yield Case("only the header of a png", "a.png", a_png[:33], "cut_short")
    yield Case("png without its end", "a.png", a_png[:-12], "cut_short")
    yield Case("png cut in half", "a.png", a_png[: len(a_png) // 2], "cut_short")
    yield Case("png with a wrong checksum", "a.png", a_png[:29] + b"\0\0\0\0" + a_png[33:], "damaged")
    yield Case(
        "png with a chunk of 2 GB",
        "a.png",
        a_png[:33] + struct.pack(">I", 2**31 - 1) + b"IDAT" + b"\0" * 50,
        "cut_short",
    )
    yield Case("png without pixels", "a.png", png(10, 10, b""), "damaged")
    yield Case("png of noise", "a.png", png(10, 10, b"\x55" * 300), "damaged")
    yield Case(
        "png with an unknown colour", "a.png", png(10, 10, zlib.compress(b"\0" * 400), colour=7), "damaged"
    )
    yield Case("only the beginning of a jpeg", "a.jpg", b"\xff\xd8\xff", "cut_short")
    yield Case("jpeg cut in half", "a.jpg", a_jpeg[: len(a_jpeg) // 2], "cut_short")
    yield Case("jpeg without its end", "a.jpg", a_jpeg[:-2], "cut_short")
    yield Case("jpeg of markers", "a.jpg", b"\xff\xd8" + b"\xff" * 5000, "cut_short")
    yield Case("jpeg with a segment of length 0", "a.jpg", b"\xff\xd8\xff\xe0\0\0" + a_jpeg[6:], "damaged")
    yield Case("jpeg that is a beginning and an end", "a.jpg", b"\xff\xd8\xff\xd9", "damaged")
    yield Case(
        "jpeg without tables",
        "a.jpg",
        b"\xff\xd8" + segment(0xDA, b"\1\1\0\0\x3f\0") + b"\1\2\3\xff\xd9",
        "damaged",
    )

    # what tells more than it shows
    yield Case("jpeg with its place and a script in EXIF", "site.jpg", located(), JPEG)
    broken = segment(0xE1, b"Exif\0\0II*\0\xff\xff\xff\xff")
    yield Case("jpeg with broken EXIF", "a.jpg", within(a_jpeg, broken), JPEG)
    looped = segment(0xE1, b"Exif\0\0II*\0\x08\0\0\0\1\0\x69\x87\4\0\1\0\0\0\x08\0\0\0\0\0\0\0")
    yield Case("jpeg with EXIF that names itself", "a.jpg", within(a_jpeg, looped), JPEG)
    xmp = segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0<x exif:GPSLatitude='23,48.85N'/>")
    yield Case("jpeg with its place in XMP", "a.jpg", within(a_jpeg, xmp), JPEG)
    entities = segment(
        0xE1,
        b"http://ns.adobe.com/xap/1.0/\0<!DOCTYPE x [<!ENTITY a SYSTEM 'file:///etc/passwd'>]><x>&a;</x>",
    )
    yield Case("jpeg with entities in XMP", "a.jpg", within(a_jpeg, entities), JPEG)
