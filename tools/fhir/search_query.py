"""A FHIR search as a value: text ⇄ SearchQuery, strict against the search-parameter table. Knows nothing of servers.

https://hl7.org/fhir/R4/search.html
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import parse_qsl, quote

from tools.fhir.errors import SearchSyntaxError
from tools.fhir.parameters import SearchParameter, find_parameter, list_parameters, resource_types
from tools.fhir.search_values import check_value, split_values

MODIFIERS: dict[str, tuple[str, ...]] = {
    "token": ("missing", "not", "text"),
    "string": ("contains", "exact", "missing"),
    "reference": ("identifier", "missing"),
    "date": ("missing",),
    "quantity": ("missing",),
    "number": ("missing",),
    "uri": ("missing",),
}
"""Per kind of parameter; a reference takes the name of a target type too."""

RESULT_PARAMETERS = ("_sort", "_count", "_include", "_revinclude", "_elements", "_summary", "_total", "_format")
"""Parameters that shape the answer and select nothing."""

_ONCE = ("_sort", "_count", "_elements", "_summary", "_total", "_format")
_CHOICES = {
    "_summary": ("count", "false"),
    "_total": ("accurate", "estimate", "none"),
    "_format": ("json", "application/json", "application/fhir+json"),
}


@dataclass(frozen=True, slots=True)
class SearchParam:
    """One `name:modifier.chain=value,value`; several of them are ANDed."""

    name: str
    values: tuple[str, ...]
    """Alternatives (OR), each still FHIR-escaped: `\\,` `\\$` `\\|` `\\\\`. See `escape_value`."""
    modifier: str | None = None
    """`exact`, `missing`, …, or the target type of a reference."""
    chain: str | None = None
    """What follows the dot: `name:exact` of `subject:Patient.name:exact`; of `_has`: `Observation:patient:code`."""

    def __post_init__(self) -> None:
        for value in self.values:
            if len(split_values(value)) != 1:
                raise SearchSyntaxError(f"{value!r} holds an unescaped comma; write \\, or pass two values")

    @property
    def key(self) -> str:
        """The left side: `subject:Patient.name`."""
        if self.name == "_has":
            return f"_has:{self.chain}"
        modifier = f":{self.modifier}" if self.modifier else ""
        return f"{self.name}{modifier}" + (f".{self.chain}" if self.chain else "")


@dataclass(frozen=True, slots=True)
class SearchQuery:
    """A search over one resource type."""

    resource_type: str
    params: tuple[SearchParam, ...] = ()

    def values(self, name: str) -> tuple[str, ...]:
        """All values given for a parameter without chain, in order."""
        return tuple(v for p in self.params if p.name == name and not p.chain for v in p.values)


def parse_search(resource_type: str, query_string: str) -> SearchQuery:
    """Read the part of a search URL after `?`. Raises SearchSyntaxError listing what is valid.

    >>> q = parse_search("Observation", "patient=123&code=http://loinc.org|4548-4,http://loinc.org|17856-6&date=ge2019")
    >>> [(p.name, p.values) for p in q.params][1]
    ('code', ('http://loinc.org|4548-4', 'http://loinc.org|17856-6'))
    >>> parse_search("Patient", "name:exact=O%5C,Brien").params[0].values
    ('O\\\\,Brien',)
    >>> parse_search("Observation", "date:exact=2019")
    Traceback (most recent call last):
        ...
    tools.fhir.errors.SearchSyntaxError: unknown modifier ':exact' on date; valid are: missing
    """
    try:
        pairs = parse_qsl(query_string, keep_blank_values=True, strict_parsing=bool(query_string), errors="strict")
    except ValueError as error:
        raise SearchSyntaxError(f"not a query string: {error}") from error
    params = tuple(parse_param(key, value) for key, value in pairs)
    query = SearchQuery(resource_type, params)
    check_search(query)
    return query


def parse_param(key: str, value: str) -> SearchParam:
    """Split one `key=value` pair, already percent-decoded, without looking at the table.

    >>> parse_param("subject:Patient.name:exact", "Ann,Bo")
    SearchParam(name='subject', values=('Ann', 'Bo'), modifier='Patient', chain='name:exact')
    """
    values = split_values(value)
    if key.startswith("_has:"):
        return SearchParam("_has", values, None, key[len("_has:") :])
    head, dot, chain = key.partition(".")
    name, colon, modifier = head.partition(":")
    if (dot and not chain) or (colon and not modifier):
        raise SearchSyntaxError(f"{key!r} ends in an empty modifier or chain")
    return SearchParam(name, values, modifier or None, chain or None)


def format_search(query: SearchQuery) -> str:
    """The query string of a search, percent-encoded; the inverse of `parse_search`.

    >>> format_search(SearchQuery("Patient", (SearchParam("name", ("Ann B", r"O\\,Brien")),)))
    'name=Ann%20B,O%5C,Brien'
    """
    return "&".join(
        f"{quote(p.key, safe=':.-_')}={','.join(quote(v, safe=':/,|.-_$') for v in p.values)}" for p in query.params
    )


def check_search(query: SearchQuery) -> None:
    """Check every name, modifier, prefix and value against the table. Raises SearchSyntaxError listing valid ones."""
    list_parameters(query.resource_type)
    for param in query.params:
        _check_param(query.resource_type, param)
    for name in _ONCE:
        if sum(p.name == name for p in query.params) > 1:
            raise SearchSyntaxError(f"{name} is given twice; give it once")


def chain_targets(resource_type: str, param: SearchParam) -> tuple[tuple[str, SearchParam], ...]:
    """The searches a chained parameter stands for: each target type with the parameter to search it by.

    >>> chain_targets("Observation", parse_param("subject:Patient.name", "Ann"))
    (('Patient', SearchParam(name='name', values=('Ann',), modifier=None, chain=None)),)
    """
    inner = parse_param(param.chain or "", "x")
    inner = SearchParam(inner.name, param.values, inner.modifier, inner.chain)
    if inner.chain:
        raise SearchSyntaxError(f"{param.key!r} chains twice; one level is supported")
    targets = (param.modifier,) if param.modifier else find_parameter(resource_type, param.name).targets
    return tuple((target, inner) for target in targets if inner.name in list_parameters(target))


def parse_has(param: SearchParam) -> tuple[str, str, SearchParam]:
    """Of `_has:Observation:patient:code=x`: the type, its reference parameter and the parameter to search it by.

    >>> parse_has(parse_param("_has:Observation:patient:code", "4548-4"))[:2]
    ('Observation', 'patient')
    """
    parts = (param.chain or "").split(":", 2)
    if len(parts) != 3 or not all(parts):
        raise SearchSyntaxError(f"{param.key!r} is not of the form _has:Type:reference-parameter:parameter")
    inner = parse_param(parts[2], "x")
    return parts[0], parts[1], SearchParam(inner.name, param.values, inner.modifier, inner.chain)


def _check_param(resource_type: str, param: SearchParam) -> None:
    if not all(param.values):
        raise SearchSyntaxError(f"{param.key} has an empty value")
    if param.name in RESULT_PARAMETERS:
        _check_result_param(resource_type, param)
    elif param.name == "_has":
        _check_has(resource_type, param)
    else:
        _check_selection(resource_type, param)


def _check_selection(resource_type: str, param: SearchParam) -> None:
    parameter = _find_named(resource_type, param.name)
    if param.chain:
        _check_chain(resource_type, parameter, param)
        return
    _check_modifier(parameter, param)
    for value in param.values:
        check_value(parameter, param.modifier, value)


def _find_named(resource_type: str, name: str) -> SearchParameter:
    try:
        return find_parameter(resource_type, name)
    except SearchSyntaxError as error:
        raise SearchSyntaxError(f"{error}, {', '.join(RESULT_PARAMETERS)}, _has") from None


def _check_modifier(parameter: SearchParameter, param: SearchParam) -> None:
    always_there = parameter.name in ("_id", "_lastUpdated")
    valid = [] if always_there else list(MODIFIERS[parameter.kind])
    if parameter.kind == "reference":
        valid += parameter.targets
    if param.modifier and param.modifier not in valid:
        raise SearchSyntaxError(
            f"unknown modifier ':{param.modifier}' on {param.name}; valid are: {', '.join(valid) or 'none'}"
        )


def _check_chain(resource_type: str, parameter: SearchParameter, param: SearchParam) -> None:
    if parameter.kind != "reference":
        raise SearchSyntaxError(f"{param.name} is a {parameter.kind}, not a reference: it can't be chained")
    if param.modifier and param.modifier not in parameter.targets:
        raise SearchSyntaxError(f"{param.name} points to {', '.join(parameter.targets)}, not to {param.modifier!r}")
    targets = chain_targets(resource_type, param)
    if not targets:
        names = sorted({n for t in parameter.targets for n in list_parameters(t)})
        raise SearchSyntaxError(f"unknown search parameter in {param.key!r}; valid are: {', '.join(names)}")
    for target, inner in targets:
        _check_selection(target, inner)


def _check_has(resource_type: str, param: SearchParam) -> None:
    source, reference, inner = parse_has(param)
    back = find_parameter(source, reference)
    if back.kind != "reference" or resource_type not in back.targets:
        valid = [
            p.name for p in list_parameters(source).values() if p.kind == "reference" and resource_type in p.targets
        ]
        raise SearchSyntaxError(
            f"{source}.{reference} does not point to {resource_type}; valid are: {', '.join(valid) or 'none'}"
        )
    if inner.chain or inner.name == "_has":
        raise SearchSyntaxError(f"{param.key!r} is nested; one level is supported")
    _check_selection(source, inner)


def _check_result_param(resource_type: str, param: SearchParam) -> None:
    iterable = param.name in ("_include", "_revinclude")
    if param.chain or (param.modifier and not (iterable and param.modifier == "iterate")):
        raise SearchSyntaxError(f"unknown modifier on {param.name}; valid are: {'iterate' if iterable else 'none'}")
    for value in param.values:
        if iterable:
            _check_include(param, value)
        elif param.name == "_count" and not (value.isascii() and value.isdigit()):
            raise SearchSyntaxError(f"_count={value!r} is not a whole number")
        elif param.name == "_sort":
            _find_named(resource_type, value.removeprefix("-"))
        elif value not in _CHOICES.get(param.name, (value,)):
            raise SearchSyntaxError(f"{param.name}={value!r}; valid are: {', '.join(_CHOICES[param.name])}")


def _check_include(param: SearchParam, value: str) -> None:
    source, _, rest = value.partition(":")
    name, colon, target = rest.partition(":")
    parameter = find_parameter(source, name)
    if parameter.kind != "reference":
        valid = [p.name for p in list_parameters(source).values() if p.kind == "reference"]
        raise SearchSyntaxError(f"{param.name}={value}: {name} is no reference; valid are: {', '.join(valid)}")
    if colon and target not in resource_types():
        raise SearchSyntaxError(f"{param.name}={value}: unknown resource type {target!r}")
