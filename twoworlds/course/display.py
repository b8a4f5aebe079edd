"""What a cell shows: one mime bundle that reads well live, on a viewer without a kernel, and as plain text."""

import base64
import io
import re
import struct
import zlib
from html import escape

import ipywidgets as widgets
import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from PIL import Image

WIDTH_PX = 1000


def png(pixels: np.ndarray, *, small: bool = False) -> bytes:
    """Encode RGBA `pixels` (height, width, 4; uint8) as PNG; `small` spends time to save bytes."""
    if not small:
        return _quick_png(pixels)
    target = io.BytesIO()
    picture = Image.fromarray(pixels[..., :3])
    picture = picture.quantize(128, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
    picture.save(target, "png", optimize=True)
    return target.getvalue()


def _quick_png(pixels: np.ndarray) -> bytes:
    """Encode without row filters: flat charts pack as well without, in a third of Pillow's time (12 against 29 ms)."""
    height, width = pixels.shape[:2]
    rows = np.zeros((height, 1 + 3 * width), np.uint8)  # each row starts with its filter: 0, none
    rows[:, 1:] = pixels[..., :3].reshape(height, -1)
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)  # 8 bits a channel, RGB
    chunks = [(b"IHDR", header), (b"IDAT", zlib.compress(rows.data, 1)), (b"IEND", b"")]
    packed = [
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        for name, data in chunks
    ]
    return b"\x89PNG\r\n\x1a\n" + b"".join(packed)


def picture_box() -> widgets.Image:
    """Return the box of a live picture; its value is set with `png`."""
    return widgets.Image(format="png", layout=widgets.Layout(width="100%", max_width=f"{WIDTH_PX}px"))


def sentence_html(words: str, before: str = "", after: str = "") -> str:
    """Return the live sentence, which a screen reader speaks when it changes; `before` and `after` are HTML."""
    return f'<p role="status" class="tw-reading">{before}{typeset(words)}{after}</p>'


def bundle(
    sentence: str, picture: bytes | None = None, box: widgets.Widget | None = None
) -> tuple[dict, dict]:
    """Return the mime bundle of a display and its metadata: the live `box`, the PNG `picture`, the `sentence`."""
    data = dict(box._repr_mimebundle_()) if box is not None else {}
    if picture is not None:
        data["image/png"] = base64.b64encode(picture).decode("ascii")
    data["text/plain"] = sentence  # in place of the widget's own, which names its class
    return data, {"image/png": {"width": WIDTH_PX}} if picture is not None else {}


def heading(question: str) -> str:
    """Return the HTML of a display's question, and the style of everything under it."""
    return f'{STYLE}<p class="tw-question">{escape(question)}</p>'


def typeset(sentence: str) -> str:
    """Return a sentence as HTML: escaped, with real minus signs, and no line broken between number and percent."""
    return re.sub(r"(?<![\w])-(?=\d)", "\u2212", re.sub(r"(?<=\d) %", "\u00a0%", escape(sentence)))


STYLE = """<style>
.tw-explorer .widget-html-content, .tw-explorer .widget-html { margin: 0; line-height: 1.4; }
.tw-explorer p { margin: 0; max-width: 990px; }
.tw-question { font-size: 17px; font-weight: 600; }
.tw-reading { font-size: 15px; min-height: 42px; }
.tw-pinned { color: var(--jp-ui-font-color2, #777); font-size: 13px; }
.tw-guess { color: #B0568C; font-weight: 600; font-size: 15px; }
.tw-label { font-size: 13px; }
.tw-card { font-size: 15px; }
</style>"""


class Picture:
    """A figure at rest, with the sentence that says what it shows (its text for those who can't see it)."""

    def __init__(self, figure: Figure, sentence: str):
        self.figure = figure
        self.sentence = sentence

    def png(self) -> bytes:
        """Return the figure as PNG bytes."""
        canvas = self.figure.canvas
        if not isinstance(canvas, FigureCanvasAgg):
            canvas = FigureCanvasAgg(self.figure)
        canvas.draw()
        return png(np.asarray(canvas.buffer_rgba()), small=True)

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> tuple[dict, dict]:
        return bundle(self.sentence, self.png())


class Link:
    """A way to another notebook, as the Lab opens it."""

    def __init__(self, target: str, text: str):
        self.target = target
        self.text = text

    def __repr__(self) -> str:
        return self.text

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict:
        link = f'<a href="{escape(self.target)}">{escape(self.text)}</a>'
        return {"text/plain": self.text, "text/html": link}


class Note:
    """One line for the learner: coloured where HTML is shown, the same words as plain text."""

    def __init__(self, text: str, mark: str = "", colour: str = "inherit"):
        self.text = text
        self.mark = mark
        self.colour = colour

    def __repr__(self) -> str:
        return f"{self.mark} {self.text}".strip()

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict:
        return {"text/plain": repr(self), "text/html": self.html()}

    def html(self) -> str:
        """Return the line as HTML, with everything that isn't ours escaped."""
        mark = f'<b style="color:{self.colour}">{escape(self.mark)}</b> ' if self.mark else ""
        return f'<div style="max-width:{WIDTH_PX}px;line-height:1.45">{mark}{escape(self.text)}</div>'
