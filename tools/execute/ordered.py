"""Ordered: what a record leaves to the order that it carries out: who ordered it and why. Read only where asked."""

from __future__ import annotations

from dataclasses import replace

from tools.chart_query import Kind, Slot
from tools.execute.finding import Search
from tools.execute.selection import texts_of
from tools.records.reading_json import references_of
from tools.records.record import Record

_ORDERING = ("basedOn", "request", "authorizingPrescription")
_LEFT_TO_ORDER = frozenset({Slot.PRESCRIBER, Slot.REASON})


async def follow_orders(search: Search, picked: list[Record]) -> list[Record]:
    """The records with what their orders say of the attribute asked for, where none of them says it itself."""
    slot = search.query.field
    if slot not in _LEFT_TO_ORDER or any(texts_of(r, slot) for r in picked) or not any(map(_orders_of, picked)):
        return picked
    orders = {r.reference: r for r in await search.load(Kind.ORDER)}
    return [_joined(record, [orders[o] for o in _orders_of(record) if o in orders], slot) for record in picked]


def _orders_of(record: Record) -> list[str]:
    return [reference for name in _ORDERING for reference in references_of(record.resource.get(name))]


def _joined(record: Record, orders: list[Record], slot: Slot) -> Record:
    told = tuple(dict.fromkeys(text for order in orders for text in texts_of(order, slot)))
    if not told:
        return record
    links = (*record.links, *(link for order in orders for link in (order.reference, *order.links)))
    return replace(record, fields={**record.fields, slot: told}, links=tuple(dict.fromkeys(links)))
