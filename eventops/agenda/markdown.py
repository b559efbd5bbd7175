"""What organisers write in Markdown (CommonMark), as HTML that is safe to show."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import nh3
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markupsafe import Markup

_TAGS = {"p", "br", "strong", "em", "ul", "ol", "li", "a", "blockquote", "code", "pre", "hr"}
_SCHEMES = {"http", "https", "mailto"}


class _Renderer(RendererHTML):
    """Headings are lines in bold: the page that they stand on has its own order of headings."""

    def heading_open(self, *_arguments: Any) -> str:
        return "<p><strong>"

    def heading_close(self, *_arguments: Any) -> str:
        return "</strong></p>\n"


# HTML in it is shown as it was typed. An exclamation mark before a link stays one: pictures are loaded from nowhere.
_parser = MarkdownIt("commonmark", {"html": False}, renderer_cls=_Renderer).disable("image")


@lru_cache(maxsize=512)
def markdown(text: str) -> Markup:
    """The text as HTML. Links say that we do not vouch for where they lead, and let nobody reach back to the page."""
    html = nh3.clean(
        _parser.render(text),
        tags=_TAGS,
        attributes={"a": {"href"}, "ol": {"start"}},
        url_schemes=_SCHEMES,
        link_rel="nofollow noopener",
    )
    return Markup(html.strip())
