"""Searching notes: what is read, what is quoted, when an absence may be told."""

from __future__ import annotations

import asyncio
import json
from base64 import b64encode
from pathlib import Path
from typing import Any

import httpx
import pytest

import fhir_fixtures
from tools.chart import ChartContext, open_chart, parse_scopes
from tools.errors import ToolError
from tools.evidence import Finding
from tools.fhir.client import FhirClient
from tools.fhir.errors import ForeignRecord
from tools.notes.attachments import Unreadable, to_text
from tools.notes.search import SearchNotes, run_search_notes
from tools.notes.sentences import split_sentences
from tools.notes.words import find_phrase, parse_phrase
from tools.registry import Handles
from tools.store.app import build_app
from tools.store.incoming import build_incoming
from tools.store.loading import load_paths
from tools.store.store import Store, open_store

FIXTURES = Path(fhir_fixtures.__path__[0])
BASE = "http://store.local/"
LATE = "2030-01-01"


def search_fixture(patient: str, text: str, as_of: str = LATE, **more: Any) -> Finding:
    store = open_store(":memory:")
    load_paths(store, [FIXTURES / "shared.json", FIXTURES / "patients" / f"{patient}.json"])
    return asyncio.run(search(store, patient, as_of, text, **more))


async def search(store: Store, patient: str, as_of: str, text: str, scopes: str | None = None, **more: Any) -> Finding:
    async with FhirClient(BASE, transport=httpx.ASGITransport(app=build_app(store))) as client:
        chart: ChartContext = await open_chart(client, patient, as_of)
        if scopes:
            chart.scopes = parse_scopes(scopes)
        return await run_search_notes(chart, SearchNotes(text=text, **more), Handles())


def search_made(*resources: dict[str, Any], text: str = "warfarin", as_of: str = LATE, **more: Any) -> Finding:
    """Search a chart made of a patient `p`, a stranger `q` and these resources."""
    store = open_store(":memory:")
    people = [{"resourceType": "Patient", "id": name} for name in ("p", "q")]
    store.save([build_incoming(r, json.loads(r)) for r in (json.dumps(x).encode() for x in [*people, *resources])])
    return asyncio.run(search(store, "p", as_of, text, **more))


def attached(content: bytes | str = "Warfarin stopped.", kind: str | None = "text/plain") -> dict[str, Any]:
    data = content.encode() if isinstance(content, str) else content
    return {"data": b64encode(data).decode()} | ({"contentType": kind} if kind else {})


def note(name: str = "n", *attachments: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "resourceType": "DocumentReference", "id": name, "status": "current", "type": {"text": "Progress note"},
        "subject": {"reference": "Patient/p"}, "date": "2020-05-01T10:00:00Z",
        "content": [{"attachment": a} for a in attachments or (attached(),)],
    } | more  # fmt: skip


def report(**more: Any) -> dict[str, Any]:
    return {
        "resourceType": "DiagnosticReport", "id": "r", "status": "final", "code": {"text": "CT chest"},
        "subject": {"reference": "Patient/p"}, "effectiveDateTime": "2020-05-01T10:00:00Z",
    } | more  # fmt: skip


def make_pdf(text: str) -> bytes:
    """A one-page PDF that shows a text; an empty text makes a page without any."""
    stream = f"BT /F1 12 Tf 50 700 Td ({text}) Tj ET".encode() if text else b""
    parts = [
        b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>",
        b"<</Length %d>>stream\n%s\nendstream" % (len(stream), stream),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    ]  # fmt: skip
    body, places = b"%PDF-1.4\n", []
    for number, part in enumerate(parts, 1):
        places.append(len(body))
        body += b"%d 0 obj%s endobj\n" % (number, part)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    return body + b"xref\n0 6\n0000000000 65535 f \n%strailer<</Size 6/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF" % (
        table, len(body)
    )  # fmt: skip


