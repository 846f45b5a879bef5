"""Adds the vendors' prompt-cache counters to llmock's answers, which it does not have itself.

The rule is the vendors' own: a prefix marked with `cache_control` (Anthropic), or any prefix
(OpenAI), that is long enough is written on first sight and read after that.
"""

import json
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

MINIMUM_TOKENS = 512


class PromptCache:
    """ASGI middleware around llmock's app."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self._seen: set[str] = set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if not scope.get("path", "").endswith(("/v1/messages", "/chat/completions")):
            await self.app(scope, receive, send)
            return
        asked: list[bytes] = []
        start: Message = {}
        answered: list[bytes] = []

        async def listen() -> Message:
            message = await receive()
            asked.append(message.get("body", b""))
            return message

        async def hold(message: Message) -> None:
            nonlocal start
            if message["type"] == "http.response.start":
                start = message
            if _is_stream(start):
                await send(message)
                return
            if message["type"] == "http.response.start":
                return
            answered.append(message.get("body", b""))
            if not message.get("more_body"):
                body = self._counted(b"".join(asked), b"".join(answered))
                headers = [h for h in start["headers"] if h[0] != b"content-length"]
                headers.append((b"content-length", str(len(body)).encode()))
                await send({**start, "headers": headers})
                await send({"type": "http.response.body", "body": body})

        await self.app(scope, listen, hold)

    def _counted(self, asked: bytes, answered: bytes) -> bytes:
        answer = json.loads(answered)
        request = json.loads(asked)
        if "usage" not in answer:
            return answered
        if "system" in request:
            self._anthropic(request, answer["usage"])
        else:
            self._openai(request, answer["usage"])
        return json.dumps(answer).encode()

    def _anthropic(self, request: dict[str, Any], usage: dict[str, Any]) -> None:
        marked = [part["text"] for part in request["system"] if "cache_control" in part]
        tokens, read = self._cached("".join(marked))
        usage["input_tokens"] -= tokens
        usage["cache_read_input_tokens"] = tokens if read else 0
        usage["cache_creation_input_tokens"] = 0 if read else tokens

    def _openai(self, request: dict[str, Any], usage: dict[str, Any]) -> None:
        tokens, read = self._cached(json.dumps(request["messages"][0]))
        usage["prompt_tokens"] = max(usage["prompt_tokens"], tokens + 1)
        usage["prompt_tokens_details"] = {"cached_tokens": tokens if read else 0}

    def _cached(self, prefix: str) -> tuple[int, bool]:
        """How many of the prefix's tokens are cached, and whether they were there before."""
        tokens = len(prefix) // 4
        if tokens < MINIMUM_TOKENS:
            return 0, False
        known = prefix in self._seen
        self._seen.add(prefix)
        return tokens, known


def _is_stream(start: Message) -> bool:
    return any(value.startswith(b"text/event-stream") for _, value in start.get("headers", []))
