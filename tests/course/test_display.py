"""What a cell shows: a sound PNG, a sentence typeset, and notes that read the same as text and as HTML."""

import io

import numpy as np
import pytest
from PIL import Image

from twoworlds.course.display import Note, Picture, png, typeset
from twoworlds.course.style import desk_figure


@pytest.mark.parametrize("small", [False, True])
def test_png_holds_the_pixels(small):
    pixels = np.random.default_rng(1).choice([0, 90, 255], (40, 30, 4)).astype(np.uint8)
    shown = np.asarray(Image.open(io.BytesIO(png(pixels, small=small))).convert("RGB"))
    assert np.array_equal(shown, pixels[..., :3])


def test_typeset_keeps_numbers_together_and_escapes():
    assert typeset("From -1.5 % to <x>, pre-test 3 %.") == "From −1.5\u00a0% to &lt;x&gt;, pre-test 3\u00a0%."


def test_note_is_one_line_in_both_forms():
    note = Note("a < b", "Claim:", "#000000")
    data = note._repr_mimebundle_()
    assert data["text/plain"] == "Claim: a < b"
    assert "a &lt; b" in data["text/html"]


def test_picture_has_its_sentence_as_text():
    figure, (left, right) = desk_figure({"product": "up?", "platform": "busy?"})
    left.plot([1, 2])
    data, _ = Picture(figure, "Both rise.")._repr_mimebundle_()
    assert data["text/plain"] == "Both rise."
    assert left.get_title(loc="left") == "Product desk: up?"
    assert right.get_title(loc="left") == "Platform desk: busy?"
