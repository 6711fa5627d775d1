"""Answers that are no FHIR, too large, broken off or never come: a clear error that says what to do, and no secret."""

from __future__ import annotations

import asyncio
import gzip
import logging
import socket
import ssl
import zlib
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.fhir.auth import BearerToken
from tools.fhir.capability import Capability
from tools.fhir.client import FhirClient, Limits
from tools.fhir.errors import (
    AnswerTooLarge,
    FhirError,
    NotAuthorized,
    NotFhir,
    NotFound,
    ScopeDenied,
    ServerRefused,
    ServerUnreachable,
)
from tools.fhir.exchange import retry_after
from tools.fhir.search_query import parse_search

Answer = Callable[[httpx.Request], httpx.Response]

BASE = "https://fhir.test/r4"
QUERY = parse_search("Condition", "patient=Patient/secret-person")
BUNDLE = orjson.dumps({"resourceType": "Bundle", "type": "searchset", "total": 0})
TOKEN = "tok-3n-0f-the-ward"


def client(answer: Answer, base: str = "https://fhir.test/r4", **more: Any) -> FhirClient:
    limits = Limits(attempts=1, **more)
    return FhirClient(
        base, transport=httpx.MockTransport(answer), limits=limits, capability=Capability(),
        auth=BearerToken(base, lambda: TOKEN),
    )  # fmt: skip


async def fault_of(answer: Answer) -> FhirError:
    with pytest.raises(FhirError) as caught:
        await client(answer).search(QUERY)
    assert TOKEN not in str(caught.value)
    assert "secret-person" not in str(caught.value)
    return caught.value


def refusal(status: int, *issues: Any) -> httpx.Response:
    return httpx.Response(status, json={"resourceType": "OperationOutcome", "issue": issues})


def redirect(target: str) -> httpx.Response:
    return httpx.Response(302, headers={"location": target})


LATIN = {"content-type": "application/fhir+json; charset=iso-8859-1"}
HTML = "<!DOCTYPE html>\n<html><head><title>\n Log&nbsp;in &amp; go </title></head></html>"


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("answer", "error", "told"),
    [
        (httpx.Response(200, html=HTML), NotFhir, ["HTML page titled 'Log in & go'", BASE, "base URL"]),
        (httpx.Response(404, html=HTML), NotFound, ["404", "HTML page titled 'Log in & go'", "check the base URL"]),
        (httpx.Response(200, text="<Bundle xmlns='http://hl7.org/fhir'/>"), NotFhir, ["XML"]),
        (httpx.Response(200), NotFhir, ["empty", "base URL"]),
        (httpx.Response(200, content=BUNDLE[:-9]), NotFhir, ["cut off"]),
        (httpx.Response(200, content=b"hello"), NotFhir, ["no JSON", "base URL"]),
        (httpx.Response(200, content=b'"Bundle"'), NotFhir, ["no FHIR resource"]),
        (httpx.Response(200, content=b'{"\xe9": 1}', headers=LATIN), NotFhir, ["not UTF-8", "iso-8859-1"]),
        (httpx.Response(200, content=BUNDLE.decode().encode("utf-16")), NotFhir, ["not UTF-8"]),
        (httpx.Response(200, content=b"[" * 100_000 + b"]" * 100_000), NotFhir, ["nested too deeply"]),
        (httpx.Response(200, content=b'{"a":' * 100_000), NotFhir, ["nested too deeply"]),
        (httpx.Response(200, content=BUNDLE[:-1] + b',"x":' + b"[" * 300 + b"]" * 300 + b"}"), NotFhir, ["too deeply"]),
        (httpx.Response(401), ScopeDenied, ["401", "give a new one"]),
        (httpx.Response(403), ScopeDenied, ["403", "scopes"]),
        (httpx.Response(429, headers={"retry-after": "-5"}), ServerRefused, ["429", "later"]),
        (httpx.Response(503, headers={"retry-after": "9" * 400}), ServerRefused, ["503", "wait 999999999 seconds"]),
        (redirect("//idp.test:81/?p=secret-person"), ServerRefused, ["302", "https://idp.test:81,"]),
        (redirect("/r5/Condition"), ServerRefused, ["https://fhir.test,", "base URL"]),
        (redirect("http://fhir.test:x/"), ServerUnreachable, ["broke off"]),
        (httpx.Response(307), ServerRefused, ["307", "does not name"]),
        (refusal(500, {"details": {"coding": [{"display": "index lost"}]}}), ServerRefused, ["index lost"]),
        (refusal(500, 7, {"diagnostics": ["x"]}, {"details": "x", "code": {}}), ServerRefused, ["500"]),
        (refusal(400, {"diagnostics": f"token {TOKEN} unknown"}), ServerRefused, ["[secret] unknown"]),
        (refusal(401, {"diagnostics": "Bearer abc.def.ghi is bad"}), ScopeDenied, ["[secret] is bad"]),
    ],
)  # fmt: skip
async def test_what_is_no_answer_is_an_error_that_says_what_it_is_and_what_to_do(
    answer: httpx.Response, error: type[FhirError], told: list[str]
) -> None:
    fault = await fault_of(lambda request: answer)
    assert type(fault) is error
    assert not [words for words in told if words not in str(fault)], str(fault)