def test_the_sentence_that_mentions_it_is_quoted_with_title_and_date() -> None:
    found = search_fixture("martin-keller", "warfarin")
    assert found.values == ("Warfarin stopped today.",)
    assert found.rests_on == ("DocumentReference/martin-note-2024",)
    wanted = '1 note mentions "warfarin": Cardiology progress note of 2024-04-18: "Warfarin stopped today.".'
    assert found.statement == wanted
    assert found.determinable
    assert found.receipt.complete
    assert ("performer", "Dr. Erik Lindgren") in found.evidence[0].details


def test_an_absence_is_told_with_a_complete_receipt() -> None:
    found = search_fixture("martin-keller", "amiodarone")
    assert found.statement == 'No note mentions "amiodarone".'
    assert (found.determinable, found.values, found.total) == (True, (), 0)


def test_a_later_note_does_not_exist_yet() -> None:
    assert search_fixture("martin-keller", "warfarin", as_of="2024-04-17").total == 0


def test_rtf_is_read() -> None:
    found = search_fixture("amir-rahman", "transfusion")
    assert found.values == ("Hemoglobin 11.6 on day one, no transfusion.",)


def test_an_allergy_not_reviewed_is_quoted_as_such() -> None:
    assert search_fixture("clara-hoffmann", "allergies").values == ("Allergies: not reviewed today.",)


def test_hidden_text_is_no_evidence_and_that_it_was_left_out_is_said() -> None:
    found = search_fixture("olivia-marsh", "oxycodone")
    assert found.total == 0
    assert found.statement.startswith('No note mentions "oxycodone".')
    assert "hides from its reader" in found.statement


def test_what_a_note_orders_is_quoted_as_data() -> None:
    found = search_fixture("olivia-marsh", "allergies override")
    shown = found.statement + "".join(e.line for e in found.evidence)
    assert "<start_of_turn>" not in shown
    assert "<end_of_turn>" not in shown
    assert 'Progress note of 2024-03-05: "' in found.statement


def test_chart_text_can_not_close_its_quotation() -> None:
    found = search_made(note("n", attached('Warfarin" and "no aspirin.')))
    assert found.statement.endswith("\"Warfarin' and 'no aspirin.\".")


@pytest.mark.parametrize(
    "gone",
    [
        note(status="entered-in-error"), note(status="superseded"), note(docStatus="entered-in-error"),
        note(date="2031-01-01T00:00:00Z"), note(subject={"reference": "Patient/q"}),
        report(conclusion="On warfarin.", status="cancelled"),
        report(conclusion="On warfarin.", issued="2031-01-01T00:00:00Z"),
    ],
)  # fmt: skip
def test_what_does_not_count_is_not_found(gone: dict[str, Any]) -> None:
    assert search_made(gone).statement == 'No note mentions "warfarin".'


def test_a_note_that_another_replaces_does_not_count_once_it_is_replaced() -> None:
    newer = note(
        "new", attached("Apixaban."), date="2021-01-01T00:00:00Z",
        relatesTo=[{"code": "replaces", "target": {"reference": "DocumentReference/n"}}],
    )  # fmt: skip
    assert search_made(note(), newer).total == 0
    assert search_made(note(), newer, as_of="2020-12-01").total == 1


def test_a_report_is_searched_in_its_conclusion_and_its_form() -> None:
    form = attached("<p>On <b>warfarin</b>.</p>", "text/html")
    found = search_made(report(presentedForm=[form], conclusion="Warfarin noted."))
    assert found.values == ("Warfarin noted.", "On warfarin.")
    assert found.evidence[0].kind == "report"


def test_a_pdf_is_read() -> None:
    assert search_made(note("n", attached(make_pdf("Warfarin stopped."), "application/pdf"))).values == (
        "Warfarin stopped.",
    )


def binary(content: str = "Warfarin stopped.", **more: Any) -> dict[str, Any]:
    return {"resourceType": "Binary", "id": "b", **attached(content)} | more


@pytest.mark.parametrize("url", ["Binary/b", f"{BASE}Binary/b", "/Binary/b"])
def test_a_binary_is_read_by_its_address(url: str) -> None:
    found = search_made(note("n", {"url": url}), binary())
    assert found.values == ("Warfarin stopped.",)
    assert "Binary/b" in [s.sent for s in found.receipt.searches]
    assert "Binary/b" in found.retrieved


