"""The numbers and words that a page quotes, and other ones to quote instead."""

import html
import re
from collections import defaultdict

QUOTE = re.compile(r'<span class="(?:number|words)" title="([^"]*)"[^>]*>(.*?)</span>', re.DOTALL)


def quotes(page):
    """The texts under each key, in the order of the page."""
    found = defaultdict(list)
    for key, text in QUOTE.findall(page):
        found[html.unescape(key)].append(html.unescape(text))
    return dict(found)


def plain_text(markdown):
    """The words of a manuscript, without its marks of numbers and of code."""
    return re.sub(r"\[([^\]]*)\]\{\.(?:number|words)[^}]*\}", r"\1", markdown).replace("`", "")


def changed(value):
    """Another value of the same kind, which any format with a decimal or none tells from the old one."""
    if isinstance(value, str):
        return value + " changed"
    return value + 1007 if isinstance(value, int) else 1.37 * value + 11.3