@pytest.mark.anyio
async def test_a_token_that_the_server_repeats_among_its_records_is_not_passed_on() -> None:
    warned = {"severity": "warning", "code": "processing", "diagnostics": f"asked with {TOKEN}"}
    entry = {"resource": {"resourceType": "OperationOutcome", "issue": [warned]}}
    link = [{"relation": "self", "url": f"Condition?patient=Patient/secret-person&_count=1000&key={TOKEN}"}]
    body = {**orjson.loads(BUNDLE), "link": link, "entry": [entry]}
    result = await client(lambda request: httpx.Response(200, json=body)).search(QUERY)
    assert result.reason == "Condition: the server says: asked with [secret]"
    assert TOKEN not in repr(result)


@pytest.mark.anyio
async def test_a_byte_order_mark_is_no_fault() -> None:
    link = [{"relation": "self", "url": "Condition?patient=Patient/secret-person&_count=1000"}]
    body = b"\xef\xbb\xbf" + orjson.dumps({**orjson.loads(BUNDLE), "link": link})
    assert (await client(lambda request: httpx.Response(200, content=body)).search(QUERY)).complete


@pytest.mark.anyio
async def test_no_redirect_takes_the_token_to_another_host() -> None:
    asked: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return httpx.Response(307, headers={"location": "https://elsewhere.test/r4/Condition"})

    await fault_of(answer)
    assert [request.url.host for request in asked] == ["fhir.test"]


@pytest.mark.anyio
async def test_the_logs_name_no_patient_and_no_token(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    caplog.set_level(logging.DEBUG, logger="httpx")  # Inspect, where a test before ran it, leaves it at warnings.
    await fault_of(lambda request: httpx.Response(500))
    assert "https://fhir.test" in caplog.text
    assert "secret-person" not in caplog.text
    assert TOKEN not in caplog.text


def raising(error: Exception, cause: Exception | None = None) -> Answer:
    def answer(request: httpx.Request) -> httpx.Response:
        raise error from cause

    return answer


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("error", "cause", "told"),
    [
        (httpx.ConnectError("x"), ConnectionRefusedError(), "refused; is the server running"),
        (httpx.ConnectError("x"), socket.gaierror(-2, "x"), "no such host is known; check the base URL"),
        (httpx.ConnectError("x"), ssl.SSLError(1, "x"), "does not speak TLS"),
        (httpx.ConnectError("x"), None, "check that the server is running"),
        (httpx.ConnectTimeout("x"), None, "could not be reached in time"),
        (httpx.ReadTimeout("x"), None, "did not answer in time; try again later"),
        (httpx.ProxyError("x"), None, "HTTPS_PROXY"),
        (httpx.RemoteProtocolError("x"), None, "broke off its answer"),
    ],
)
async def test_a_connection_that_fails_names_the_server_and_the_next_step(
    error: Exception, cause: Exception | None, told: str
) -> None:
    fault = await fault_of(raising(error, cause))
    assert told in str(fault)
    assert "https://fhir.test/r4" in str(fault)


@pytest.mark.parametrize(
    ("base", "error"),
    [
        ("https://ann:pa55@fhir.test/", NotAuthorized),
        ("https://", ServerUnreachable),
        ("ftp://fhir.test/", ServerUnreachable),
        ("http://[", ServerUnreachable),
        ("http://fhir.test:x/", ServerUnreachable),
        ("http://fhir.test:99999999/", ServerUnreachable),
    ],
)
def test_a_base_url_that_is_none_or_holds_a_password_is_refused_without_repeating_it(
    base: str, error: type[Exception]
) -> None:
    with pytest.raises(error) as caught:
        FhirClient(base)
    assert "pa55" not in str(caught.value)


