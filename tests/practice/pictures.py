"""Files that pages need: small pictures, documents and sound, made from a few lines of code."""

from __future__ import annotations

import hashlib
import struct
import zlib
from functools import cache


def png(key: str, width: int = 48, height: int = 32) -> bytes:
    """A valid PNG in a colour of its own: a frame round a plain field."""
    frame, field = colour(f"frame {key}"), colour(key)
    edge = b"\0" + frame * width
    middle = b"\0" + frame * 2 + field * (width - 4) + frame * 2
    rows = edge * 2 + middle * (height - 4) + edge * 2
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", head), (b"IDAT", zlib.compress(rows, 9)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunk(name, data) for name, data in chunks)


def chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def colour(key: str) -> bytes:
    return hashlib.sha256(key.encode()).digest()[:3]


def pdf(key: str) -> bytes:
    """One page with one line of text, with a true cross-reference table."""
    ink = f"BT /F1 18 Tf 60 760 Td (Van ban {hashlib.sha1(key.encode()).hexdigest()[:10]}) Tj ET"
    font = "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"
    page = (
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R "
        f"/Resources << /Font << /F1 {font} >> >> >>"
    )
    objects = (
        "<< /Type /Catalog /Pages 2 0 R >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        page,
        f"<< /Length {len(ink)} >>\nstream\n{ink}\nendstream",
    )
    text = "%PDF-1.4\n"
    offsets = []
    for number, value in enumerate(objects, 1):
        offsets.append(len(text))
        text += f"{number} 0 obj\n{value}\nendobj\n"
    table = "".join(f"{offset:010} 00000 n \n" for offset in offsets)
    size = len(objects) + 1
    trailer = f"trailer\n<< /Size {size} /Root 1 0 R >>\nstartxref\n{len(text)}\n%%EOF\n"
    return f"{text}xref\n0 {size}\n0000000000 65535 f \n{table}{trailer}".encode("ascii")


@cache
def mp3(key: str) -> bytes:
    """An ID3 tag and some silent frames of MPEG-1 Layer III, 128 kbit/s, 44.1 kHz."""
    title = b"\0" + hashlib.sha1(key.encode()).hexdigest()[:12].encode()
    frame_tag = b"TIT2" + struct.pack(">I", len(title)) + b"\0\0" + title
    tag = b"ID3\x03\0\0" + bytes((0, 0, 0, len(frame_tag))) + frame_tag
    return tag + (b"\xff\xfb\x90\x64" + bytes(413)) * 12
