"""The numbers and words that a page quotes, and other ones to quote instead."""

import html
import re
from collections import defaultdict

QUOTE = re.compile(r'<span class="(?:number|words)" data-key="([^"]*)"[^>]*>(.*?)</span>', re.DOTALL)
UNSEEN = re.compile(r"<(head|style|script|annotation)\b.*?</\1>", re.DOTALL)


def quotes(page):
    """Return the texts under each key, in the order of the page."""
    found = defaultdict(list)
    for key, text in QUOTE.findall(page):
        found[html.unescape(key)].append(html.unescape(text))
    return dict(found)


def text_of(page):
    """Return the visible text of a page."""
    return " ".join(html.unescape(re.sub(r"<[^>]+>", "", UNSEEN.sub("", page))).split())


def changed(value):
    """Return another value of the same kind, which any format with a decimal or none tells from the old one."""
    if isinstance(value, str):
        return value + " changed"
    return value + 1007 if isinstance(value, int) else 1.37 * value + 11.3
