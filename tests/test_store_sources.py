"""What files may hold: every form of broken or odd input is refused with its reason, counted, and the rest loads."""

from __future__ import annotations

import gzip
import io
import json
import os
import tarfile
from pathlib import Path
from typing import Any

import pytest

from tools.fhir.search_query import SearchQuery
from tools.store.conditional import Resolver
from tools.store.database import open_database
from tools.store.loading import load_paths
from tools.store.store import Matches, Store, open_store

Json = dict[str, Any]

WHERE = "Practitioner?identifier=http://npi|9"
DOCTOR: Json = {"resourceType": "Practitioner", "id": "d", "identifier": [{"system": "http://npi", "value": "9"}]}
ANN, BO = (f'{{"resourceType":"Patient","id":"{name}"}}'.encode() for name in ("ann", "bo"))


def nested(depth: int) -> bytes:
    inner = b'[{"extension":' * depth + b"[]" + b"}]" * depth
    return b'{"resourceType":"Patient","id":"deep","extension":' + inner + b"}"


def tar_gz() -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        entry = tarfile.TarInfo("p.json")
        entry.size = len(ANN)
        archive.addfile(entry, io.BytesIO(ANN))
    return buffer.getvalue()


def bundle(*resources: bytes) -> bytes:
    return b'{"resourceType":"Bundle","entry":[' + b",".join(b'{"resource":' + r + b"}" for r in resources) + b"]}"


