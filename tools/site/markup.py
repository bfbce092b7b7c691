"""What the mark-up of a built page loads, links to, and offers as anchors."""

from html.parser import HTMLParser

LOADS = {"src", "srcset", "data", "poster", "action"}


class Page(HTMLParser):
    """What a page loads, where it links to, the anchors it has, and how many labs."""

    def __init__(self, path):
        super().__init__()
        self.loads, self.links, self.anchors, self.labs = [], [], set(), 0
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        self.anchors |= {given[key] for key in ("id", "name") if given.get(key)}
        self.loads += [value for key, value in attrs if key in LOADS and value]
        self.labs += tag in ("cell-lab", "attention-lab")
        if tag == "a" and given.get("href"):
            self.links.append(given["href"])
        elif given.get("href") and given.get("rel") != "canonical":
            self.loads.append(given["href"])
