"""Who may ask the studio for something, and how much: checked before anything is read or done.

A page of somebody else's, open in the same browser, can send requests to this computer. It cannot read the token, and
its requests carry its own Origin; a name of somebody else's that leads here carries its own Host.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import parse_qs, urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

__all__ = ["Door", "Guard"]

_OPEN = ("/health", "/page/", "/files/")
"""What anybody may see: it holds nothing of anybody's."""
_LARGE = "/api/read"
_MOST_BYTES = 1_000_000
_MOST_BYTES_OF_FILE = 28_000_000
"""20 MB in base64, and what stands around it."""
_MOST_AT_ONCE = 32
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; "
    "connect-src 'self'; frame-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
)
_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


@dataclass(frozen=True)
class Door:
    """Under which addresses the studio is reached, and what opens it.

    Attributes
    ----------
    origins
        Such as `http://127.0.0.1:8765`.
    """

    origins: tuple[str, ...]
    token: str

    @property
    def cookie(self) -> str:
        return f"studio-{urlsplit(self.origins[0]).port or 'token'}"

    @property
    def link(self) -> str:
        return f"{self.origins[0]}/?token={self.token}"

    def hosts(self) -> Iterable[str]:
        return (urlsplit(origin).netloc for origin in self.origins)

    def opens(self, token: str) -> bool:
        return hmac.compare_digest(token.encode(), self.token.encode())


class _TooLargeError(Exception):
    """A body is larger than may be."""


class Guard:
    """The outermost layer of the app."""

    def __init__(self, app: ASGIApp, door: Door) -> None:
        self._app, self._door = app, door
        self._at_once = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        refusal = self._refusal(scope)
        if refusal is not None:
            await refusal(scope, receive, _with_headers(send))
            return
        waits = scope["path"] != "/api/presence"
        self._at_once += waits
        try:
            await self._app(scope, _bounded(scope, receive), _with_headers(send))
        except _TooLargeError:
            await _refused(413, "The body is too large.")(scope, receive, _with_headers(send))
        finally:
            self._at_once -= waits

    def _refusal(self, scope: Scope) -> Response | None:
        headers, path = Headers(scope=scope), scope["path"]
        for status, sentence in self._faults(headers, path, scope["method"]):
            return _refused(status, sentence)
        return None if path.startswith(_OPEN) else self._without_token(scope, headers)

    def _faults(self, headers: Headers, path: str, method: str) -> Iterator[tuple[int, str]]:
        """Give what is wrong with a request, before its body is read."""
        origin, posted = headers.get("origin"), method == "POST"
        if headers.get("host", "") not in self._door.hosts() and path != "/health":
            yield 421, "This is not an address of the studio."
        if (origin is None and posted) or (origin is not None and origin not in self._door.origins):
            yield 403, "Only the studio's own page may ask for that."
        if method not in ("GET", "HEAD", "POST"):
            yield 405, "The studio knows GET and POST."
        if posted and headers.get("content-type", "").partition(";")[0] != "application/json":
            yield 415, "The body must be JSON."
        if _declared(headers) > _limit(path):
            yield 413, "The body is too large."
        if self._at_once >= _MOST_AT_ONCE:
            yield 503, "The studio has too much to do just now: try again in a moment."

    def _without_token(self, scope: Scope, headers: Headers) -> Response | None:
        """Refuse who has no token; who brings it in the link gets it as a cookie, and the link without it."""
        given = parse_qs(scope["query_string"].decode("latin-1")).get("token", [""])[0]
        if scope["path"] == "/" and given and self._door.opens(given):
            answer = RedirectResponse("/", 303)
            secure = self._door.origins[0].startswith("https")
            answer.set_cookie(self._door.cookie, self._door.token, httponly=True, samesite="strict", secure=secure)
            return answer
        kept = SimpleCookie(headers.get("cookie", "")).get(self._door.cookie)
        if kept is not None and self._door.opens(kept.value):
            return None
        return _refused(403, "Open the link that the studio printed when it started: it holds the token.")


def _refused(status: int, sentence: str) -> Response:
    return JSONResponse({"error": sentence}, status)


def _limit(path: str) -> int:
    return _MOST_BYTES_OF_FILE if path == _LARGE else _MOST_BYTES


def _declared(headers: Headers) -> int:
    length = headers.get("content-length", "0")
    return int(length) if length.isdecimal() else _MOST_BYTES_OF_FILE + 1


def _bounded(scope: Scope, receive: Receive) -> Receive:
    """Count the bytes of a body as they come: what was declared may not be so."""
    left = _limit(scope["path"])

    async def receive_some() -> Message:
        nonlocal left
        message = await receive()
        left -= len(message.get("body", b""))
        if left < 0:
            raise _TooLargeError
        return message

    return receive_some


def _with_headers(send: Send) -> Send:
    async def send_with_headers(message: Any) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in _HEADERS.items():
                headers.setdefault(name, value)
            headers.setdefault("Content-Security-Policy", _POLICY)
            headers.setdefault("Cache-Control", "no-store")
        await send(message)

    return send_with_headers
