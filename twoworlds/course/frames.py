"""Messages on a pipe: each behind its length in 8 bytes."""

import struct
from typing import BinaryIO

_HEADER = struct.Struct("<Q")


def write(stream: BinaryIO, body: bytes) -> None:
    """Send one message."""
    stream.write(_HEADER.pack(len(body)))
    stream.write(body)
    stream.flush()


def read(stream: BinaryIO, limit: int) -> bytes | None:
    """Receive one message; None at the end of the stream, or when what comes is longer than `limit` bytes."""
    header = stream.read(_HEADER.size)
    if len(header) < _HEADER.size:
        return None
    size = _HEADER.unpack(header)[0]
    body = stream.read(size) if size <= limit else b""
    return body if len(body) == size else None