def test_a_binary_of_another_patient_is_refused() -> None:
    with pytest.raises(ForeignRecord):
        search_made(note("n", {"url": "Binary/b"}), binary(securityContext={"reference": "Patient/q"}))


@pytest.mark.parametrize(
    ("attachment", "reason"),
    [
        ({"url": "Binary/none"}, "could not be had"),
        ({"url": "https://other.example/Binary/b"}, "another host"),
        ({"url": "http://store.local.other.example/Binary/b"}, "another host"),
        ({"url": "Patient/q"}, "no Binary"),
        ({"url": "Binary/../Patient/q"}, "no Binary"),
        ({"title": "Letter"}, "neither data nor an address"),
        ({"contentType": "text/plain", "data": "%%%"}, "no base64"),
        (attached("Warfarin", "image/png"), "image/png is not read"),
        (attached(b"caf\xe9"), "not UTF-8"),
        (attached(b"%PDF-1.4 cut"), "PDF is broken"),
        (attached(b"{\\rtf1 cut"), "RTF is broken"),
        (attached(make_pdf("")), "holds no text"),
        (attached() | {"creation": "2031-01-01"}, "later than the moment looked at"),
    ],
)
def test_an_attachment_that_can_not_be_read_forbids_an_absence(attachment: dict[str, Any], reason: str) -> None:
    found = search_made(note("n", attachment), text="aspirin")
    assert not found.receipt.complete
    assert reason in found.receipt.reasons[0]
    assert not found.determinable
    assert found.statement.startswith('Not determinable whether a note mentions "aspirin"')


def test_what_was_found_is_told_although_another_note_can_not_be_read() -> None:
    found = search_made(note(), note("x", attached(b"x", "image/png")))
    assert found.determinable
    assert found.statement.startswith("At least 1 note mentions")
    assert "Not everything could be read" in found.statement


def test_an_unreadable_note_outside_the_time_asked_for_does_not_matter() -> None:
    found = search_made(note("x", attached(b"x", "image/png"), date="2010-01-01T00:00:00Z"), when="in 2020")
    assert found.statement == 'No note mentions "warfarin" in 2020.'


def test_an_undated_note_is_not_put_into_a_time() -> None:
    undated = note()
    del undated["date"]
    found = search_made(undated, when="in 2020")
    assert not found.determinable
    assert found.values == ()
    assert found.statement.startswith("Not determinable")


def test_a_type_without_scope_makes_the_receipt_incomplete() -> None:
    found = search_made(note(), text="aspirin", scopes="patient/DocumentReference.rs")
    assert found.receipt.denied == ("DiagnosticReport",)
    assert not found.determinable


def test_a_binary_without_scope_is_not_read() -> None:
    scopes = "patient/DocumentReference.rs patient/DiagnosticReport.rs"
    found = search_made(note("n", {"url": "Binary/b"}), binary(), scopes=scopes)
    assert found.receipt.denied == ("Binary",)
    assert not found.determinable


def test_the_number_of_notes_goes_with_the_few_that_are_shown() -> None:
    found = search_made(*(note(f"n{i}", date=f"2020-05-0{i}") for i in range(1, 5)), limit=2)
    assert found.total == 4
    assert [e.reference for e in found.evidence] == ["DocumentReference/n4", "DocumentReference/n3"]
    assert "(4 in all, 2 shown)" in found.statement
    assert len(found.retrieved) == 4


def test_another_name_is_tried_where_the_words_are_not_found() -> None:
    found = search_made(note("n", attached("MI in 2009.")), text="heart attack")
    assert found.values == ("MI in 2009.",)
    assert 'was read as "mi"' in found.statement
    assert search_made(note("n", attached("Ran a mi today.")), text="heart attack").total == 0
    assert search_made(note("n", attached("HbA1c 7.1 today.")), text="a1c").values == ("HbA1c 7.1 today.",)


def test_words_that_stand_apart_are_said_to() -> None:
    found = search_made(note("n", attached("Takes warfarin. No bleeding.")), text="warfarin bleeding")
    assert found.values == ("Takes warfarin.", "No bleeding.")
    assert "no sentence holds all" in found.statement


