"""Sphinx extension: a bibliography with the labels of the text, [Cho et al., 2014], by name."""

from pybtex.plugin import register_plugin
from pybtex.style.formatting.plain import Style
from pybtex.style.labels import BaseLabelStyle


class AuthorYear(BaseLabelStyle):
    """Last names (three or more: the first and et al.) and the year; 2024a and 2024b if need be."""

    def format_labels(self, sorted_entries):
        labels = []
        for entry in sorted_entries:
            names = [" ".join([*p.prelast_names, *p.last_names]) for p in entry.persons["author"]]
            who = f"{names[0]} et al." if len(names) > 2 else " and ".join(names)
            labels.append(f"{who}, {entry.fields['year']}".replace("{", "").replace("}", ""))
        for place, label in enumerate(labels):
            same = labels[:place].count(label)
            yield label + ("abcdefgh"[same] if labels.count(label) > 1 else "")


class AuthorYearStyle(Style):
    """The plain style, sorted by author, with those labels."""

    default_label_style = AuthorYear


def setup(app):
    register_plugin("pybtex.style.formatting", "author_year", AuthorYearStyle)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
