"""Authorization: a token goes to its own server only, is renewed in time, and binds to what was granted."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, RSAKey
from typer.testing import CliRunner

from agent.__main__ import app
from agent.cli.composition import build_auth
from agent.cli.failures import UsageMistake
from agent.cli.options import Access, current_access
from tools.chart import open_chart
from tools.fhir.auth import BearerToken, check_secure
from tools.fhir.backend_services import ASSERTION_SECONDS, BackendServices, ClientKey, parse_client_key
from tools.fhir.capability import Capability
from tools.fhir.client import FhirClient, Limits
from tools.fhir.errors import NotAuthorized, ScopeDenied
from tools.fhir.search_query import parse_search

Json = dict[str, Any]

BASE = "https://fhir.test/r4/"
SAYS_NOTHING = Capability()
TOKEN_URL = "https://login.test/token"
EC = ECKey.generate_key("P-384", {"kid": "ec"}, private=True)
RSA = RSAKey.generate_key(2048, {"kid": "rsa"}, private=True)
QUERY = parse_search("Condition", "patient=Patient/p")


def offering(**lists: list[str]) -> Json:
    return {"configuration": {"token_endpoint": TOKEN_URL, **lists}}


def client_key(key: ECKey | RSAKey = EC) -> ClientKey:
    return parse_client_key("anamnesis", dict(key.as_dict(private=True)))


@dataclass
class Login:
    """A FHIR server and its authorization server, which hands out t1, t2, … and takes the latest."""

    grant: Json = field(default_factory=lambda: {"token_type": "bearer", "expires_in": 300})
    configuration: Json = field(default_factory=lambda: {"token_endpoint": TOKEN_URL})
    key: ECKey | RSAKey = field(default_factory=lambda: EC)
    accepts_latest: bool = True
    now: float = 1_000.0
    seen: list[tuple[str, str | None]] = field(default_factory=list)
    """Address and token of every request, in order."""
    assertions: list[Json] = field(default_factory=list)

    def answer(self, request: httpx.Request) -> httpx.Response:
        url = str(request.url)
        self.seen.append((url, request.headers.get("authorization")))
        if url.endswith("smart-configuration"):
            return httpx.Response(200, json=self.configuration)
        if url == self.configuration.get("token_endpoint"):
            return self._hand_out(request)
        if request.headers.get("authorization") != f"Bearer t{len(self.assertions)}" or not self.accepts_latest:
            return httpx.Response(401)
        if "/Patient/p" in url:
            return httpx.Response(200, json={"resourceType": "Patient", "id": "p"})
        link = [{"relation": "self", "url": url}]
        return httpx.Response(200, json={"resourceType": "Bundle", "type": "searchset", "link": link})

    def _hand_out(self, request: httpx.Request) -> httpx.Response:
        form = {name: values[0] for name, values in parse_qs(request.content.decode()).items()}
        token = jwt.decode(form["client_assertion"], self.key, algorithms=["ES384", "RS384"])
        self.assertions.append({**form, **token.claims, **token.header})
        if "error" in self.grant:
            return httpx.Response(400, json=self.grant)
        return httpx.Response(200, json={"access_token": f"t{len(self.assertions)}", **self.grant})

    def client(self, scope: str = "system/*.rs") -> FhirClient:
        auth = BackendServices(BASE, client_key(self.key), scope, clock=lambda: self.now)
        return FhirClient(BASE, transport=httpx.MockTransport(self.answer), auth=auth, limits=Limits(attempts=1))


def tokens_to(seen: list[tuple[str, str | None]], host: str) -> set[str | None]:
    return {token for url, token in seen if httpx.URL(url).host == host}


@pytest.mark.anyio
@pytest.mark.parametrize(("key", "algorithm"), [(EC, "ES384"), (RSA, "RS384")])
async def test_a_program_proves_itself_with_a_short_lived_assertion_made_anew_each_time(
    key: ECKey | RSAKey, algorithm: str
) -> None:
    login = Login(key=key)
    client = login.client()
    await client.search(QUERY)
    login.now += 1_000
    await client.search(QUERY)
    first, second = login.assertions
    assert (first["iss"], first["sub"], first["aud"]) == ("anamnesis", "anamnesis", TOKEN_URL)
    assert (first["alg"], first["kid"]) == (algorithm, key.kid)
    assert first["exp"] - 1_000 == ASSERTION_SECONDS <= 300
    assert first["jti"] != second["jti"]
    assert (first["grant_type"], first["scope"]) == ("client_credentials", "system/*.rs")


@pytest.mark.anyio
async def test_a_token_is_kept_until_shortly_before_it_runs_out() -> None:
    login = Login()
    client = login.client()
    for now in (1_000, 1_100, 1_260):
        login.now = now
        await client.search(QUERY)
    assert len(login.assertions) == 1
    login.now = 1_280
    await client.search(QUERY)
    assert len(login.assertions) == 2
    assert sum("smart-configuration" in url for url, _ in login.seen) == 1


@pytest.mark.anyio
async def test_a_token_that_the_server_no_longer_takes_is_renewed_once() -> None:
    login = Login()
    client = login.client()
    await client.search(QUERY)
    login.assertions.append({"revoked": True})
    assert (await client.search(QUERY)).complete
    assert len(login.assertions) == 3
    login.accepts_latest = False
    with pytest.raises(ScopeDenied, match="401"):
        await client.search(QUERY)
    assert len(login.assertions) == 4


@pytest.mark.anyio
async def test_what_was_granted_binds_the_chart() -> None:
    login = Login()
    login.grant["scope"] = "system/Patient.rs system/Condition.rs system/Observation.rs?category=laboratory"
    asked = "system/Condition.rs system/Observation.rs system/Goal.rs"
    chart = await open_chart(login.client(asked), "p", "2020-01-01")
    assert (await chart.search("Condition")).complete
    assert not (await chart.search("Observation")).complete
    goals = await chart.search("Goal")
    assert "scopes" in (goals.reason or "")
    assert chart.receipt([goals]).denied == ("Goal",)
    assert not [url for url, _ in login.seen if "Goal" in url]


@pytest.mark.anyio
async def test_a_grant_wider_than_what_was_asked_for_is_not_used() -> None:
    login = Login()
    login.grant["scope"] = "system/*.cruds"
    chart = await open_chart(login.client("system/Condition.rs"), "p", "2020-01-01")
    assert not chart.scopes.allow("Observation")


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"grant": {"error": "invalid_scope", "error_description": "no system scopes"}}, "invalid_scope no system"),
        ({"grant": {"token_type": "bearer", "scope": " "}}, "granted nothing"),
        ({"grant": {"token_type": "mac"}}, "no bearer token"),
        ({"grant": {"token_type": "bearer", "access_token": ["t"]}}, "no bearer token"),
        ({"grant": {"token_type": "bearer", "access_token": "t1\r\nx-admin: 1"}}, "characters"),
        ({"configuration": {"token_endpoint": "http://login.test/token"}}, "https"),
        ({"configuration": {"token_endpoint": ["x"]}}, "no token endpoint"),
        ({"configuration": {}}, "no token endpoint"),
        (offering(token_endpoint_auth_methods_supported=["client_secret_basic"]), "takes no private_key_jwt"),
        (offering(token_endpoint_auth_signing_alg_values_supported=["RS384"]), "takes no ES384"),
    ],
)
async def test_a_login_that_can_not_be_trusted_sends_nothing_to_the_chart(changes: Json, reason: str) -> None:
    login = Login(**changes)
    with pytest.raises(NotAuthorized, match=reason):
        await login.client().search(QUERY)
    assert not [url for url, _ in login.seen if "Condition" in url]


@pytest.mark.anyio
@pytest.mark.parametrize("page", ["<h1>Log in</h1>", "[1]", "", "null"])
async def test_a_login_page_instead_of_a_configuration_is_said(page: str) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, text=page)

    auth = BackendServices(BASE, client_key(), "system/*.rs")
    with pytest.raises(NotAuthorized, match="no token endpoint"):
        await FhirClient(BASE, transport=httpx.MockTransport(answer), auth=auth).search(QUERY)


@pytest.mark.anyio
async def test_a_token_goes_to_no_other_host() -> None:
    seen: list[tuple[str, str | None]] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append((str(request.url), request.headers.get("authorization")))
        link = [{"relation": "next", "url": "https://elsewhere.test/r4/Condition?page=2"}]
        return httpx.Response(200, json={"resourceType": "Bundle", "type": "searchset", "link": link})

    auth = BearerToken(BASE, lambda: "secret")
    result = await FhirClient(BASE, transport=httpx.MockTransport(answer), auth=auth, capability=SAYS_NOTHING).search(
        QUERY
    )
    assert "leads to https://elsewhere.test" in (result.reason or "")
    async with httpx.AsyncClient(transport=httpx.MockTransport(answer), auth=auth, follow_redirects=True) as http:
        for url in (
            "https://elsewhere.test/",
            "http://fhir.test/r4/",
            "https://fhir.test:8443/",
            "https://fhir.test.evil/",
        ):
            await http.get(url)
        await http.get("https://fhir.test/r4/Patient/p")
    assert tokens_to(seen, "elsewhere.test") == tokens_to(seen, "fhir.test.evil") == {None}
    assert [url for url, token in seen if token] == [
        "https://fhir.test/r4/Condition?patient=Patient/p&_count=1000",
        "https://fhir.test/r4/Patient/p",
    ]


@pytest.mark.anyio
async def test_a_redirect_to_another_host_is_not_followed() -> None:
    seen: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request.url.host)
        return httpx.Response(302, headers={"location": "https://elsewhere.test/"})

    auth = BearerToken(BASE, lambda: "secret")
    with pytest.raises(Exception, match="302"):
        await FhirClient(BASE, transport=httpx.MockTransport(answer), auth=auth, capability=SAYS_NOTHING).search(QUERY)
    assert seen == ["fhir.test"]


@pytest.mark.anyio
async def test_an_expired_token_is_read_again_and_tried_once_more() -> None:
    tokens, sent = iter(["old", "new", "new", "new"]), list[str]()

    def answer(request: httpx.Request) -> httpx.Response:
        sent.append(request.headers["authorization"])
        empty = {"resourceType": "Bundle", "type": "searchset"}
        return httpx.Response(200, json=empty) if sent[-1] == "Bearer newer" else httpx.Response(401)

    auth = BearerToken(BASE, lambda: next(tokens))
    client = FhirClient(BASE, transport=httpx.MockTransport(answer), auth=auth, capability=SAYS_NOTHING)
    for _ in range(2):
        with pytest.raises(ScopeDenied):
            await client.search(QUERY)
    assert sent == ["Bearer old", "Bearer new", "Bearer new"]


@pytest.mark.parametrize("url", ["http://fhir.test/r4", "ftp://fhir.test", "fhir.test", "http://127.0.0.1.evil.test/"])
def test_no_token_is_sent_in_the_clear(url: str) -> None:
    with pytest.raises(NotAuthorized, match="https"):
        BearerToken(url, lambda: "secret")


@pytest.mark.parametrize(
    "url", ["http://localhost:8080/fhir", "http://127.0.0.1/", "http://[::1]:80/", "https://a.test"]
)
def test_this_machine_may_be_reached_without_https(url: str) -> None:
    assert check_secure(url) == url


@pytest.mark.parametrize(
    "make",
    [
        lambda: dict(EC.as_dict(private=False)),
        lambda: dict(ECKey.generate_key("P-256").as_dict(private=True)),
        lambda: dict(RSAKey.generate_key(1024).as_dict(private=True)),
        lambda: {"kty": "oct", "k": "c2VjcmV0"},
        lambda: {},
    ],
    ids=["public", "P-256", "1024 bits", "symmetric", "empty"],
)
@pytest.mark.filterwarnings("ignore")
def test_a_key_that_does_not_fit_is_refused(make: Callable[[], Json]) -> None:
    with pytest.raises(NotAuthorized, match="RSA"):
        parse_client_key("anamnesis", make())


@pytest.mark.anyio
async def test_no_secret_is_logged_or_printed(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    login = Login(accepts_latest=False)
    login.grant["access_token"] = "s3cr3t"
    client = login.client()
    with pytest.raises(ScopeDenied) as caught:
        await client.search(QUERY)
    private = str(EC.as_dict(private=True)["d"])
    shown = caplog.text + str(caught.value) + repr(client_key()) + repr(client.__dict__)
    assert "s3cr3t" not in shown
    assert private not in shown


def test_the_command_line_names_a_token_or_a_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    key = tmp_path / "key.json"
    key.write_text(json.dumps(dict(EC.as_dict(private=True))))
    monkeypatch.setenv("THE_TOKEN", "secret")
    assert build_auth(BASE, Access()) is None
    token = build_auth(BASE, Access(token_env="THE_TOKEN", scope="patient/*.rs"))
    program = build_auth(BASE, Access(client_id="anamnesis", key=key))
    assert isinstance(token, BearerToken)
    assert token.scopes == ("patient/*.rs",)
    assert isinstance(program, BackendServices)
    assert program.scopes == ("system/*.rs",)
    (tmp_path / "bad.json").write_text("{")
    with pytest.raises(NotAuthorized, match=r"bad\.json"):
        build_auth(BASE, Access(client_id="anamnesis", key=tmp_path / "bad.json"))


@pytest.mark.parametrize(
    "access",
    [
        Access(client_id="a"),
        Access(key=Path("k")),
        Access(token_env="NO_SUCH_VARIABLE"),
        Access(token_env="HOME", client_id="a", key=Path("k")),
        Access(scope="patient/*.rs"),
    ],
)
def test_half_an_authorization_is_a_usage_mistake(access: Access) -> None:
    with pytest.raises(UsageMistake):
        build_auth(BASE, access)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--token-env", "NO_SUCH_VARIABLE", "--fhir", BASE], "NO_SUCH_VARIABLE"),
        (["--token-env", "HOME"], "go with --fhir"),
        (["--token-env", "HOME", "--fhir", "http://fhir.test/"], "https"),
        (["--client-id", "a", "--fhir", BASE], "--key FILE"),
    ],
)
def test_the_options_reach_the_client(arguments: list[str], message: str) -> None:
    ran = CliRunner().invoke(app, ["overview", "--patient", "p", *arguments])
    assert ran.exit_code in (1, 2)
    assert message in ran.output
    assert current_access() == Access()


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"
