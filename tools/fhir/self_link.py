"""The search a server says it ran, against the search that was sent: what was dropped, changed or added.

https://hl7.org/fhir/R4/search.html#conformance
"""

from __future__ import annotations

from collections.abc import Container, Iterable
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from tools.fhir.errors import ForeignRecord, SearchNotHonoured
from tools.fhir.matching import CONFINING, can_match, matches
from tools.fhir.parameters import list_parameters, resource_types
from tools.fhir.search_query import RESULT_PARAMETERS, SearchParam, SearchQuery

Json = dict[str, Any]

_SELECTING = frozenset({"_content", "_filter", "_has", "_in", "_list", "_query", "_since", "_text", "_type"})
"""Parameters of every type that are in no table of them."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """What has to be done with an answer before it is the answer to the search that was sent."""

    checks: tuple[SearchParam, ...] = ()
    """Parameters that the server did not look at, or does not say it did: to be applied here."""
    proofs: tuple[SearchParam, ...] = ()
    """Parameters that the server says it ran, and some servers misread: every record must meet them."""
    notes: tuple[str, ...] = ()
    doubt: str | None = None
    """Why the answer may be shorter or longer than it should be all the same."""

    @property
    def settled(self) -> bool:
        """Whether nothing is left to do."""
        return not self.checks and not self.proofs and self.doubt is None

    def apply(self, resources: Iterable[Json]) -> tuple[Json, ...]:
        """The resources that were asked for.

        Raises ForeignRecord where others than this patient's came, SearchNotHonoured where a parameter was misread.
        """
        if not self.checks and not self.proofs:
            return tuple(resources)
        kept = []
        for resource in resources:
            if misread := [proof.key for proof in self.proofs if not matches(resource, proof)]:
                raise SearchNotHonoured(f"the server says that it ran {', '.join(misread)} and did not")
            failed = [check.name for check in self.checks if not matches(resource, check)]
            if CONFINING.intersection(failed):
                raise ForeignRecord("the server gave records that were not asked for; nothing of this answer is used")
            kept += [] if failed else [resource]
        return tuple(kept)


def judge_self_link(query: SearchQuery, link: str | None) -> Judgement:
    """Compare a search with the server's account of it.

    Raises SearchNotHonoured where the server ran another search, and what it left out can't be made up for here.

    >>> from tools.fhir.search_query import parse_search
    >>> query = parse_search("MedicationRequest", "patient=Patient/1&intent=order")
    >>> judge_self_link(query, "MedicationRequest?patient=Patient/1").notes
    ('intent dropped by the server, applied here',)
    >>> judge_self_link(query, "MedicationRequest?intent=order")
    Traceback (most recent call last):
        ...
    tools.fhir.errors.SearchNotHonoured: MedicationRequest: the server ran the search without patient
    """
    selecting = [p for p in query.params if p.name not in RESULT_PARAMETERS]
    if link is None:
        checks = tuple(p for p in selecting if can_match(query.resource_type, p))
        unclear = [p.key for p in selecting if p not in checks or p.modifier or len(p.values) > 1]
        doubt = f"the server does not say which search it ran, and {', '.join(unclear)} can't be checked here"
        return Judgement(checks, doubt=f"{query.resource_type}: {doubt}" if unclear else None)
    if (kind := _type_searched(link)) not in (None, query.resource_type):
        raise SearchNotHonoured(f"{query.resource_type}: the server answered a search for {kind}")
    ran = parse_qsl(urlsplit(link).query, keep_blank_values=True)
    modified = tuple(p for p in selecting if p.modifier and can_match(query.resource_type, p))
    if [(p.key, ",".join(p.values)) for p in query.params] == ran:
        return Judgement(proofs=modified)
    dropped = [p for p in selecting if not any(_is_same(p, key, value) for key, value in ran)]
    added = _find_added(query, selecting, ran)
    if dropped and (added or not all(_can_make_up(query.resource_type, p) for p in dropped)):
        lacking = ", ".join(p.key for p in dropped)
        raise SearchNotHonoured(f"{query.resource_type}: the server ran the search without {lacking}")
    notes = tuple(f"{p.key} dropped by the server, applied here" for p in dropped)
    doubt = f"{query.resource_type}: the server searched by {', '.join(added)} too, which was not asked"
    proofs = tuple(p for p in modified if p not in dropped)
    return Judgement(tuple(dropped), proofs, notes, doubt if added else None)


def check_confined(query: SearchQuery, link: str | None) -> None:
    """Raise SearchNotHonoured where a link of an answer names another patient than the search did.

    >>> from tools.fhir.search_query import parse_search
    >>> check_confined(parse_search("Condition", "patient=Patient/1"), "Condition?subject=2&page=2")
    Traceback (most recent call last):
        ...
    tools.fhir.errors.SearchNotHonoured: Condition: a link of the answer leads to a search of another subject
    """
    sent = [p for p in query.params if p.name in CONFINING]
    if link is None or not sent:
        return
    for key, value in parse_qsl(urlsplit(link).query):
        name = key.partition(":")[0]
        if name in CONFINING and not any(_is_same(replace(p, name=name, modifier=None), name, value) for p in sent):
            raise SearchNotHonoured(f"{query.resource_type}: a link of the answer leads to a search of another {name}")


def _type_searched(link: str) -> str | None:
    """The resource type in the path of a self link; None where it names none.

    >>> _type_searched("https://fhir.test/r4/Goal/_search?patient=1"), _type_searched("?patient=1")
    ('Goal', None)
    """
    steps = [step for step in urlsplit(link).path.split("/") if step not in ("", "_search")]
    return steps[-1] if steps and steps[-1] in resource_types() else None


def _can_make_up(resource_type: str, param: SearchParam) -> bool:
    return param.name not in CONFINING and can_match(resource_type, param)


def _find_added(query: SearchQuery, selecting: list[SearchParam], ran: list[tuple[str, str]]) -> list[str]:
    """What the server selected by, or left out, and nobody asked for."""
    known = list_parameters(query.resource_type)
    found = [k for k, v in ran if _selects(k, known) and not any(_is_same(p, k, v) for p in selecting)]
    cut = [k for k, v in ran if k in ("_elements", "_summary") and v != "false" and not query.values(k)]
    return list(dict.fromkeys([*(key.partition(":")[0] for key in found), *cut]))


def _selects(key: str, known: Container[str]) -> bool:
    """Whether a key is a parameter of the type, a chain from one, or one that selects whatever the type.

    >>> [_selects(key, {"encounter"}) for key in ("encounter.status", "_has:Provenance:target:agent", "_getpages")]
    [True, True, False]
    """
    name = key.partition(":")[0].partition(".")[0]
    return name in known or name in _SELECTING


def _is_same(param: SearchParam, key: str, value: str) -> bool:
    """Servers may write alternatives in another order, and `1` or `http://…/Patient/1` for `Patient/1`."""
    ran, sent = sorted(_plain(value).split(",")), sorted(_plain(",".join(param.values)).split(","))
    pairs = zip(ran, sent, strict=False)
    same = len(ran) == len(sent) and all(a == b or b.endswith(f"/{a}") or a.endswith(f"/{b}") for a, b in pairs)
    return key == param.key and same


def _plain(value: str) -> str:
    """Without escapes, which not every server repeats; an escaped comma is no comma and stays."""
    return value.replace("\\,", "\0").replace("\\", "")
