"""A real HTTP server that speaks Anthropic's and OpenAI's protocols, records and obeys.

llmock serves it and stages its faults (429 with Retry-After, 529, 500, hanging, truncated JSON,
refusals). What llmock cannot do is here: every byte that arrives is kept, and an answer is worked
out from the prompt by a model that obeys whatever a ticket says.
"""

import asyncio
import base64
import json
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any, Self
from urllib.parse import quote

from llmock.scenarios import Behavior, Delay, Fail, Match, Reply
from llmock.testing import LLMockServer
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from services.common.embeddings.local import LocalEmbedder
from tests.doubles.obeying import Style, obey

Json = dict[str, Any]

KEY = "a-key-for-the-double"
EMBEDDING_MODEL = "a-model-of-the-double"
DIMENSIONS = LocalEmbedder.dimensions
PROVIDERS = ("anthropic", "openai")


@dataclass(frozen=True)
class Request:
    """One request as it came over the wire."""

    path: str
    query: bytes
    headers: tuple[tuple[bytes, bytes], ...]
    body: bytes

    @property
    def raw(self) -> bytes:
        """All its bytes, keys aside: they are ours and secret, not a customer's."""
        kept = [name + b": " + value for name, value in self.headers if name not in _SECRET]
        return b"\n".join([self.path.encode(), self.query, *kept, self.body])

    @property
    def texts(self) -> list[str]:
        """What the client wanted to say: every string of the JSON body, unescaped."""
        return list(_strings(json.loads(self.body or b"null")))


_SECRET = {b"x-api-key", b"authorization"}


class ModelApi:
    """The server with its record; `style` says where the model puts what it is told to say."""

    def __init__(self, port: int = 0) -> None:
        self.style = Style.AFTER
        self.requests: list[Request] = []
        self.answers: list[str] = []
        self.failing: set[str] = set()
        self._lock = threading.Lock()
        self._server = LLMockServer(port=port)
        self._server.app.add_middleware(_Double, api=self)

    def __enter__(self) -> Self:
        self._server.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.stop()

    def environment(self, *, embeddings: bool = True) -> dict[str, str]:
        """The settings that send every model and embedding call here, by the real SDKs."""
        common = {
            "ANTHROPIC_BASE_URL": self._server.base_url("anthropic"),
            "ANTHROPIC_API_KEY": KEY,
            "OPENAI_BASE_URL": self._server.base_url("openai"),
            "OPENAI_API_KEY": KEY,
        }
        if not embeddings:
            return common
        return common | {
            "DESKLOOP_EMBEDDINGS": "openai",
            "DESKLOOP_EMBEDDINGS_KEY": KEY,
            "DESKLOOP_EMBEDDINGS_BASE_URL": self._server.base_url("openai"),
            "DESKLOOP_EMBEDDINGS_MODEL": EMBEDDING_MODEL,
            "DESKLOOP_EMBEDDINGS_DIMENSIONS": str(DIMENSIONS),
        }

    @contextmanager
    def broken(
        self, *behaviors: Behavior, providers: tuple[str, ...] = PROVIDERS
    ) -> Iterator[None]:
        """Have `providers` behave badly for a while, as llmock stages it."""
        self._server.state.scenarios.add(*behaviors)
        self.failing |= set(providers)
        try:
            yield
        finally:
            self.failing -= set(providers)
            self._server.state.scenarios.clear()

    def asked(self, provider: str) -> int:
        """How many requests a provider got so far."""
        with self._lock:
            return sum(_provider(request.path) == provider for request in self.requests)

    def received(self) -> bytes:
        """Every byte that arrived so far."""
        with self._lock:
            return b"\n".join(request.raw for request in self.requests)

    def record(self, request: Request) -> None:
        """Keep a request."""
        with self._lock:
            self.requests.append(request)

    def forget(self) -> None:
        """Begin anew."""
        with self._lock:
            self.requests.clear()
            self.answers.clear()


def always(status: int, provider: str | None = None, retry_after: float | None = None) -> Fail:
    """Every request fails with this status."""
    return Fail(status, retry_after=retry_after, times=None, match=Match(provider=provider))


def hanging(seconds: float, provider: str | None = None) -> Delay:
    """Every answer takes this long to come."""
    return Delay(seconds, times=None, match=Match(provider=provider))


def saying(text: str, provider: str | None = None, finish: str | None = None) -> Reply:
    """Every answer is this text; `finish` is e.g. `content_filter` (a refusal) or `length`."""
    return Reply(text, finish_reason=finish, times=None, match=Match(provider=provider))


def found_in(planted: dict[str, str], received: bytes) -> dict[str, str]:
    """Which planted values the received bytes hold, in which trivial encoding."""
    text = received.decode("utf-8", errors="replace").lower()
    tight = "".join(text.split())
    found = {}
    for name, value in planted.items():
        for encoding, form in _encodings(value).items():
            if form.lower() in text or "".join(form.lower().split()) in tight:
                found[name] = encoding
                break
    return found


