"""Every interaction that reads, by its address: metadata, read, vread, history, search, operations.

https://hl7.org/fhir/R4/http.html
"""

from __future__ import annotations

from urllib.parse import parse_qs

from tools.fhir.errors import SearchSyntaxError
from tools.fhir.parameters import resource_types
from tools.fhir.search_query import parse_search
from tools.store.answers import Answer, BundleHead, build_bundle, build_history_entry, build_resource
from tools.store.capability import build_capability
from tools.store.errors import BadRequest, UnknownPlace
from tools.store.operations import run_everything, run_lastn
from tools.store.paging import Page, parse_page
from tools.store.searching import run_search
from tools.store.store import Store

_KNOWN = "GET metadata, Type, Type/id, Type/id/_history[/version], Patient/id/$everything, Observation/$lastn"
_FORMATS = ("json", "application/json", "application/fhir+json")


def run_get(store: Store, base: str, path: str, query: str) -> Answer:
    """Answer a GET. `path` is relative to the server, `query` what follows its `?`.

    Raises UnknownPlace, BadRequest, SearchSyntaxError.
    """
    match path.strip("/").split("/"):
        case ["metadata"]:
            return Answer(200, build_capability(base))
        case ["Observation", "$lastn"]:
            return run_lastn(store, base, query)
        case ["Patient", fhir_id, "$everything"]:
            return run_everything(store, base, fhir_id, query)
        case [kind]:
            return run_type_search(store, base, kind, query)
        case [kind, fhir_id, *rest] if not fhir_id.startswith(("$", "_")):
            check_format(query)
            return _run_instance(store, base, (kind, fhir_id), rest)
    raise UnknownPlace(f"nothing is served there; known are: {_KNOWN}")


def run_type_search(store: Store, base: str, kind: str, query: str) -> Answer:
    """A search, or a later page of one."""
    check_kind(kind)
    if not query.startswith("_page="):
        return run_search(store, base, Page(parse_search(kind, query)))
    token, _, beside = query.removeprefix("_page=").partition("&")
    check_format(beside)
    if others := parse_qs(beside, keep_blank_values=True).keys() - {"_format"}:
        raise SearchSyntaxError(f"{min(others)[:64]!r} can't be given with a page link; valid is: _format")
    page = parse_page(token)
    if page.query.resource_type != kind:
        raise SearchSyntaxError("the page link was not made by this server")
    return run_search(store, base, page)


def check_kind(kind: str) -> None:
    """Raise UnknownPlace, with the types there are, for a resource type that R4 does not know."""
    if kind not in resource_types():
        raise UnknownPlace(f"unknown resource type {kind[:64]!r}; valid are: {', '.join(resource_types())}")


def check_format(query: str) -> None:
    """Raise BadRequest for a `_format` other than JSON."""
    asked = parse_qs(query).get("_format", [])
    if any(text not in _FORMATS for text in asked):
        raise BadRequest("only JSON is served: _format=json", 406)


def _run_instance(store: Store, base: str, reference: tuple[str, str], rest: list[str]) -> Answer:
    kind, fhir_id = reference
    check_kind(kind)
    if rest and (rest[0] != "_history" or len(rest) > 2):
        raise UnknownPlace(f"nothing is served there; known are: {_KNOWN}")
    if not rest:
        stored = store.read(kind, fhir_id)
        if stored is None:
            raise UnknownPlace(f"there is no {kind}/{fhir_id[:64]}")
        return build_resource(stored)
    versions = store.read_history(kind, fhir_id)
    if not versions:
        raise UnknownPlace(f"there is no {kind}/{fhir_id[:64]}")
    if len(rest) == 1:
        links = (("self", f"{base}/{kind}/{fhir_id}/_history"),)
        entries = (build_history_entry(base, stored) for stored in versions)
        return build_bundle(BundleHead("history", len(versions), links), entries)
    found = [stored for stored in versions if str(stored.version) == rest[1]]
    if not found:
        known = ", ".join(str(stored.version) for stored in versions)
        raise UnknownPlace(f"{kind}/{fhir_id} has no version {rest[1][:64]!r}; there are: {known}")
    return build_resource(found[0])
