"""What files may hold: every form of broken or odd input is refused with its reason, counted, and the rest loads."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tools.fhir.search_query import SearchQuery
from tools.store.conditional import Resolver
from tools.store.database import open_database
from tools.store.loading import load_paths
from tools.store.store import Matches, Store

Json = dict[str, Any]

WHERE = "Practitioner?identifier=http://npi|9"
DOCTOR: Json = {"resourceType": "Practitioner", "id": "d", "identifier": [{"system": "http://npi", "value": "9"}]}


class CountingStore(Store):
    """A store that counts its searches."""

    searches = 0

    def search(self, query: SearchQuery, upto: int | None = None) -> Matches:
        self.searches += 1
        return super().search(query, upto)


def test_a_conditional_reference_without_target_is_looked_up_once_until_more_is_stored(tmp_path: Path) -> None:
    store = CountingStore(open_database(":memory:"))
    resolver = Resolver(store)
    assert [resolver.find(WHERE) for _ in range(5)] == [None] * 5
    assert store.searches == 1
    (tmp_path / "d.json").write_text(json.dumps(DOCTOR))
    load_paths(store, [tmp_path / "d.json"])
    resolver.forget_missing()
    assert resolver.find(WHERE) == "Practitioner/d"
