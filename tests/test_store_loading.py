"""Loading files into the store: bad input is refused with its place and reason, the rest is kept."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tools.fhir.search_query import parse_search
from tools.store.errors import StoreLocked, StoreReadOnly, StoreTooNew, StoreUnusable
from tools.store.loading import LoadReport, Progress, load_paths
from tools.store.store import Store, open_store

Json = dict[str, Any]

_ANN: Json = {"resourceType": "Patient", "id": "ann", "name": [{"family": "A"}]}
_BO: Json = {"resourceType": "Patient", "id": "bo"}


@pytest.fixture
def store() -> Iterator[Store]:
    opened = open_store(":memory:")
    yield opened
    opened.close()


def _text(*resources: Json) -> bytes:
    return b"\n".join(json.dumps(resource).encode() for resource in resources)


def _bundle(*resources: Json, kind: str = "collection", **entry: str) -> Json:
    entries = [{"resource": resource, **entry} for resource in resources]
    return {"resourceType": "Bundle", "type": kind, "entry": entries}


def _load(store: Store, folder: Path, name: str, content: bytes, **options: Any) -> LoadReport:
    (folder / name).write_bytes(content)
    return load_paths(store, [folder / name], **options)


_BAD = [
    ("cut.json", b'{"resourceType": "Patient", "id": "x"', "cut.json", "not JSON"),
    ("empty.json", b"", "empty.json", "the file is empty"),
    ("space.json", b" \n ", "space.json", "the file is empty"),
    ("page.json", b"<html>", "page.json", "not JSON"),
    ("list.json", b"[1]", "list.json", "the JSON is no object"),
    ("word.json", b'"Patient"', "word.json", "the JSON is no object"),
    ("latin.json", '{"resourceType":"Patient","id":"x","name":"é"}'.encode("latin-1"), "latin.json", "not JSON"),
    ("untyped.json", b'{"id": "x"}', "untyped.json", "no resourceType"),
    ("odd.json", b'{"resourceType": "Pet", "id": "x"}', "odd.json", "unknown resource type 'Pet'"),
    ("noid.json", b'{"resourceType": "Patient"}', "noid.json", "no id"),
    ("badid.json", b'{"resourceType": "Patient", "id": "a b"}', "badid.json", "malformed id"),
    ("numid.json", b'{"resourceType": "Patient", "id": 7}', "numid.json", "malformed id"),
    (
        "date.json",
        b'{"resourceType":"Patient","id":"x","birthDate":"2019-02-30"}',
        "date.json",
        "not a date that exists",
    ),
    (
        "when.json",
        b'{"resourceType":"Condition","id":"x","recordedDate":"2019-13-01"}',
        "when.json",
        "not a date that exists",
    ),
    ("types.json", b'{"resourceType":["Patient"],"id":"x"}', "types.json", "unknown resource type"),
    ("code.json", b'{"resourceType":"Patient","id":"x","gender":{}}', "code.json", "wrong shape"),
    (
        "system.json",
        b'{"resourceType":"Patient","id":"x","identifier":[{"system":[1],"value":"v"}]}',
        "system.json",
        "wrong",
    ),
    ("meta.json", b'{"resourceType":"Patient","id":"x","meta":[]}', "meta.json", "meta has the wrong shape"),
    ("stamp.json", b'{"resourceType":"Patient","id":"x","meta":{"lastUpdated":5}}', "stamp.json", "meta has the wrong"),
    ("nul.json", b'{"resourceType":"Patient","id":"x","name":[{"family":"a\\u0000"}]}', "nul.json", "NUL"),
    ("shape.json", b'{"resourceType":"Patient","id":"x","name":["Ann"]}', "shape.json", "wrong shape"),
    ("cut.json.gz", gzip.compress(_text(_ANN) * 50, mtime=0)[:-20], "cut.json.gz", "cut off or damaged"),
]


@pytest.mark.parametrize(("name", "content", "place", "reason"), _BAD)
def test_bad_file_is_refused_with_its_reason(
    store: Store, tmp_path: Path, name: str, content: bytes, place: str, reason: str
) -> None:
    report = _load(store, tmp_path, name, content)
    assert report.refused_total == len(report.refused) == 1
    assert report.refused[0].place == place
    assert reason in report.refused[0].reason
    assert store.count_types() == {}


def test_bad_line_is_refused_and_the_lines_around_it_are_kept(store: Store, tmp_path: Path) -> None:
    content = _text(_ANN) + b'\n{"resourceType": "Patient", \n\n' + _text(_BO)
    report = _load(store, tmp_path, "Patient.ndjson", content)
    assert report.created == {"Patient": 2}
    assert [refusal.place for refusal in report.refused] == ["Patient.ndjson line 2"]


def test_lines_under_the_name_of_a_json_file_are_read(store: Store, tmp_path: Path) -> None:
    assert _load(store, tmp_path, "patients.json", _text(_ANN, _BO)).created == {"Patient": 2}


@pytest.mark.parametrize("kind", ["collection", "transaction", "searchset", "batch"])
def test_bundle_of_any_type_gives_its_resources(store: Store, tmp_path: Path, kind: str) -> None:
    report = _load(store, tmp_path, "b.json", json.dumps(_bundle(_ANN, _BO, kind=kind), indent=2).encode())
    assert report.created == {"Patient": 2}
    assert report.refused == ()


def test_bundle_within_a_bundle_is_read(store: Store, tmp_path: Path) -> None:
    report = _load(store, tmp_path, "b.json", _text(_bundle(_bundle(_ANN), _BO)))
    assert report.created == {"Patient": 2}


def test_bundles_nested_without_end_are_refused(store: Store, tmp_path: Path) -> None:
    nested = _ANN
    for _ in range(12):
        nested = _bundle(nested)
    report = _load(store, tmp_path, "b.json", _text(nested))
    assert "nested deeper" in report.refused[0].reason


def test_bad_entry_of_a_bundle_is_refused_and_the_rest_is_kept(store: Store, tmp_path: Path) -> None:
    bundle = _bundle(_ANN, {"resourceType": "Patient"}, _BO)
    bundle["entry"] += ["nothing", {"resource": 5}, {"request": {"method": "DELETE", "url": "Patient/x"}}]
    report = _load(store, tmp_path, "b.json", _text(bundle))
    assert report.created == {"Patient": 2}
    assert [refusal.place for refusal in report.refused] == ["b.json entry 2", "b.json entry 4", "b.json entry 5"]


def test_bundle_with_escaped_property_names_is_read(store: Store, tmp_path: Path) -> None:
    content = _text(_bundle(_ANN)).replace(b'"resource"', b'"resourc\\u0065"')
    assert _load(store, tmp_path, "b.json", content).created == {"Patient": 1}


def test_references_to_a_bundle_s_urls_lead_to_its_resources(store: Store, tmp_path: Path) -> None:
    url = "urn:uuid:6a1c0f5e-0000-4000-8000-000000000001"
    stay = {"resourceType": "Encounter", "id": "e", "status": "finished", "subject": {"reference": url}}
    bundle = _bundle(stay)
    bundle["entry"].append({"fullUrl": url, "resource": {"resourceType": "Patient"}})
    assert _load(store, tmp_path, "b.json", _text(bundle)).refused == ()
    patient = store.read_keys(store.search(parse_search("Patient", "")).keys)[0]
    assert patient.fhir_id == url.removeprefix("urn:uuid:")
    assert store.count(parse_search("Encounter", f"patient={patient.fhir_id}")) == 1


def test_conditional_reference_finds_its_target_whichever_comes_first(store: Store, tmp_path: Path) -> None:
    where = "Practitioner?identifier=http://npi|9"
    seen = {"resourceType": "Encounter", "id": "e", "participant": [{"individual": {"reference": where}}]}
    assert _load(store, tmp_path, "1.json", _text(seen)).unresolved == 1
    doctor = {"resourceType": "Practitioner", "id": "d", "identifier": [{"system": "http://npi", "value": "9"}]}
    assert _load(store, tmp_path, "2.json", _text(doctor)).unresolved == 0
    assert store.count(parse_search("Encounter", "participant=Practitioner/d")) == 1


def test_second_content_under_the_same_id_is_refused_and_the_first_is_kept(store: Store, tmp_path: Path) -> None:
    report = _load(store, tmp_path, "p.ndjson", _text(_ANN, _ANN, {**_ANN, "gender": "male"}))
    assert (report.created, report.unchanged, report.refused_total) == ({"Patient": 1}, {"Patient": 1}, 1)
    assert report.refused[0].reference == "Patient/ann"
    assert "duplicate id" in report.refused[0].reason
    assert store.count(parse_search("Patient", "gender:missing=true")) == 1


def test_missing_file_and_empty_folder_are_refused(store: Store, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    report = load_paths(store, [tmp_path / "nowhere.json", tmp_path / "empty"])
    assert [refusal.reason for refusal in report.refused] == [
        "no such file",
        "the folder holds no .json or .ndjson file",
    ]


@pytest.mark.parametrize("name", ["p.ndjson.gz", "p.json.gz", "p.ndjson"])
def test_gzip_is_told_by_its_content(store: Store, tmp_path: Path, name: str) -> None:
    assert _load(store, tmp_path, name, gzip.compress(_text(_ANN, _BO))).created == {"Patient": 2}


def test_damaged_gzip_keeps_the_lines_before_the_damage(store: Store, tmp_path: Path) -> None:
    patients = [{**_BO, "id": f"p{n}"} for n in range(3_000)]
    report = _load(store, tmp_path, "p.ndjson.gz", gzip.compress(_text(*patients))[:-900])
    assert report.refused_total >= 1
    assert 0 < sum(report.created.values()) < 3_000
    assert "cut off or damaged" in report.refused[-1].reason


def test_folder_is_searched_and_other_files_are_left_alone(store: Store, tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "a.json").write_bytes(_text(_ANN))
    (tmp_path / "b.ndjson").write_bytes(_text(_BO))
    (tmp_path / "notes.txt").write_text("nothing")
    report = load_paths(store, [tmp_path])
    assert (report.files, report.created, report.refused) == (2, {"Patient": 2}, ())


def test_loading_twice_changes_nothing(store: Store, tmp_path: Path) -> None:
    content = _text(_ANN, _BO)
    _load(store, tmp_path, "p.ndjson", content)
    before = [store.read_history("Patient", name) for name in ("ann", "bo")]
    report = _load(store, tmp_path, "p.ndjson", content)
    assert (report.created, report.updated, report.unchanged) == ({}, {}, {"Patient": 2})
    assert [store.read_history("Patient", name) for name in ("ann", "bo")] == before


def test_same_content_written_otherwise_is_no_new_version(store: Store, tmp_path: Path) -> None:
    _load(store, tmp_path, "p.json", _text(_ANN))
    report = _load(store, tmp_path, "p.json", json.dumps(_ANN, indent=4).encode())
    assert report.unchanged == {"Patient": 1}


def test_new_version_keeps_the_old_one_and_is_the_one_found(store: Store, tmp_path: Path) -> None:
    _load(store, tmp_path, "p.json", _text(_ANN))
    report = _load(store, tmp_path, "p.json", _text({**_ANN, "name": [{"family": "Z"}]}))
    assert report.updated == {"Patient": 1}
    versions = store.read_history("Patient", "ann")
    families = [json.loads(stored.body)["name"][0]["family"] for stored in versions]
    assert [(stored.version, family) for stored, family in zip(versions, families, strict=True)] == [(2, "Z"), (1, "A")]
    assert store.count(parse_search("Patient", "family=a")) == 0
    assert store.count(parse_search("Patient", "family=z")) == 1


def test_older_version_does_not_replace_a_newer_one(store: Store, tmp_path: Path) -> None:
    new, old = ({**_ANN, "meta": {"lastUpdated": f"20{year}-01-01T00:00:00Z"}} for year in (20, 19))
    _load(store, tmp_path, "p.json", _text(new))
    report = _load(store, tmp_path, "p.json", _text({**old, "gender": "male"}))
    assert report.updated == {}
    assert "older than the version stored" in report.refused[0].reason


def test_numbers_keep_their_digits(store: Store, tmp_path: Path) -> None:
    raw = b'{"resourceType":"Observation","id":"o","valueQuantity":{"value":1.10}}'
    _load(store, tmp_path, "o.json", raw)
    stored = store.read("Observation", "o")
    assert stored is not None
    assert b'"value":1.10}' in stored.body


def test_structure_is_checked_when_asked_for(store: Store, tmp_path: Path) -> None:
    content = _text(_ANN, {"resourceType": "Observation", "id": "o", "code": {"text": "x"}})
    report = _load(store, tmp_path, "p.ndjson", content, validate=True)
    assert report.created == {"Patient": 1}
    assert report.refused[0].reason == "not valid FHIR: status (missing)"


def test_progress_is_told_and_ends_within_the_files_size(store: Store, tmp_path: Path) -> None:
    told: list[Progress] = []
    patients = [{**_BO, "id": f"p{n}"} for n in range(6_000)]
    _load(store, tmp_path, "p.ndjson", _text(*patients), progress=told.append)
    assert told[0].resources == 5_000
    assert 0 < told[0].bytes_done <= told[0].bytes_total


def test_store_on_disk_is_found_again(tmp_path: Path) -> None:
    first = open_store(tmp_path / "new folder" / "store.db")
    _load(first, tmp_path, "p.json", _text(_ANN))
    first.close()
    again = open_store(tmp_path / "new folder" / "store.db")
    assert again.count_types() == {"Patient": 1}
    again.close()


def test_what_is_no_store_is_refused(tmp_path: Path) -> None:
    (tmp_path / "text.db").write_bytes(b"not a database, but long enough to be looked at as one" * 20)
    for place in (tmp_path, tmp_path / "text.db", "nosuchdialect://x/y"):
        with pytest.raises(StoreUnusable):
            open_store(place)


def test_store_of_a_newer_program_is_refused(tmp_path: Path) -> None:
    opened = open_store(tmp_path / "s.db")
    with opened.writing() as connection:
        connection.exec_driver_sql("UPDATE schema_info SET version = 99")
    opened.close()
    with pytest.raises(StoreTooNew, match="newer program"):
        open_store(tmp_path / "s.db")


def test_store_that_another_process_writes_to_says_so(tmp_path: Path) -> None:
    one, other = open_store(tmp_path / "s.db"), open_store(tmp_path / "s.db")
    with other.engine.connect() as waiting:
        waiting.exec_driver_sql("PRAGMA busy_timeout=0")
    with one.writing(), pytest.raises(StoreLocked), other.writing():
        pass
    one.close()
    other.close()


def test_read_only_store_can_be_read_and_not_written(tmp_path: Path) -> None:
    opened = open_store(tmp_path / "s.db")
    _load(opened, tmp_path, "p.json", _text(_ANN))
    with opened.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA query_only=1")
    assert opened.count_types() == {"Patient": 1}
    with pytest.raises(StoreReadOnly):
        _load(opened, tmp_path, "b.json", _text(_BO))
    opened.close()
