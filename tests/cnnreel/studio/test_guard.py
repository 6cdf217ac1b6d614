"""Attacks: none of them reaches anything."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from starlette.testclient import TestClient

from cnnreel.studio.guard import Door, Guard
from cnnreel.studio.server import Studio, app_of
from tests.cnnreel.studio.conftest import HOME, TOKEN, run_alone

WISH = {"scene": "max-pool", "given": {}}
OWN = {"Origin": HOME, "Content-Type": "application/json"}


def stranger(studio: Studio, **settings: Any) -> TestClient:
    """Return somebody without the token."""
    return TestClient(app_of(studio), HOME, **settings)


def test_the_link_opens_the_page_once_and_leaves_no_token_in_the_address(studio: Studio) -> None:
    with stranger(studio) as client:
        assert client.get("/").status_code == 403
        assert client.get("/?token=wrong").status_code == 403
        answer = client.get(f"/?token={TOKEN}")
        assert (answer.status_code, answer.url.path, answer.url.query) == (200, "/", b"")
        cookie = answer.history[0].headers["set-cookie"]
        assert all(word in cookie for word in ("HttpOnly", "SameSite=strict"))


@pytest.mark.parametrize("path", ["/api/scenes", "/preview/a", "/thumb/max-pool", "/api/download/a", "/api/presence"])
def test_without_the_token_nothing_is_told(studio: Studio, path: str) -> None:
    with stranger(studio) as client:
        assert client.get(path).status_code == 403


def test_health_is_told_to_everybody_under_any_name(studio: Studio) -> None:
    with stranger(studio) as client:
        assert client.get("/health", headers={"Host": "10.0.0.7"}).json()["status"] == "ok"


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1:1", "127.0.0.1:8765.evil.example", ""])
def test_a_name_of_somebody_else_that_leads_here_is_refused(client: TestClient, host: str) -> None:
    assert client.get("/api/scenes", headers={"Host": host}).status_code == 421


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://127.0.0.1:1", None])
def test_a_page_of_somebody_else_can_ask_for_nothing(client: TestClient, origin: str | None) -> None:
    headers = {"Content-Type": "application/json", **({"Origin": origin} if origin else {})}
    assert client.post("/api/check", content=json.dumps(WISH), headers=headers).status_code == 403


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""])
def test_a_form_of_somebody_else_can_send_nothing(client: TestClient, kind: str) -> None:
    headers = {"Origin": HOME, "Content-Type": kind}
    assert client.post("/api/check", content=json.dumps(WISH), headers=headers).status_code == 415


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"])
def test_other_methods_are_unknown(client: TestClient, method: str) -> None:
    assert client.request(method, "/api/check", headers=OWN).status_code == 405


def test_a_body_that_says_that_it_has_200_mb_is_not_read(client: TestClient) -> None:
    answer = client.post("/api/check", headers={**OWN, "Content-Length": str(200_000_000)})
    assert (answer.status_code, answer.json()) == (413, {"error": "The body is too large."})


def test_a_body_that_says_nothing_of_its_length_is_read_no_further_than_allowed(client: TestClient) -> None:
    sent = []

    def endless() -> Any:
        for _ in range(3000):
            sent.append(100_000)
            yield b" " * 100_000

    assert client.post("/api/check", content=endless(), headers=OWN).status_code == 413


@pytest.mark.parametrize("body", ["", "{", "[1]", '"x"', "[" * 100_000, '{"scene": "max-pool", "given": 1}'])
def test_a_body_that_is_no_wish_is_refused_in_a_sentence(client: TestClient, body: str) -> None:
    answer = client.post("/api/film", content=body, headers=OWN)
    assert answer.status_code == 422
    assert 10 < len(answer.json()["error"]) < 300


def test_more_than_32_requests_at_once_are_told_to_come_again(studio: Studio) -> None:
    waiting = asyncio.Event()
    statuses: list[int] = []

    async def slow(scope: Any, receive: Any, send: Any) -> None:
        await waiting.wait()

    async def one(guard: Guard) -> None:
        async def send(message: Any) -> None:
            if message["type"] == "http.response.start":
                statuses.append(message["status"])

        headers = [(b"host", b"127.0.0.1:8765"), (b"cookie", studio.door.cookie.encode() + b"=" + TOKEN.encode())]
        scope = {"type": "http", "method": "GET", "path": "/api/scenes", "headers": headers, "query_string": b""}
        await guard(scope, None, send)  # type: ignore[arg-type]

    async def fifty() -> None:
        guard = Guard(slow, studio.door)
        tasks = [asyncio.create_task(one(guard)) for _ in range(50)]
        await asyncio.sleep(0)
        waiting.set()
        await asyncio.gather(*tasks)

    run_alone(fifty())
    assert statuses == [503] * 18


@pytest.mark.parametrize(
    "path",
    [
        "/files/../server.py",
        "/files/%2e%2e/server.py",
        "/files/player/../../page/html.py",
        "/page/..%2f..%2fserver.py",
        "/page/OFL.txt",
        "/api/download/..%2f..%2fetc%2fpasswd/file",
        "/preview/..%2fstudio.html",
        "/thumb/..%2f..%2f",
    ],
)
def test_no_path_leads_out(client: TestClient, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code in (404, 422)
    assert "import" not in answer.text


def test_every_answer_says_what_a_browser_may_do_with_it(client: TestClient) -> None:
    for path in ("/", "/api/scenes", "/nowhere"):
        headers = client.get(path).headers
        policy = headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
        assert headers["x-content-type-options"] == "nosniff"


def test_behind_a_proxy_the_printed_link_is_the_outer_one() -> None:
    door = Door(("https://studio.example.org", "http://127.0.0.1:8765"), TOKEN)
    assert door.link == f"https://studio.example.org/?token={TOKEN}"
    assert list(door.hosts()) == ["studio.example.org", "127.0.0.1:8765"]