def _encodings(value: str) -> dict[str, str]:
    raw = value.encode()
    # A value may stand anywhere in a longer encoded text: only its inner part is always the same.
    inner = [base64.b64encode(raw[start:])[: (len(raw[start:]) // 3) * 4] for start in range(3)]
    return {
        "plain": value,
        "json": json.dumps(value)[1:-1],
        "twice json": json.dumps(json.dumps(value)[1:-1])[1:-1],
        "url": quote(value),
        "url, all": quote(value, safe=""),
        "url, form": quote(value, safe="").replace("%20", "+"),
        "html": value.replace("&", "&amp;").replace("<", "&lt;"),
        "hex": raw.hex(),
        "reversed": value[::-1],
    } | {f"base64 {n}": code.decode() for n, code in enumerate(inner) if len(code) >= 8}


class _Double:
    """ASGI middleware: records, answers what works, and lets llmock have what is to fail."""

    def __init__(self, app: ASGIApp, api: ModelApi) -> None:
        self.app = app
        self.api = api

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "POST":
            await self.app(scope, receive, send)
            return
        body = await _body(receive)
        request = Request(scope["path"], scope["query_string"], tuple(scope["headers"]), body)
        self.api.record(request)
        if _provider(request.path) in self.api.failing:
            await self.app(scope, _again(body, receive), send)
            return
        answer = await asyncio.to_thread(self._answer, request.path, json.loads(body))
        await JSONResponse(answer)(scope, receive, send)

    def _answer(self, path: str, asked: Json) -> Json:
        if path.endswith("/embeddings"):
            return _embeddings(asked)
        if asked.get("stream"):
            raise AssertionError("the double does not stream")
        if path.endswith("/v1/messages"):
            system = _text_of(asked["system"])
            schema = asked["output_config"]["format"]["schema"]
            return _message(asked, self._obey(system, asked["messages"][0], schema))
        system, user = asked["messages"]
        schema = asked["response_format"]["json_schema"]["schema"]
        return _completion(asked, self._obey(_text_of(system["content"]), user, schema))

    def _obey(self, system: str, user: Json, schema: Json) -> str:
        answer = json.dumps(obey(system, _text_of(user["content"]), schema, self.api.style))
        self.api.answers.append(answer)
        return answer


def _provider(path: str) -> str:
    return "anthropic" if path.endswith("/v1/messages") else "openai"


async def _body(receive: Receive) -> bytes:
    parts = []
    while True:
        message = await receive()
        parts.append(message.get("body", b""))
        if not message.get("more_body"):
            return b"".join(parts)


def _again(body: bytes, receive: Receive) -> Receive:
    left = [{"type": "http.request", "body": body, "more_body": False}]

    async def replay() -> Message:
        return left.pop() if left else await receive()

    return replay


def _text_of(content: str | list[Json]) -> str:
    return content if isinstance(content, str) else "".join(part["text"] for part in content)


def _strings(value: Any) -> Iterator[str]:
    match value:
        case str():
            yield value
        case dict():
            for key, item in value.items():
                yield key
                yield from _strings(item)
        case list():
            for item in value:
                yield from _strings(item)


def _message(asked: Json, text: str) -> Json:
    tokens = len(json.dumps(asked)) // 4
    return {
        "id": "msg_double",
        "type": "message",
        "role": "assistant",
        "model": asked["model"],
        "content": [{"type": "text", "text": text}],
        "stop_reason": "end_turn",
        "stop_sequence": None,
        "usage": {"input_tokens": tokens, "output_tokens": len(text) // 4},
    }


def _completion(asked: Json, text: str) -> Json:
    tokens = len(json.dumps(asked)) // 4
    usage = {"prompt_tokens": tokens, "completion_tokens": len(text) // 4}
    message = {"role": "assistant", "content": text, "refusal": None}
    return {
        "id": "chatcmpl-double",
        "object": "chat.completion",
        "created": 1_790_000_000,
        "model": asked["model"],
        "choices": [{"index": 0, "message": message, "finish_reason": "stop"}],
        "usage": usage | {"total_tokens": sum(usage.values())},
    }


@cache
def _embedder() -> LocalEmbedder:
    return LocalEmbedder()


def _embeddings(asked: Json) -> Json:
    """Real vectors, so that what is found is what would be found."""
    given = asked["input"]
    texts = [given] if isinstance(given, str) else given
    vectors = _embedder().embed_now(texts)
    encoded: list[Any] = list(vectors)
    if asked.get("encoding_format") == "base64":
        packed = [struct.pack(f"<{len(vector)}f", *vector) for vector in vectors]
        encoded = [base64.b64encode(each).decode() for each in packed]
    data = [{"object": "embedding", "index": i, "embedding": e} for i, e in enumerate(encoded)]
    usage = {"prompt_tokens": 1, "total_tokens": 1}
    return {"object": "list", "data": data, "model": asked["model"], "usage": usage}
