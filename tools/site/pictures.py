"""The rules of tools/site/page.py that are for pictures."""

import re

import imagesize

from tools.site.page import rule

SHADES = re.compile(r'<image\b|id="QuadMesh_')  # of plots.heatmap, drawn as pixels or as cells


@rule("main img")
def sized(image, page):
    """Nothing moves while pictures load, and all but the first wait until they are near."""
    if not image["src"].startswith("data:") and not (image.get("width") and image.get("height")):
        name = image["src"].rpartition("/")[2]
        width, height = imagesize.get(page.pictures[name])
        if min(width, height) <= 0:
            raise ValueError(f"{name} does not say how large it is")
        image.attrs |= {"width": round(width), "height": round(height)}
    if image.find_previous("img") and not image.get("loading"):
        image.attrs |= {"loading": "lazy", "decoding": "async"}


@rule("main img")
def on_a_card(image, page):
    """In the dark a drawing of lines turns over; where shades speak, "dark" must stay dark."""
    name = image["src"].rpartition("/")[2]
    if not name.endswith(".svg") or SHADES.search(page.pictures[name].read_text(encoding="utf-8")):
        image["class"] = [*image.get("class", []), "on-a-card"]


def setup(app):
    """To be imported is all that its rules need."""