def test_words_that_say_nothing_are_sent_back_to_the_planner() -> None:
    with pytest.raises(ToolError, match="no word to search for"):
        search_made(note(), text="of the ?")


def test_a_time_that_can_not_be_read_is_sent_back_to_the_planner() -> None:
    with pytest.raises(ToolError, match="not a time phrase"):
        search_made(note(), when="whenever")


@pytest.mark.parametrize(
    ("asked", "text"),
    [
        ("x-ray", "Chest xray clear"), ("xray", "chest X-rays"), ("5 mg", "apixaban 5mg"), ("covid 19", "COVID-19"),
        ("smoking", "He smokes."), ("allergic", "Allergies: none"), ("diabetes", "diabetic"), ("Crohn's", "Crohn"),
        ("haemoglobin", "hemoglobin 11"), ("metastases", "one metastasis"), ("инсулин", "Инсулин 10 ед"),
        ("糖尿病", "既往有糖尿病史"), ("Ménière", "meniere disease"), ("oedema", "edema"), ("warfarin", "war- farin"),
        ("sinuses", "the sinus"), ("illnesses", "no illness"), ("controlled", "out of control"),
    ],
)  # fmt: skip
def test_spelling_variants_meet(asked: str, text: str) -> None:
    assert find_phrase(text, parse_phrase(asked)) is not None


@pytest.mark.parametrize(
    ("asked", "text"),
    [("5", "7.5 mg"), ("12", "grade 1 2 days"), ("ear", "early"), ("statin", "atorvastatin"), ("a b", "a")],
)  # fmt: skip
def test_parts_of_words_and_numbers_do_not_meet(asked: str, text: str) -> None:
    assert find_phrase(text, parse_phrase(asked)) is None


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("Patient denies\nchest pain.", ("Patient denies chest pain.",)),
        ("Denies:\n\n- fever\n- cough\n\nHas pain.", ("Denies: - fever", "Denies: - cough", "Has pain.")),
        ("Allergies:\nPlan:\nRest.", ("Allergies:", "Plan: Rest.")),
        ("1. Pneumonia\n2. Gout", ("1. Pneumonia", "2. Gout")),
        ("INR 3.9 today. Seen by Dr. Hu at St. Mary.", ("INR 3.9 today.", "Seen by Dr. Hu at St. Mary.")),
        ("", ()),
    ],
)
def test_a_sentence_can_be_quoted_alone(text: str, sentences: tuple[str, ...]) -> None:
    assert split_sentences(text) == sentences


@pytest.mark.parametrize(
    "hidden",
    [
        "<p style='DISPLAY : none !important'>Obey</p>", "<p hidden>Obey</p>", "<!-- Obey -->", "<script>Obey</script>",
        "<style>.x{display:none}</style><p class=x>Obey</p>", "<p style='visibility:hidden'>Obey</p>",
        "<p style='font-size:0px'>Obey</p>", "<template>Obey</template>", "<head><title>Obey</title></head>",
        "<div style='display:none'><p>O<b>bey</b></p></div>",
    ],
)  # fmt: skip
def test_what_html_does_not_show_is_not_read(hidden: str) -> None:
    assert to_text(f"{hidden}<p>Seen.</p>".encode(), "text/html").text == "Seen."


def test_html_headings_stay_with_their_lists() -> None:
    text = to_text(b"<h2>Denies</h2><ul><li>fever<li>pain</ul>", "text/html").text
    assert split_sentences(text) == ("Denies: - fever", "Denies: - pain")


def test_html_is_told_by_its_start_where_the_type_is_wrong() -> None:
    assert to_text(b"<html><p hidden>Obey</p>Seen.", "text/plain").text == "Seen."


def test_text_in_a_declared_character_set_is_read() -> None:
    assert to_text("Ménière".encode("latin-1"), "text/plain; charset=iso-8859-1").text == "Ménière"
    with pytest.raises(Unreadable):
        to_text(b"a", "text/plain; charset=nonesuch")
