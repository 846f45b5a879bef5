"""Holds every call and every answer against Intercom's own API description."""

import json
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from openapi_core import Config, OpenAPI
from openapi_core.exceptions import OpenAPIError
from openapi_core.testing import MockRequest, MockResponse

FILE = Path(__file__).parents[1] / "intercom-2.14.yaml"
BASE = "https://api.intercom.io"
Json = dict[str, Any]


class Description:
    """Intercom's API description; a call may not even name a field that it does not know."""

    def __init__(self) -> None:
        described = _with_nulls(yaml.load(FILE.read_text("utf-8"), Loader=yaml.CSafeLoader))
        # one of its paths, which we do not call, lacks a parameter: the file as such is not valid
        strict = Config(spec_validator_cls=None, additional_properties_default_policy="forbid")
        self._calls = OpenAPI.from_dict(described, config=strict)
        self._answers = OpenAPI.from_dict(described, config=Config(spec_validator_cls=None))

    def faults_of_call(
        self, method: str, path: str, query: dict[str, str], headers: dict[str, str], body: bytes
    ) -> str:
        """Return what is wrong with a call; an empty text where it obeys the description."""
        try:
            self._calls.validate_request(_call(method, path, query, headers, body))
        except OpenAPIError as error:
            return _words(error)
        return ""

    def faults_of_answer(self, method: str, path: str, status: int, body: Json) -> str:
        """Return what is wrong with an answer; errors that every call has are held to `error`."""
        call = _call(method, path, {}, {}, b"")
        answer = MockResponse(json.dumps(body).encode(), status, content_type="application/json")
        try:
            self._answers.validate_response(call, answer)
        except OpenAPIError as error:
            known = {"type", "request_id", "errors"}
            if type(error).__name__ == "ResponseNotFound" and set(body) == known:
                return ""
            return _words(error)
        return ""


@cache
def the_description() -> Description:
    """Return the description, which takes a second to read."""
    return Description()


def _call(
    method: str, path: str, query: dict[str, str], headers: dict[str, str], body: bytes
) -> MockRequest:
    return MockRequest(
        BASE,
        method.lower(),
        path,
        args=query,
        headers=headers,
        data=body or None,
        content_type="application/json",
    )


def _words(error: OpenAPIError) -> str:
    found = getattr(error.__cause__, "schema_errors", [])
    places = [f"{list(each.absolute_path)}: {each.message[:300]}" for each in found]
    return f"{error!s:.200}: {'; '.join(places)}"


def _with_nulls(node: Any) -> Any:
    """Allow null where a reference says `nullable` beside it, which OpenAPI 3.0 would ignore."""
    if isinstance(node, list):
        return [_with_nulls(each) for each in node]
    if not isinstance(node, dict):
        return node
    if "$ref" in node and node.get("nullable"):
        nothing = {"type": "object", "nullable": True, "enum": [None]}
        return {"anyOf": [{"$ref": node["$ref"]}, nothing]}
    return {key: _with_nulls(value) for key, value in node.items()}
