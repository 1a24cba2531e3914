"""ZIP packages of office documents: entries that are what the directory says, streamed through and never unpacked.

Names inside are compared, and used for nothing else.
"""

from __future__ import annotations

import re
import stat
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from typing import BinaryIO
from xml.parsers import expat

from projects.inspection.findings import Bounds, Unfit

LOCAL = struct.Struct("<4sHHHHHIIIHH")
END = struct.Struct("<4sHHHHIIH")
ENCRYPTED = 0x1
BLOCK = 64 * 1024
# Below this an entry of repeated text may shrink as far as it can.
SMALL = 1_000_000
_UNSAFE = re.compile(r"(^[/\\]|(^|[/\\])\.\.([/\\]|$)|^[A-Za-z]:|[\x00-\x1f\x7f])")
_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, struct.error, ValueError)

Handler = Callable[[str, dict[str, str]], None]


class Package:
    """A package whose directory was held against its bytes and the bounds; Unfit where it is not sound."""

    def __init__(self, file: BinaryIO, bounds: Bounds) -> None:
        self._file, self._bounds = file, bounds
        try:
            self._end()
            self._zip = zipfile.ZipFile(file)
            self._entries = self._zip.infolist()
            self._check_directory()
        except _BROKEN as error:
            raise Unfit("damaged") from error
        self.names = {entry.filename for entry in self._entries}

    def _end(self) -> None:
        """The directory ends the file: nothing stands behind it, and no comment in which something could."""
        size = self._file.seek(0, 2)
        if size < END.size:
            raise Unfit("cut_short")
        self._file.seek(size - END.size)
        mark, *_, entries, _size, _offset, comment = END.unpack(self._file.read(END.size))
        if mark != b"PK\x05\x06" or comment:
            self._file.seek(max(0, size - 66_000))
            raise Unfit("trailing" if b"PK\x05\x06" in self._file.read() else "cut_short")
        # Asked before the directory is read: it may name millions.
        if entries > self._bounds.entries:
            raise Unfit("entries", most=self._bounds.entries)

    def _check_directory(self) -> None:
        if not self._entries:
            raise Unfit("damaged")
        if len(self._entries) > self._bounds.entries:
            raise Unfit("entries", most=self._bounds.entries)
        if len({entry.filename.lower() for entry in self._entries}) != len(self._entries):
            raise Unfit("entry_twice")
        if sum(entry.file_size for entry in self._entries) > self._bounds.unpacked_bytes:
            raise Unfit("unpacked", most=self._bounds.unpacked_bytes)
        free = 0
        for entry in sorted(self._entries, key=lambda it: it.header_offset):
            self._check_entry(entry)
            if entry.header_offset < free or (free == 0 and entry.header_offset != 0):
                raise Unfit("overlapping")
            free = self._beginning(entry) + entry.compress_size
        if free > self._zip.start_dir:
            raise Unfit("overlapping")

    def _check_entry(self, entry: zipfile.ZipInfo) -> None:
        if entry.flag_bits & ENCRYPTED:
            raise Unfit("encrypted")
        if _UNSAFE.search(entry.orig_filename) or stat.S_ISLNK(entry.external_attr >> 16):
            raise Unfit("entry_name")
        if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise Unfit("damaged")
        if entry.file_size > SMALL and entry.file_size > self._bounds.ratio * max(entry.compress_size, 1):
            raise Unfit("ratio", most=self._bounds.ratio)

    def _beginning(self, entry: zipfile.ZipInfo) -> int:
        """Return where the data begin; the entry's own header must name it as the directory does."""
        self._file.seek(entry.header_offset)
        mark, _, flags, *_, name, extra = LOCAL.unpack(self._file.read(LOCAL.size))
        coding = "utf-8" if entry.flag_bits & 0x800 else "cp437"
        if mark != b"PK\x03\x04" or self._file.read(name) != entry.orig_filename.encode(coding):
            raise Unfit("entry_name")
        if flags & ENCRYPTED:
            raise Unfit("encrypted")
        return entry.header_offset + LOCAL.size + name + extra

    def blocks(self, name: str) -> Iterator[bytes]:
        """Yield what an entry holds; Unfit where it is more than the directory says, or other."""
        try:
            with self._zip.open(name) as entry:
                while block := entry.read(BLOCK):
                    yield block
        except _BROKEN as error:
            raise Unfit("damaged") from error

    def read(self, name: str, most: int = 1_000_000) -> bytes:
        """Return the whole of a small entry."""
        found = b""
        for block in self.blocks(name):
            found += block
            if len(found) > most:
                raise Unfit("damaged")
        return found

    def drain(self, name: str) -> None:
        """Read an entry to its end, so that its length and its checksum are known to be right."""
        for _ in self.blocks(name):
            pass

    def parse(
        self, name: str, *, begins: Handler | None = None, text: Callable[[str], None] | None = None
    ) -> None:
        """Read an entry as XML to its end; names come as "namespace local". A document type is refused with its entities."""
        parser = expat.ParserCreate(namespace_separator=" ")
        parser.StartDoctypeDeclHandler = _refuse_doctype
        parser.StartElementHandler = begins
        parser.CharacterDataHandler = text
        parser.buffer_text = True
        isfinal = True
        try:
            for block in self.blocks(name):
                parser.Parse(block)
            parser.Parse(b"", isfinal)
        except expat.ExpatError as error:
            raise Unfit("damaged") from error


def _refuse_doctype(*_declared: object) -> None:
    raise Unfit("entities")
