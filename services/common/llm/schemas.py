"""JSON schemas as the vendors demand them for structured outputs."""

from functools import lru_cache
from typing import Any

from anthropic import transform_schema
from pydantic import BaseModel


@lru_cache(maxsize=64)
def anthropic_schema(answer: type[BaseModel]) -> dict[str, Any]:
    """The schema of `answer`: no extra properties, unsupported limits written out as prose."""
    schema: dict[str, Any] = transform_schema(answer)
    return schema


@lru_cache(maxsize=64)
def openai_schema(answer: type[BaseModel]) -> dict[str, Any]:
    """The same for OpenAI's strict mode, where all properties are required and enums typed."""
    schema: dict[str, Any] = _strict(transform_schema(answer))
    return schema


def _strict(node: Any) -> Any:
    if isinstance(node, list):
        return [_strict(item) for item in node]
    if not isinstance(node, dict):
        return node
    node = {key: _strict(value) for key, value in node.items()}
    if node.get("type") == "object" and isinstance(node.get("properties"), dict):
        node["required"] = list(node["properties"])
    choices = node.get("enum")
    if isinstance(choices, list) and all(isinstance(choice, str) for choice in choices):
        node["type"] = "string"
    return node
