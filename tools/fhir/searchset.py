"""A searchset Bundle as a server gave it: entries, links, total, and what it says is missing.

https://hl7.org/fhir/R4/bundle.html#searchset
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import SplitResult, urljoin, urlsplit

from tools.fhir.errors import ForeignHost, NotFhir, PageLoop
from tools.fhir.replies import clip, outcome_text

Json = dict[str, Any]

_WITHHOLDING = frozenset({"forbidden", "incomplete", "suppressed", "throttled", "timeout", "too-costly", "transient"})
"""Issue types that tell of records left out, however mildly said. https://hl7.org/fhir/R4/valueset-issue-type.html"""
_MILD = ("information", "success")
_PART_ONLY = frozenset({"ABSTRED", "AGGRED", "MASKED", "REDACTED", "SUBSETTED"})
"""Labels of what is no more than part of a record: summed up, hidden or cut. Made anonymous, mapped or translated, a
record is whole. https://terminology.hl7.org/CodeSystem-v3-ObservationValue.html"""
_LABELS = "http://terminology.hl7.org/CodeSystem/v3-ObservationValue"
_PORTS = {"http": 80, "https": 443}


def check_searchset(bundle: Json) -> None:
    """Raise NotFhir for what is no answer to a search."""
    kind = bundle["resourceType"]
    if kind == "OperationOutcome":
        raise NotFhir(f"a search was answered with no Bundle; the server says: {outcome_text(bundle)}")
    if kind != "Bundle":
        raise NotFhir(f"a search was answered with a {clip(kind, 40)}, not a Bundle")
    if bundle.get("type") != "searchset":
        raise NotFhir(f"a search was answered with a Bundle of type {clip(repr(bundle.get('type')), 40)}, no searchset")


def read_entries(bundle: Json) -> Iterator[tuple[Json, str | None]]:
    """Each resource with its `search.mode`, None where none is given. Raises NotFhir."""
    for entry in _objects(bundle, "entry"):
        if not isinstance(resource := entry.get("resource"), dict):
            raise NotFhir("a Bundle's entry holds no resource")
        search = entry.get("search")
        mode = search.get("mode") if isinstance(search, dict) else None
        if not isinstance(search, dict | None) or not isinstance(mode, str | None):
            raise NotFhir("a Bundle's entry has a search.mode that is no word")
        yield resource, mode


def read_total(bundle: Json) -> int | None:
    """`Bundle.total`. Raises NotFhir for what is no count.

    >>> read_total({"total": 3}), read_total({})
    (3, None)
    """
    total = bundle.get("total")
    if total is None or (type(total) is int and total >= 0):
        return total
    raise NotFhir(f"a Bundle's total is no count: {clip(repr(total)[:200], 40)}")


def find_link(bundle: Json, relation: str) -> str | None:
    """The link of a Bundle with this relation. Raises NotFhir where it can't be told."""
    found = [link.get("url") for link in _objects(bundle, "link") if _relation(link) == relation]
    if len(found) > 1 and any(url != found[0] for url in found):
        raise NotFhir(f"a Bundle has several {relation} links")
    if found and not _is_address(found[0]):
        raise NotFhir(f"a Bundle's {relation} link is no address")
    return str(found[0]) if found else None


def _is_address(url: object) -> bool:
    try:
        return isinstance(url, str) and bool(url.strip()) and urlsplit(url) is not None
    except ValueError:
        return False


def _relation(link: Json) -> str:
    if not isinstance(relation := link.get("relation"), str):
        raise NotFhir("a Bundle's link has no relation")
    return relation.strip().lower()


def _objects(content: Json, name: str) -> list[Json]:
    value = content.get(name)
    if value is None:
        return []
    if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
        raise NotFhir(f"{name} of a {clip(content['resourceType'], 40)} is no list of objects")
    return value


def next_url(bundle: Json, current: str, base_url: str, asked: set[str]) -> str | None:
    """Where the next page lies. Raises ForeignHost, PageLoop and NotFhir.

    >>> bundle = {"resourceType": "Bundle", "link": [{"relation": "next", "url": "?page=2"}]}
    >>> next_url(bundle, "http://a.test/Condition?x=1", "http://a.test/", set())
    'http://a.test/Condition?page=2'
    """
    link = find_link(bundle, "next")
    if link is None:
        return None
    try:
        url = urljoin(current, link)
        here, there = urlsplit(base_url), urlsplit(url)
        if there.username is not None or there.password is not None:
            raise ForeignHost("a next link carries a user name; it was not followed")
        if _place(here) != _place(there):
            raise ForeignHost(f"a next link leads to {_name(there)}, not to {_name(here)}; it was not followed")
    except ValueError:
        raise NotFhir("a next link is no address") from None
    if url in asked:
        raise PageLoop("a next link leads back to a page already read")
    return url


def _place(url: SplitResult) -> tuple[str, str | None, int | None]:
    return url.scheme, url.hostname, url.port or _PORTS.get(url.scheme)


def _name(url: SplitResult) -> str:
    return clip(f"{url.scheme}://{url.hostname or ''}{f':{url.port}' if url.port else ''}", 120)


def read_warning(outcome: Json) -> str | None:
    """What an OperationOutcome among the entries says is wrong or missing; None where it only informs.

    >>> read_warning({"issue": [{"severity": "warning", "code": "suppressed", "diagnostics": "Some data withheld"}]})
    'Some data withheld'
    >>> read_warning({"issue": [{"severity": "information", "code": "informational", "diagnostics": "Hello"}]})
    """
    issues = outcome.get("issue")
    if not isinstance(issues, list) or not issues:
        return "something that can't be read"
    grave = [i for i in issues if not isinstance(i, dict) or i.get("severity") not in _MILD or _withholds(i)]
    return outcome_text({"issue": grave}) if grave else None


def _withholds(issue: Json) -> bool:
    return isinstance(code := issue.get("code"), str) and code in _WITHHOLDING


def labels_of_parts(resources: Iterable[Json]) -> set[str]:
    """The labels by which resources, or their Bundle, tell that they are no more than part of what there is.

    >>> sorted(labels_of_parts([{"meta": {"tag": [{"code": "SUBSETTED"}]}}, {"meta": {"security": [{"code": "R"}]}}]))
    ['SUBSETTED']
    """
    metas = [meta for r in resources if (meta := r.get("meta"))]
    codings = [c for m in metas if isinstance(m, dict) for name in ("security", "tag") for c in _list(m.get(name))]
    return {c["code"] for c in codings if isinstance(c, dict) and _is_part_label(c)}


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _is_part_label(coding: Json) -> bool:
    code = coding.get("code")
    return isinstance(code, str) and code in _PART_ONLY and coding.get("system") in (None, _LABELS)
