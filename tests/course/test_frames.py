import io
import struct

import pytest

from twoworlds.course.frames import read, write


@pytest.mark.parametrize("body", [b"", b"abc", b"x" * 100_000])
def test_round_trip(body):
    stream = io.BytesIO()
    write(stream, body)
    write(stream, b"next")
    stream.seek(0)
    assert read(stream, 10**6) == body
    assert read(stream, 10**6) == b"next"
    assert read(stream, 10**6) is None


@pytest.mark.parametrize("garbage", [b"abc", struct.pack("<Q", 5) + b"abc", b"garbage" * 9])
def test_no_message(garbage):
    assert read(io.BytesIO(garbage), 1000) is None