@given(st.text(alphabet="0123456789-+.:, MonJanGT", max_size=40) | st.text(max_size=20))
def test_whatever_a_server_says_of_waiting_is_a_time_or_nothing(given: str) -> None:
    wait = retry_after({"retry-after": given, "date": given[::-1]}, datetime(2026, 1, 1, tzinfo=UTC))
    assert wait is None or wait >= 0


@asynccontextmanager
async def serving(
    parts: list[bytes], *, secure: ssl.SSLContext | None = None, between: float = 0.0
) -> AsyncIterator[str]:
    """A server that sends so many bytes to whoever asks, whatever is asked, and closes."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            with suppress(TimeoutError):
                await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 0.3)
            for part in parts:
                writer.write(part)
                await writer.drain()
                await asyncio.sleep(between)
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0, ssl=secure)
    async with server:
        yield f"127.0.0.1:{server.sockets[0].getsockname()[1]}/"


def asking(base: str, **limits: Any) -> FhirClient:
    return FhirClient(base, limits=Limits(attempts=1, **limits), capability=Capability())


def http(body: bytes, **headers: str) -> list[bytes]:
    lines = [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return ["\r\n".join(["HTTP/1.1 200 OK", *lines, "", ""]).encode() + body]


def bomb(size: int) -> list[bytes]:
    """A few kilobytes that unpack to so many million bytes."""
    packer, zeros = zlib.compressobj(9, wbits=31), bytes(1_000_000)
    packed = b"".join(packer.compress(zeros) for _ in range(size)) + packer.flush()
    return http(packed, content_encoding="gzip")


PACKED = gzip.compress(BUNDLE)


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("parts", "error", "told"),
    [
        (bomb(300), AnswerTooLarge, "larger than 2,000,000 bytes"),
        (http(b" " * 3_000_000), AnswerTooLarge, "larger than 2,000,000 bytes"),
        (http(PACKED[:-12], content_encoding="gzip"), NotFhir, "cut off"),
        (http(BUNDLE, content_encoding="gzip"), NotFhir, "isn't"),
        (http(BUNDLE, content_encoding="br"), NotFhir, "'br'"),
        (http(gzip.compress(PACKED), content_encoding="gzip, gzip"), NotFhir, "'gzip, gzip'"),
        (http(BUNDLE, content_length="9999"), ServerUnreachable, "broke off"),
        (http(BUNDLE, content_length="9"), NotFhir, "cut off"),
        (http(b"zz\r\nwhat", transfer_encoding="chunked"), ServerUnreachable, "broke off"),
        ([b"SSH-2.0-OpenSSH_9.9\r\n"], ServerUnreachable, "broke off"),
        ([b""], ServerUnreachable, "broke off"),
    ],
    ids=[
        "bomb",
        "long",
        "half gzip",
        "no gzip",
        "br",
        "gzip twice",
        "too short",
        "too long",
        "chunks",
        "ssh",
        "nothing",
    ],
)
async def test_a_body_that_is_not_what_it_says_is_stopped(
    parts: list[bytes], error: type[FhirError], told: str
) -> None:
    async with serving(parts) as place, asking(f"http://{place}", bytes=2_000_000) as client:
        with pytest.raises(FhirError, match=told) as caught:
            await client.search(QUERY)
    assert type(caught.value) is error


@pytest.mark.anyio
async def test_a_packed_answer_in_several_members_is_read_whole() -> None:
    resource = {"resourceType": "Patient", "id": "p", "x": "y" * 3_000_000}
    body = orjson.dumps(resource)
    packed = gzip.compress(body[:100]) + gzip.compress(body[100:])
    async with serving(http(packed, content_encoding="gzip")) as place, asking(f"http://{place}") as client:
        assert await client.read("Patient/p") == resource


def self_signed(folder: Path) -> ssl.SSLContext:
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    made = x509.CertificateBuilder(name, name, key.public_key(), 1, now, now + timedelta(days=1))
    pem = serialization.Encoding.PEM
    secret = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (folder / "c.pem").write_bytes(secret + made.sign(key, hashes.SHA256()).public_bytes(pem))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "c.pem")
    return context


@pytest.mark.anyio
@pytest.mark.parametrize(("signed", "told"), [(True, "certificate is not accepted"), (False, "does not speak TLS")])
async def test_a_server_that_can_not_prove_who_it_is_gets_nothing(tmp_path: Path, signed: bool, told: str) -> None:
    secure = self_signed(tmp_path) if signed else None
    async with serving(http(BUNDLE), secure=secure) as place, asking(f"https://{place}") as client:
        with pytest.raises(ServerUnreachable, match=told):
            await client.search(QUERY)


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"
