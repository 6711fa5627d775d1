"""`Patient/[id]/$everything` and `Observation/$lastn`. Knows nothing of HTTP requests.

https://hl7.org/fhir/R4/patient-operation-everything.html, https://hl7.org/fhir/R4/observation-operation-lastn.html
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from typing import Any
from urllib.parse import parse_qsl, urlencode

import orjson

from tools.fhir.errors import SearchSyntaxError
from tools.fhir.search_query import SearchParam, SearchQuery, parse_search
from tools.store.answers import Answer, BundleHead, build_bundle, build_search_entry
from tools.store.errors import UnknownPlace
from tools.store.everything import Everything, find_compartment, find_linked
from tools.store.paging import MAX_COUNT, format_token, parse_token
from tools.store.store import Store, Stored

_LASTN_REFUSED = ("_count", "_sort", "_summary", "_include", "_revinclude", "_page")


def run_everything(store: Store, base: str, fhir_id: str, query: str) -> Answer:
    """All that is on record about one patient, then what that refers to. Raises UnknownPlace, SearchSyntaxError."""
    if store.read("Patient", fhir_id) is None:
        raise UnknownPlace(f"there is no Patient/{fhir_id[:64]}")
    asked = _read_page(fhir_id, query) if query.startswith("_page=") else _read_everything(fhir_id, query)
    compartment = find_compartment(store, asked)
    keys = [*compartment, *find_linked(store, asked, compartment)]
    matches, page = set(compartment), keys[asked.offset : asked.offset + asked.size]
    entries = [
        build_search_entry(base, stored, "match" if key in matches else "include")
        for key, stored in zip(page, store.read_keys(page), strict=True)
    ]
    address = f"{base}/Patient/{fhir_id}/$everything"
    links = [("self", address + (f"?{query}" if query else ""))]
    if asked.offset + asked.size < len(keys):
        later = [fhir_id, list(asked.types), asked.since, asked.size, asked.offset + asked.size]
        links.append(("next", f"{address}?_page={format_token(later)}"))
    return build_bundle(BundleHead("searchset", len(compartment), tuple(links)), entries)


def _read_everything(fhir_id: str, query: str) -> Everything:
    given = dict(parse_qsl(query, keep_blank_values=True))
    if unknown := given.keys() - {"_type", "_since", "_count", "_format"}:
        raise SearchSyntaxError(f"unknown parameter {min(unknown)!r} of $everything; valid are: _type, _since, _count")
    check = {"_lastUpdated": f"ge{given['_since']}"} if "_since" in given else {}
    check |= {"_count": given["_count"]} if "_count" in given else {}
    parse_search("Patient", urlencode(check))
    types = tuple(given["_type"].split(",")) if "_type" in given else ()
    for kind in types:
        parse_search(kind, "")
    size = min(int(given.get("_count", MAX_COUNT)), MAX_COUNT)
    return Everything(fhir_id, types, given.get("_since"), max(size, 1))


def _read_page(fhir_id: str, query: str) -> Everything:
    content = parse_token(query.removeprefix("_page="))
    try:
        patient, types, since, size, offset = content
        page = Everything(patient, tuple(types), since, int(size), int(offset))
    except (TypeError, ValueError) as error:
        raise SearchSyntaxError("the page link was not made by this server") from error
    if patient != fhir_id:
        raise SearchSyntaxError("the page link was made for another patient")
    return page


def run_lastn(store: Store, base: str, query: str) -> Answer:
    """The newest observations of each code, one or `max`; all of those that share the last one's time.

    Raises SearchSyntaxError.
    """
    wanted, search = _split_max(query)
    newest_first = SearchQuery("Observation", (*search.params, SearchParam("_sort", ("-date",))))
    found = store.read_keys(store.search(newest_first).keys)
    kept = _pick_newest(found, wanted)
    entries = [build_search_entry(base, stored, "match") for stored in kept]
    links = (("self", f"{base}/Observation/$lastn?{query}"),)
    return build_bundle(BundleHead("searchset", len(kept), links), entries)


def _split_max(query: str) -> tuple[int, SearchQuery]:
    pairs = parse_qsl(query, keep_blank_values=True)
    wanted = next((value for name, value in pairs if name == "max"), "1")
    if not wanted.isascii() or not wanted.isdigit() or int(wanted) < 1:
        raise SearchSyntaxError(f"max={wanted!r} is not a count of at least 1")
    search = parse_search("Observation", urlencode([pair for pair in pairs if pair[0] != "max"]))
    names = {param.name for param in search.params}
    if refused := names & set(_LASTN_REFUSED):
        raise SearchSyntaxError(f"$lastn takes no {min(refused)}; it takes max and what selects Observations")
    if not names & {"patient", "subject"}:
        raise SearchSyntaxError("$lastn needs patient or subject")
    return int(wanted), search


def _pick_newest(observations: Sequence[Stored], wanted: int) -> list[Stored]:
    resources = [orjson.loads(stored.body) for stored in observations]
    groups = _group_codes(_code_names(resource) for resource in resources)
    counted: Counter[str] = Counter()
    last_time: dict[str, str] = defaultdict(str)
    kept = []
    for stored, resource in zip(observations, resources, strict=True):
        group, time = groups[_code_names(resource)[0]], _time_of(resource)
        if counted[group] < wanted or (time and time == last_time[group]):
            kept.append(stored)
            counted[group] += 1
            last_time[group] = time
    return kept


def _time_of(resource: dict[str, Any]) -> str:
    period = resource.get("effectivePeriod") or {}
    return str(resource.get("effectiveDateTime") or resource.get("effectiveInstant") or period.get("start") or "")


def _code_names(resource: dict[str, Any]) -> list[str]:
    """The names of what was observed: its codings, or the text where it has none."""
    code = resource.get("code") or {}
    names = [f"{c.get('system', '')}|{c['code']}" for c in code.get("coding", ()) if c.get("code")]
    return names or [str(code.get("text", "")).casefold()]


def _group_codes(named: Iterable[list[str]]) -> dict[str, str]:
    """Each name with the name of its group: observations that share one coding are of one group.

    >>> groups = _group_codes([["a"], ["b"], ["a", "b"], ["c"]])
    >>> groups["a"] == groups["b"] != groups["c"]
    True
    """
    leader: dict[str, str] = {}

    def find(name: str) -> str:
        while leader.setdefault(name, name) != name:
            name = leader[name]
        return name

    for names in named:
        for name in names:
            leader[find(name)] = find(names[0])
    return {name: find(name) for name in list(leader)}
