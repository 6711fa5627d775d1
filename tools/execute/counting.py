"""Counting: how many different things the records tell of, by name or by an attribute. Knows nothing of servers.

Drugs are told apart by name where names are asked for. Orders are else told apart as the chart codes what is ordered:
two strengths of a drug are two medications. Of several sorts of records each codes drugs its own way, so names count.
"""

from __future__ import annotations

from collections.abc import Sequence

from tools.chart_query import ChartQuery, Kind, Slot
from tools.execute.attributes import DRUGS, Computed
from tools.execute.charted_twice import tell_names_twice
from tools.execute.selection import texts_of
from tools.records.record import Record


def count_distinct(query: ChartQuery, records: Sequence[Record]) -> Computed:
    """How many different things, with the other count beside where drugs could be told apart both ways."""
    if query.field not in (None, Slot.NAME):
        return _count_values(query.field, records)
    names = {name for record in records for name in _names_of(query, record)}
    if query.kind not in DRUGS or not records:
        return Computed((len(names),), tuple(records))
    products = {_product_of(record) for record in records}
    if (twice := tell_names_twice(records)) is not None:
        return Computed((), tuple(records), problem=twice)
    if not all(Kind.MEDICATION_ORDERED in record.kinds for record in records):
        return Computed((len(names),), tuple(records), aside="by drug name")
    if query.field is Slot.NAME:
        aside = "by drug name" + (f"; {len(products)} products as coded" if len(products) != len(names) else "")
        return Computed((len(names),), tuple(records), aside=aside)
    aside = f"as coded: drug, strength and form; {len(names)} by drug name" if len(names) != len(products) else ""
    return Computed((len(products),), tuple(records), aside=aside)


def _count_values(slot: Slot, records: Sequence[Record]) -> Computed:
    """How many different values an attribute has; those that lack it are told."""
    bearing = [r for r in records if texts_of(r, slot)]
    values = tuple(dict.fromkeys(text for r in bearing for text in texts_of(r, slot)))
    if records and not values:
        return Computed((), tuple(records), None, f"the records found do not give {slot.value.replace('_', ' ')}")
    without = len(records) - len(bearing)
    notes = (f"{without} without one on record",) if without else ()
    return Computed((len(values),), tuple(bearing), None, None, (*notes, ", ".join(values[:20])))


def _names_of(query: ChartQuery, record: Record) -> set[str]:
    many = record.ingredients if query.kind in DRUGS and record.ingredients else (record.concept.text,)
    return {name.casefold().strip() for name in many}


def _product_of(record: Record) -> frozenset[str]:
    """What tells a product apart: all its codes, or its name where it bears none."""
    codes = {f"{coding.system}|{coding.code}" for coding in record.concept.codings if coding.code}
    return frozenset(codes or {record.concept.text.casefold().strip()})
