"""readability-lxml, newspaper4k and resiliparse, in the environment `.venv-score`.

Runs as a script there, where nothing of this project is: reads [url, html] as JSON, one page a
line, and writes for each page what each of them made of it. The first line has their versions.
"""

from __future__ import annotations

import json
import logging
import sys
import warnings
from collections.abc import Callable
from importlib.metadata import version
from typing import Any

BLOCKS = {"p", "div", "h1", "h2", "h3", "h4", "h5", "h6", "li", "tr", "td", "table", "section",
          "article", "blockquote", "figure", "figcaption", "br", "ul", "ol", "body"}  # fmt: skip
Fields = dict[str, Any]


def readability(url: str, html: str) -> Fields:
    from lxml.html import fromstring
    from readability import Document

    document = Document(html, url=url)
    return {"title": document.short_title(), "text": block_text(fromstring(document.summary()))}


def block_text(root: Any) -> str:
    """The text of a tree, with a line break wherever a browser would break the line."""
    from lxml.etree import iterwalk

    pieces = []
    for event, element in iterwalk(root, events=("start", "end")):
        text = element.text if event == "start" else element.tail
        pieces += ["\n" if element.tag in BLOCKS else " ", " ".join((text or "").split())]
    return "".join(pieces)


def newspaper(url: str, html: str) -> Fields:
    from newspaper import Article

    article = Article(url, language="vi", fetch_images=False)
    article.download(input_html=html)
    article.parse()
    return {
        "title": article.title,
        "text": article.text,
        "date": article.publish_date.isoformat() if article.publish_date else None,
        "author": "; ".join(article.authors) or None,
    }


def resiliparse(url: str, html: str) -> Fields:
    from resiliparse.extract.html2text import extract_plain_text
    from resiliparse.parse.html import HTMLTree

    text = extract_plain_text(
        html, main_content=True, alt_texts=False, list_bullets=False, comments=False
    )
    return {"title": HTMLTree.parse(html).title, "text": text}


READERS: dict[str, tuple[str, Callable[[str, str], Fields]]] = {
    "readability-lxml": ("readability-lxml", readability),
    "newspaper4k": ("newspaper4k", newspaper),
    "resiliparse": ("resiliparse", resiliparse),
}


def answer(read: Callable[[str, str], Fields], url: str, html: str) -> Fields:
    """What one of them reads; nothing, with the error, where it fails."""
    try:
        return read(url, html)
    except Exception as error:  # theirs, of any kind: a page that fails is a page not read
        return {"error": f"{type(error).__name__}: {error}", "text": ""}


def main() -> None:
    warnings.simplefilter("ignore")
    logging.disable()
    print(json.dumps({name: version(package) for name, (package, _) in READERS.items()}))
    for line in sys.stdin:
        url, html = json.loads(line)
        made = {name: answer(read, url, html) for name, (_, read) in READERS.items()}
        print(json.dumps(made), flush=True)


if __name__ == "__main__":
    main()
