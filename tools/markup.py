"""What the mark-up of a built page loads, links to, and offers as anchors."""

from html.parser import HTMLParser

LOADS = {"src", "srcset", "data", "poster", "action"}


class Page(HTMLParser):
    """What a page loads, where it links to, and the anchors it has."""

    def __init__(self, path):
        super().__init__()
        self.loads, self.links, self.anchors = [], [], set()
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        self.anchors |= {given[key] for key in ("id", "name") if given.get(key)}
        self.loads += [value for key, value in attrs if key in LOADS and value]
        if tag == "a" and given.get("href"):
            self.links.append(given["href"])
        elif given.get("href") and given.get("rel") != "canonical":
            self.loads.append(given["href"])
