"""Values of FHIR search parameters: escaping, prefixes, tokens, quantities, dates. Knows nothing of servers.

https://hl7.org/fhir/R4/search.html#escaping
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from tools.fhir.dates import FhirDateError, FhirTime, parse_fhir_time
from tools.fhir.errors import SearchSyntaxError
from tools.fhir.parameters import SearchParameter, resource_types

Prefix = Literal["eq", "ne", "gt", "lt", "ge", "le", "sa", "eb", "ap"]
PREFIXES: tuple[Prefix, ...] = ("eq", "ne", "gt", "lt", "ge", "le", "sa", "eb", "ap")

_SPECIAL = re.compile(r"([\\,$|])")
_ESCAPED = re.compile(r"\\([\\,$|])")
_PIECE = re.compile(r"(?:[^\\,]|\\.)*", re.DOTALL)
_FIELD = re.compile(r"(?:[^\\|]|\\.)*", re.DOTALL)
_NUMBER = re.compile(r"[+-]?\d+(?:\.\d+)?(?:[eE][+-]?\d{1,3})?", re.ASCII)
_LOGICAL_ID = re.compile(r"[A-Za-z0-9.\-]{1,64}")
_ABSOLUTE = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*:\S+")


@dataclass(frozen=True, slots=True)
class TokenValue:
    """`system|code`: None is "any", an empty system is "none"."""

    system: str | None
    code: str | None


@dataclass(frozen=True, slots=True)
class NumberValue:
    """A number with prefix; `low` and `high` bound what rounds to it: 5.4 is [5.35, 5.45]."""

    prefix: Prefix
    value: Decimal
    low: Decimal
    high: Decimal


@dataclass(frozen=True, slots=True)
class QuantityValue:
    """`prefix number|system|code`; None: any unit, or any system."""

    number: NumberValue
    system: str | None
    code: str | None


@dataclass(frozen=True, slots=True)
class DateValue:
    """A date with prefix."""

    prefix: Prefix
    time: FhirTime


def escape_value(text: str) -> str:
    """Plain text as one search value.

    >>> escape_value("a,b|c")
    'a\\\\,b\\\\|c'
    """
    return _SPECIAL.sub(r"\\\1", text)


def unescape_value(text: str) -> str:
    """The inverse of `escape_value`.

    >>> unescape_value(escape_value("1$2\\\\3"))
    '1$2\\\\3'
    """
    return _ESCAPED.sub(r"\1", text) if "\\" in text else text


def split_values(text: str) -> tuple[str, ...]:
    """Split at the commas that are not escaped; the pieces stay escaped.

    >>> split_values("a,b\\\\,c")
    ('a', 'b\\\\,c')
    """
    return _split(text, ",", _PIECE)


def format_token(system: str | None, code: str | None) -> str:
    """The inverse of `parse_token`.

    >>> format_token("http://loinc.org", "4548-4"), format_token(None, "M"), format_token("", "M")
    ('http://loinc.org|4548-4', 'M', '|M')
    """
    if system is None:
        return escape_value(code or "")
    return f"{escape_value(system)}|{escape_value(code or '')}"


def parse_token(text: str) -> TokenValue:
    """Read `code`, `system|code`, `|code` or `system|`. Raises SearchSyntaxError.

    >>> parse_token("http://loinc.org|"), parse_token("|M").system, parse_token("M").system
    (TokenValue(system='http://loinc.org', code=None), '', None)
    """
    fields = tuple(unescape_value(f) for f in _split(text, "|", _FIELD))
    if len(fields) == 1 and fields[0]:
        return TokenValue(None, fields[0])
    if len(fields) == 2 and any(fields):
        return TokenValue(fields[0], fields[1] or None)
    raise SearchSyntaxError(f"{text!r} is not a token; forms: code, system|code, |code, system|")


def parse_number(text: str) -> NumberValue:
    """Read a number with an optional prefix. Raises SearchSyntaxError.

    >>> parse_number("ge5.40").low, parse_number("100").high
    (Decimal('5.395'), Decimal('100.5'))
    """
    prefix, rest = split_prefix(text)
    if not _NUMBER.fullmatch(rest):
        raise SearchSyntaxError(f"{text!r} is not a number with one of the prefixes {', '.join(PREFIXES)}")
    value = Decimal(rest)
    exponent = value.as_tuple().exponent
    half = Decimal(5).scaleb(int(exponent) - 1)
    return NumberValue(prefix, value, value - half, value + half)


def parse_quantity(text: str) -> QuantityValue:
    """Read `number`, `number|system|code` or `number||code`. Raises SearchSyntaxError.

    >>> parse_quantity("lt7.0||%").code, parse_quantity("5.4|http://unitsofmeasure.org|mg").system
    ('%', 'http://unitsofmeasure.org')
    """
    fields = [unescape_value(f) for f in _split(text, "|", _FIELD)]
    if len(fields) not in (1, 3):
        raise SearchSyntaxError(f"{text!r} is not a quantity; forms: number, number|system|code, number||code")
    _, system, code = fields if len(fields) == 3 else (*fields, "", "")
    return QuantityValue(parse_number(fields[0]), system or None, code or None)


def parse_date(text: str) -> DateValue:
    """Read a date with an optional prefix. Raises SearchSyntaxError.

    >>> parse_date("ge2019-02").prefix, parse_date("2019").time.precision
    ('ge', 'year')
    """
    prefix, rest = split_prefix(text)
    try:
        return DateValue(prefix, parse_fhir_time(rest))
    except FhirDateError as error:
        raise SearchSyntaxError(f"{error}; before it may stand one of {', '.join(PREFIXES)}") from error


def split_prefix(text: str) -> tuple[Prefix, str]:
    """The prefix, `eq` where there is none, and the rest.

    >>> split_prefix("gt5"), split_prefix("5")
    (('gt', '5'), ('eq', '5'))
    """
    for prefix in PREFIXES:
        if text.startswith(prefix):
            return prefix, text[2:]
    return "eq", text


def check_value(parameter: SearchParameter, modifier: str | None, text: str) -> None:
    """Check one value by its parameter's kind. Raises SearchSyntaxError.

    >>> from tools.fhir.parameters import find_parameter
    >>> check_value(find_parameter("Patient", "active"), "missing", "perhaps")
    Traceback (most recent call last):
        ...
    tools.fhir.errors.SearchSyntaxError: active:missing='perhaps'; valid are: true, false
    """
    if modifier == "missing":
        if text not in ("true", "false"):
            raise SearchSyntaxError(f"{parameter.name}:missing={text!r}; valid are: true, false")
        return
    if modifier == "text":
        return
    try:
        _check_kind(parameter, modifier, text)
    except SearchSyntaxError as error:
        raise SearchSyntaxError(f"{parameter.name}: {error}") from error


def _check_kind(parameter: SearchParameter, modifier: str | None, text: str) -> None:
    if parameter.kind == "token" or modifier == "identifier":
        parse_token(text)
    elif parameter.kind == "date":
        parse_date(text)
    elif parameter.kind == "quantity":
        parse_quantity(text)
    elif parameter.kind == "number":
        parse_number(text)
    elif parameter.kind == "reference":
        check_reference(text)


def check_reference(text: str) -> None:
    """Check a reference: `id`, `Type/id` or an absolute address. Raises SearchSyntaxError."""
    kind, slash, rest = text.partition("/")
    if slash and kind in resource_types() and _LOGICAL_ID.fullmatch(rest):
        return
    if _LOGICAL_ID.fullmatch(text) or _ABSOLUTE.fullmatch(unescape_value(text)):
        return
    raise SearchSyntaxError(f"{text!r} is not a reference; forms: id, Type/id, absolute URL")


def _split(text: str, mark: str, piece: re.Pattern[str]) -> tuple[str, ...]:
    if "\\" not in text:
        return tuple(text.split(mark))
    parts, position = [], 0
    while True:
        match = piece.match(text, position)
        end = match.end() if match else position
        if end < len(text) and text[end] == "\\":
            raise SearchSyntaxError(f"{text!r} ends in a lone backslash; write \\\\")
        parts.append(text[position:end])
        if end == len(text):
            return tuple(parts)
        position = end + 1
