"""PNG and JPEG, each decoded to the end: one picture in the file and nothing behind it. The copy for display is made here.

The work of a child process: `python -m projects.inspection.pictures`.
"""

from __future__ import annotations

import io
import re
import struct
from typing import BinaryIO

from PIL import ExifTags, Image, JpegImagePlugin, PngImagePlugin

from projects.inspection.child import serve
from projects.inspection.findings import Bounds, Found, Unfit

PNG = b"\x89PNG\r\n\x1a\n"
JPEG = b"\xff\xd8\xff"
# What ends a run of picture data: a marker that is neither a stuffed byte nor a restart.
_MARKER = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")
_BROKEN = (OSError, SyntaxError, ValueError, EOFError, struct.error, TypeError, KeyError, IndexError)
_UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
QUALITY = 85
MOST_ANNOUNCED = 8


def check(file: BinaryIO, bounds: Bounds, content_type: str) -> Found:
    """Return the copy for display of a sound picture, and whether the original tells where it was taken."""
    data = file.read()
    # Bounds are ours, and asked before anything is decoded.
    Image.MAX_IMAGE_PIXELS = None
    try:
        if content_type == "image/png":
            _end_of_png(data)
            image: Image.Image = PngImagePlugin.PngImageFile(io.BytesIO(data))
        else:
            _end_of_jpeg(data)
            image = JpegImagePlugin.JpegImageFile(io.BytesIO(data))
        width, height = image.size
        if width * height > bounds.pixels:
            raise Unfit("pixels", width=width, height=height, most=bounds.pixels)
        image.load()
        return Found(_display(image, bounds.display_side), _holds_location(image))
    except _BROKEN as error:
        raise Unfit("damaged") from error


def _end_of_png(data: bytes) -> None:
    """Walk over the chunks to the last; Unfit for what is cut short, moves, or goes on behind it."""
    place = len(PNG)
    while True:
        if place + 12 > len(data):
            raise Unfit("cut_short")
        length, kind = struct.unpack_from(">I4s", data, place)
        place += 12 + length
        if kind == b"acTL":
            raise Unfit("several_pictures")
        if kind == b"IEND":
            break
    if place > len(data):
        raise Unfit("cut_short")
    if data[place:].strip(b"\0"):
        raise Unfit("trailing")


def _end_of_jpeg(data: bytes) -> None:
    """Walk over the segments to the end; behind it only pictures that the first one announces, as cameras do."""
    place, announces = _after_jpeg(data, 0)
    for _ in range(MOST_ANNOUNCED):
        place = len(data) - len(data[place:].lstrip(b"\0"))
        if place == len(data):
            return
        if not announces or not data.startswith(JPEG, place):
            break
        place, _more = _after_jpeg(data, place)
    if data[place:].strip(b"\0"):
        raise Unfit("trailing")


def _after_jpeg(data: bytes, place: int) -> tuple[int, bool]:
    """Return where the picture that begins at `place` ends, and whether it announces others (CIPA DC-007)."""
    announces = False
    place += 2
    while place + 2 <= len(data):
        if data[place] != 0xFF:
            raise Unfit("damaged")
        kind = data[place + 1]
        if kind == 0xFF:  # a fill byte
            place += 1
            continue
        if kind == 0xD9:
            return place + 2, announces
        if kind == 0x01 or 0xD0 <= kind <= 0xD7:
            place += 2
            continue
        if place + 4 > len(data):
            break
        (length,) = struct.unpack_from(">H", data, place + 2)
        if length < 2:
            raise Unfit("damaged")
        announces |= kind == 0xE2 and data.startswith(b"MPF\0", place + 4)
        place += 2 + length
        if kind == 0xDA:
            marker = _MARKER.search(data, place)
            if marker is None:
                break
            place = marker.start()
    raise Unfit("cut_short")


def _holds_location(image: Image.Image) -> bool:
    try:
        if image.getexif().get_ifd(ExifTags.IFD.GPSInfo):
            return True
    except _BROKEN:
        return True  # what cannot be read is not known to be harmless
    return any(b"GPSL" in _bytes(image.info.get(name)) for name in ("xmp", "XML:com.adobe.xmp"))


def _bytes(value: object) -> bytes:
    return value if isinstance(value, bytes) else str(value or "").encode(errors="replace")


def _display(image: Image.Image, side: int) -> bytes:
    """Return a new JPEG of what is to be seen, upright, at most `side` wide and high; of the file nothing but pixels."""
    try:
        turn = _UPRIGHT.get(image.getexif().get(ExifTags.Base.Orientation, 1))
    except _BROKEN:
        turn = None
    if image.mode.startswith("I"):
        image = image.point(lambda value: value / 256).convert("L")
    elif image.mode == "P" or "transparency" in image.info:
        image = image.convert("RGBA")
    elif image.mode not in ("L", "LA", "RGB", "RGBA"):
        image = image.convert("RGB")
    image.thumbnail((side, side), Image.Resampling.BICUBIC, reducing_gap=2.0)
    if turn is not None:
        image = image.transpose(turn)
    sheet = Image.new("RGB", image.size, "white")
    sheet.paste(image.convert("RGB"), mask=image.getchannel("A") if image.mode in ("LA", "RGBA") else None)
    written = io.BytesIO()
    sheet.save(written, "JPEG", quality=QUALITY)
    return written.getvalue()


if __name__ == "__main__":
    serve(check)
