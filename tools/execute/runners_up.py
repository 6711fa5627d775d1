"""Runners-up: where the first or last of several named things is asked for, when each of the others was."""

from __future__ import annotations

from collections.abc import Sequence

from tools.chart_query import Compute, Pick, Slot
from tools.evidence import clean_text
from tools.execute.confining import keep_about
from tools.execute.finding import Search
from tools.execute.picking import pick_records
from tools.execute.selection import time_key
from tools.records.record import Record


def asks_choice(search: Search) -> bool:
    """Whether it is asked which of the things named came first or last."""
    query = search.query
    alone = query.pick.which in ("first", "last") and query.pick == Pick(which=query.pick.which)
    return alone and len(query.about) > 1 and query.field is Slot.NAME and query.compute is Compute.LIST


async def tell_runners_up(search: Search, records: Sequence[Record], picked: Sequence[Record]) -> None:
    """Note the others' first or last records with the search, or that there is none."""
    query, which = search.query, search.query.pick.which
    for name in query.about:
        named = await keep_about(Search(search.chart, query, search.previous), query.kind, (name,), list(records))
        if any(r in picked for r in named):
            continue
        own, _ = pick_records(sorted(named, key=time_key), query.pick)
        search.anchors += own
        told = own[0].start.raw if own and own[0].start else "no dated record"
        search.notes.append(f"the {which} {clean_text(name, 80)}: {told}")
