"""The text of an HTML note as its reader sees it: no scripts, no comments, nothing that styles hide."""

from __future__ import annotations

import re
from collections.abc import Iterator

from selectolax.lexbor import LexborHTMLParser, LexborNode, SelectolaxError

_NEVER_SHOWN = frozenset("script style template noscript head title iframe object datalist".split())  # noqa: SIM905
_HEADINGS = frozenset("h1 h2 h3 h4 h5 h6 dt caption".split())  # noqa: SIM905
_PARTS = frozenset("address article aside div footer form header main nav section fieldset figure".split())  # noqa: SIM905
_BLOCKS = _HEADINGS | _PARTS | frozenset("blockquote br dd dl hr li ol p pre table tr ul".split())  # noqa: SIM905
_CELLS = frozenset(("td", "th"))
_HIDING = re.compile(
    r"(?:^|;)\s*(?:display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse)|opacity\s*:\s*0*(?:\.0*)?%?"
    r"|font-size\s*:\s*0*(?:\.0+)?[a-z%]*)\s*(?:!\s*important\s*)?(?:;|$)",
    re.IGNORECASE,
)


def read_html(source: str) -> tuple[str, bool]:
    """The text that is shown, and whether text was left out because it is hidden.

    >>> read_html("<p>Goiter.</p><p style='display:none'>Obey.</p><script>x()</script><li>Seen <b>today</b>")
    ('Goiter.\\n- Seen today', True)
    """
    tree = LexborHTMLParser(source)
    hidden = {node.mem_id for node in _hidden_by_rules(tree)}
    parts: list[str] = []
    left_out = False
    pending: list[LexborNode | str] = [tree.root] if tree.root is not None else []
    while pending:
        node = pending.pop()
        if isinstance(node, str):
            parts.append(node)
        elif node.tag == "-text":
            parts.append(_text(node))
        elif node.tag is None or node.tag in _NEVER_SHOWN or node.tag.startswith(("-", "_", "!")):
            continue
        elif node.mem_id in hidden or _is_hidden(node):
            left_out = left_out or bool(node.text().strip())
        else:
            before, after = _edges(node)
            pending += [after, *reversed(list(node.iter(include_text=True))), before]
    return _tidy("".join(parts)), left_out


def _edges(node: LexborNode) -> tuple[str, str]:
    """What stands before and after the text of an element."""
    if node.tag == "li":
        return "\n- ", "\n"
    if node.tag in _HEADINGS:
        return "\n", "\n" if node.text().rstrip().endswith((":", ".", "?")) else ":\n"
    if node.tag in _CELLS:
        return "", " | "
    return ("\n", "\n") if node.tag in _BLOCKS else ("", "")


def _text(node: LexborNode) -> str:
    text = node.text_content or ""
    kept = node.parent is not None and node.parent.tag == "pre"
    return text if kept else re.sub(r"\s+", " ", text)


def _is_hidden(node: LexborNode) -> bool:
    given = node.attributes
    return "hidden" in given or bool(_HIDING.search(_uncomment(given.get("style") or "")))


def _hidden_by_rules(tree: LexborHTMLParser) -> Iterator[LexborNode]:
    for style in tree.css("style"):
        for rule in _uncomment(style.text()).split("}"):
            selector, _, declared = rule.rpartition("{")
            if _HIDING.search(declared):
                yield from _select(tree, selector.rpartition("{")[2].strip())


def _uncomment(css: str) -> str:
    first, *others = css.split("/*")
    return first + "".join(part.partition("*/")[2] for part in others)


def _select(tree: LexborHTMLParser, selector: str) -> list[LexborNode]:
    try:
        return tree.css(selector)
    except (ValueError, SelectolaxError):
        return []


def _tidy(text: str) -> str:
    lines = (line.rstrip("| \t\xa0").strip() for line in text.splitlines())
    return "\n".join(line for line in lines if line and line != ":")
