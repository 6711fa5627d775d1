"""Routes: by which way a drug goes in, by any of its names or by the one that the chart uses. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from tools.chart_query import Condition, Slot
from tools.records.record import Record

_ROUTES = (
    {"iv", "intravenous", "intravenously"},
    {"po", "oral", "orally", "by mouth", "mouth"},
    {"sc", "sq", "subcutaneous", "subcut", "subcutaneously"},
    {"im", "intramuscular", "intramuscularly"},
    {"pr", "rectal", "rectally"},
    {"sl", "sublingual"},
    {"tp", "topical", "topically"},
    {"ih", "inhalation", "inhaled", "inhalational"},
    {"td", "transdermal"},
    {"neb", "nebulized", "nebulised", "nebulizer"},
    {"ng", "nasogastric"},
)


def same_route(asked: str, held: str) -> bool:
    """Whether two names, in lower case, are of one route.

    >>> same_route("by mouth", "po"), same_route("iv", "iv drip")
    (True, False)
    """
    return any(asked in names and held in names for names in _ROUTES)


def is_written(condition: Condition, records: Sequence[Record]) -> bool:
    """Whether a route is named in the capitals in which the chart has it: PO, and not what else is taken by mouth."""
    named = condition.field is Slot.ROUTE and condition.op == "=" and condition.value.isupper()
    return named and any(bears(record, condition) for record in records)


def bears(record: Record, condition: Condition) -> bool:
    """Whether a record has the route under this very name."""
    return condition.value in record.fields.get(Slot.ROUTE, ())


def tell_other_names(conditions: Sequence[Condition], records: Sequence[Record]) -> list[str]:
    """The other names of a route asked for by one, which the chart has as well and which were left out."""
    written = [c for c in conditions if is_written(c, records)]
    held = {text for record in records for text in record.fields.get(Slot.ROUTE, ())}
    others = [(c.value, sorted(t for t in held if t != c.value and same_route(c.value.casefold(), t.casefold())))
              for c in written]  # fmt: skip
    return [f"by {value} alone; {' and '.join(names)} left out" for value, names in others if names]