@pytest.mark.parametrize(
    ("name", "content", "kept", "reasons"),
    [
        ("deep.json", nested(20_000), 0, ["not JSON: depth limit"]),
        ("deep.json", nested(300), 0, ["nested too deep"]),
        ("deep.ndjson", ANN + b"\n" + nested(20_000) + b"\n" + BO, 2, ["not JSON: depth limit"]),
        ("deep.json", bundle(ANN, nested(200), BO), 2, ["nested too deep"]),
        ("twice.json", b'{"resourceType":"Observation","id":"x","status":"final","status":"entered-in-error"}', 0,
         ["a property is given twice"]),
        ("quoted.json", b'{"resourceType":"Patient","id":"x","name":[{"text":"so \\" : said \\": she"}]}', 1, []),
        ("spaced.json", b'{"resourceType" : "Patient", "id" :"x"}', 1, []),
        ("nan.json", b'{"resourceType":"Observation","id":"x","valueQuantity":{"value":NaN}}', 0, ["not JSON"]),
        ("huge.json", b'{"resourceType":"Observation","id":"x","valueInteger":1e999}', 0, ["number is infinity"]),
        ("mark.json", b"\xef\xbb\xbf" + ANN, 1, []),
        ("mark.ndjson", b"\xef\xbb\xbf" + ANN + b"\n" + BO, 2, []),
        ("wide.json", ANN.decode().encode("utf-16"), 0, ["UTF-16: save it as UTF-8"]),
        ("wide.ndjson", ANN.decode().encode("utf-16"), 0, ["UTF-16: save it as UTF-8"]),
        ("crlf.ndjson", ANN + b"\r\n" + BO + b"\r\n", 2, []),
        ("two.json", ANN + BO, 0, ["more follows at byte"]),
        ("indented.ndjson", json.dumps(json.loads(ANN), indent=1).encode(), 1, []),
        ("empty.ndjson", b"", 0, ["the file is empty"]),
        ("empty.json.gz", b"", 0, ["the file is empty"]),
        ("empty.ndjson.gz", gzip.compress(b""), 0, ["the file is empty"]),
        ("cut.ndjson.gz", gzip.compress(ANN)[:12], 0, ["cut off or damaged"]),
        ("binary.ndjson", bytes(range(256)) * 20, 0, ["the file is no text"]),
        ("twice.json.gz", gzip.compress(gzip.compress(ANN)), 0, ["compressed twice"]),
        ("us-core.tar.gz", tar_gz(), 0, ["an archive, not JSON: unpack it"]),
        ("us-core.tgz", tar_gz(), 0, ["an archive, not JSON: unpack it"]),
        ("charts.zip", b"PK\x03\x04rest", 0, ["an archive, not JSON: unpack it"]),
        ("p.xml", b"<Patient/>", 0, ["not JSON but XML or HTML"]),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)  # fmt: skip
def test_odd_input_is_read_or_refused_once_with_its_reason(
    tmp_path: Path, name: str, content: bytes, kept: int, reasons: list[str]
) -> None:
    (tmp_path / name).write_bytes(content)
    report = load_paths(open_store(":memory:"), [tmp_path / name])
    assert sum(report.created.values()) == kept
    assert report.refused_total == len(reasons)
    assert [part for part, refusal in zip(reasons, report.refused, strict=True) if part not in refusal.reason] == []


def test_nothing_that_steers_a_terminal_is_in_a_refusal(tmp_path: Path) -> None:
    name = "red\x1b[31m.json"
    (tmp_path / name).write_bytes(b'{"resourceType":"Patient","id":"x\\u001b[31m\\u202e"}')
    (refusal,) = load_paths(open_store(":memory:"), [tmp_path / name]).refused
    assert (refusal.place, refusal.reference) == ("red\\x1b[31m.json", "Patient/x\\x1b[31m\\u202e")


def test_a_folder_with_loops_dead_links_and_archives_is_read_once(tmp_path: Path) -> None:
    (tmp_path / "loop").symlink_to(tmp_path)
    (tmp_path / "dead.json").symlink_to(tmp_path / "nowhere")
    (tmp_path / "ring.json").symlink_to(tmp_path / "ring.json")
    (tmp_path / "long.json").symlink_to("x" * 300)
    (tmp_path / "ann.json").write_bytes(ANN)
    (tmp_path / "more.zip").write_bytes(b"PK")
    report = load_paths(open_store(":memory:"), [tmp_path])
    assert report.created == {"Patient": 1}
    assert sorted(Path(r.place).name for r in report.refused) == ["dead.json", "long.json", "ring.json"]
    assert {r.reason for r in report.refused} == {
        "no regular file, or a link to nothing", "can't be read: File name too long",
    }  # fmt: skip


def test_a_folder_of_archives_alone_is_said_to_need_unpacking(tmp_path: Path) -> None:
    (tmp_path / "us-core.tar.gz").write_bytes(tar_gz())
    (refusal,) = load_paths(open_store(":memory:"), [tmp_path]).refused
    assert "unpack the archives in it (1) first" in refusal.reason


def test_what_is_no_regular_file_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.json")
    (refusal,) = load_paths(open_store(":memory:"), [tmp_path / "pipe.json"]).refused
    assert refusal.reason == "no regular file"


@pytest.mark.skipif(os.geteuid() == 0, reason="everything is readable to root")
def test_a_folder_that_can_not_be_read_is_refused_and_the_rest_is_kept(tmp_path: Path) -> None:
    (tmp_path / "ann.json").write_bytes(ANN)
    (tmp_path / "shut").mkdir(mode=0)
    report = load_paths(open_store(":memory:"), [tmp_path])
    assert report.created == {"Patient": 1}
    assert [r.reason for r in report.refused] == ["can't be read: Permission denied"]


class CountingStore(Store):
    """A store that counts its searches."""

    searches = 0

    def search(self, query: SearchQuery, upto: int | None = None) -> Matches:
        self.searches += 1
        return super().search(query, upto)


def test_a_conditional_reference_without_target_is_looked_up_once_until_more_is_stored(tmp_path: Path) -> None:
    store = CountingStore(*open_database(":memory:"))
    resolver = Resolver(store)
    assert [resolver.find(WHERE) for _ in range(5)] == [None] * 5
    assert store.searches == 1
    (tmp_path / "d.json").write_text(json.dumps(DOCTOR))
    load_paths(store, [tmp_path / "d.json"])
    resolver.forget_missing()
    assert resolver.find(WHERE) == "Practitioner/d"
