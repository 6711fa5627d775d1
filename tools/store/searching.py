"""The search interaction: matches, what is included with them, pages, links. Knows nothing of HTTP requests.

https://hl7.org/fhir/R4/search.html
"""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import select

from tools.fhir.parameters import find_parameter
from tools.fhir.search_query import SearchParam, SearchQuery, format_search
from tools.store.answers import Answer, BundleHead, build_bundle, build_search_entry
from tools.store.conditions import Scope
from tools.store.paging import Page, format_page
from tools.store.store import Store, Stored
from tools.store.tables import RESOURCE, TERM_ENTRY

_ROUNDS_OF_ITERATE = 5


def run_search(store: Store, base: str, page: Page) -> Answer:
    """One page of a search. Raises SearchSyntaxError."""
    query = page.query
    if query.values("_summary") == ("count",) or page.size == 0:
        return build_bundle(BundleHead("searchset", store.count(query), _self_link(base, query)), ())
    matches = store.search(query, page.newest)
    keys = matches.keys[page.offset : page.offset + page.size]
    found = store.read_keys(keys)
    entries = [build_search_entry(base, s, "match", _elements(query)) for s in found]
    entries += [build_search_entry(base, s, "include") for s in _included(store, query, keys)]
    links = _self_link(base, query)
    if page.offset + page.size < len(matches.keys):
        later = replace(page, offset=page.offset + page.size, newest=matches.newest)
        links += (("next", f"{base}/{query.resource_type}?_page={format_page(later)}"),)
    total = None if query.values("_total") == ("none",) else len(matches.keys)
    return build_bundle(BundleHead("searchset", total, links), entries)


def _self_link(base: str, query: SearchQuery) -> tuple[tuple[str, str], ...]:
    text = format_search(query)
    return (("self", f"{base}/{query.resource_type}" + (f"?{text}" if text else "")),)


def _elements(query: SearchQuery) -> frozenset[str] | None:
    names = query.values("_elements")
    return frozenset(n.removeprefix(f"{query.resource_type}.").partition(".")[0] for n in names) if names else None


def _included(store: Store, query: SearchQuery, keys: tuple[int, ...]) -> list[Stored]:
    """Resources that `_include` and `_revinclude` add to a page, each once, without the matches themselves."""
    params = [p for p in query.params if p.name in ("_include", "_revinclude")]
    seen, fresh = set(keys), set(keys)
    for round_number in range(_ROUNDS_OF_ITERATE):
        asked = [p for p in params if round_number == 0 or p.modifier == "iterate"]
        fresh = {key for p in asked for v in p.values for key in _follow(store, p, v, fresh)} - seen
        if not fresh:
            break
        seen |= fresh
    return store.read_keys(sorted(seen - set(keys)))


def _follow(store: Store, param: SearchParam, value: str, keys: set[int]) -> set[int]:
    """The keys of what `Source:parameter:Target` leads to from (or, for `_revinclude`, back to) these resources."""
    source, name, *target = value.split(":")
    parameter = find_parameter(source, name)
    paths, targets = Scope(source).paths(parameter), target or list(parameter.targets)
    if not keys:
        return set()
    if param.name == "_include":
        terms = select(TERM_ENTRY.c.term).where(TERM_ENTRY.c.path.in_(paths), TERM_ENTRY.c.resource.in_(keys))
        found = select(RESOURCE.c.pk).where(RESOURCE.c.ref.in_(terms), RESOURCE.c.type.in_(targets))
    else:
        refs = select(RESOURCE.c.ref).where(RESOURCE.c.pk.in_(keys), RESOURCE.c.type.in_(targets))
        found = select(TERM_ENTRY.c.resource).where(TERM_ENTRY.c.path.in_(paths), TERM_ENTRY.c.term.in_(refs))
    with store.reading() as connection:
        return {row[0] for row in connection.execute(found)}
