"""Conditional references (`Practitioner?identifier=system|value`): replaced by `Type/id` once their target is there.

https://hl7.org/fhir/R4/http.html#trules
"""

from __future__ import annotations

import re

import orjson
from sqlalchemy import select

from tools.fhir.errors import SearchSyntaxError
from tools.fhir.search_query import parse_search
from tools.store.extraction import UNRESOLVED
from tools.store.incoming import Incoming, build_incoming
from tools.store.raw_json import rewrite_links
from tools.store.saving import replace_in_place
from tools.store.store import Store
from tools.store.tables import RESOURCE, TERM_ENTRY, TOKEN

_CONDITIONAL = re.compile(rb'"reference"\s*:\s*"[A-Z][A-Za-z]+\?')
_AT_ONCE = 1_000


class Resolver:
    """Finds the targets of conditional references, each looked up once until `forget_missing`."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._found: dict[str, str | None] = {}

    def forget_missing(self) -> None:
        """Look again for what was not there: more has been stored since."""
        self._found = {reference: target for reference, target in self._found.items() if target}

    def find(self, reference: str) -> str | None:
        """`Type/id` of the one resource that fits; None where it is no conditional reference, or none or many fit."""
        kind, question, criteria = reference.partition("?")
        if not question or not kind.isalpha():
            return None
        if reference not in self._found:
            self._found[reference] = self._search(kind, criteria)
        return self._found[reference]

    def _search(self, kind: str, criteria: str) -> str | None:
        try:
            keys = self._store.search(parse_search(kind, criteria)).keys
        except SearchSyntaxError:
            return None
        return self._store.read_keys(keys)[0].reference if len(keys) == 1 else None

    def resolve(self, incoming: Incoming) -> Incoming:
        """The resource with every conditional reference replaced whose target is there."""
        if not _CONDITIONAL.search(incoming.raw):
            return incoming
        raw = rewrite_links(incoming.raw, self.find)
        if raw == incoming.raw:
            return incoming
        return build_incoming(raw, orjson.loads(raw), incoming.digest)


def resolve_stored(store: Store) -> int:
    """Try the references that were kept open again. Returns how many resources still hold open ones."""
    resolver = Resolver(store)
    targets = {text: resolver.find(text) for text in _open_references(store)}
    keys = _referring(store, [text for text, target in targets.items() if target])
    for start in range(0, len(keys), _AT_ONCE):
        found = [build_incoming(s.body, orjson.loads(s.body)) for s in store.read_keys(keys[start : start + _AT_ONCE])]
        with store.writing() as connection:
            for incoming in found:
                replace_in_place(connection, resolver.resolve(incoming))
    return len(_referring(store, [text for text, target in targets.items() if not target]))


def _open_references(store: Store) -> list[str]:
    statement = select(TOKEN.c.code).where(
        TOKEN.c.id.in_(select(TERM_ENTRY.c.term).where(TERM_ENTRY.c.path == UNRESOLVED))
    )
    with store.reading() as connection:
        return [row[0] for row in connection.execute(statement)]


def _referring(store: Store, references: list[str]) -> list[int]:
    terms = select(TOKEN.c.id).where(TOKEN.c.code.in_(references))
    entries = select(TERM_ENTRY.c.resource).where(TERM_ENTRY.c.path == UNRESOLVED, TERM_ENTRY.c.term.in_(terms))
    with store.reading() as connection:
        return [row[0] for row in connection.execute(select(RESOURCE.c.pk).where(RESOURCE.c.pk.in_(entries)))]
