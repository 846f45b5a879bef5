"""What every step promises, whatever it does."""

import pytest

from services.contracts import Problem
from tests.contract.bodies import changed, without
from tests.contract.step import Call, answered, calls, get, post, refused

each_call = pytest.mark.parametrize("call", calls(), ids=lambda call: call.path)
MEBIBYTE = 1_048_576


def fields(problem: Problem) -> list[str]:
    return [item.field for item in problem.errors]


def assert_names(problem: Problem, field: str) -> None:
    named = fields(problem)
    assert field in named, f"`errors` must name '{field}', names {named or 'nothing'}"


def test_health() -> None:
    """GET /health answers 200 without a token"""
    assert get("/health").status_code == 200


def test_ready() -> None:
    """GET /ready answers 200, or 503 with Retry-After, without a token"""
    response = get("/ready")
    if response.status_code != 200:
        refused(response, 503)
        assert response.headers.get("retry-after"), "no Retry-After header"


@each_call
def test_right_answer(call: Call) -> None:
    """A valid request gets an answer of the contract's shape"""
    answered(post(call.path, call.body), call.answer)


@each_call
@pytest.mark.parametrize(
    "header",
    ["", "Bearer not-the-token", "Basic a2l0OmtpdA=="],
    ids=["no token", "wrong token", "user and password"],
)
def test_token(call: Call, header: str) -> None:
    """Without the right token: 401"""
    response = post(call.path, call.body, headers={"Authorization": header})
    refused(response, 401)


@each_call
def test_request_id(call: Call) -> None:
    """X-Request-ID comes back, and is made up where there was none"""
    given = post(call.path, call.body, headers={"X-Request-ID": "kit-4711"})
    assert given.headers.get("x-request-id") == "kit-4711"
    assert post(call.path, call.body).headers.get("x-request-id")


@each_call
def test_missing_field(call: Call) -> None:
    """A missing field: 422, and `errors` names it"""
    field = next(iter(call.body))
    assert_names(refused(post(call.path, without(call.body, [field])), 422), field)


@each_call
def test_unknown_field(call: Call) -> None:
    """An unknown field: 422, and `errors` names it"""
    response = post(call.path, changed(call.body, ["surprise"], 1))
    assert_names(refused(response, 422), "surprise")


@each_call
@pytest.mark.parametrize("value", [7, None, ["a"]], ids=["number", "null", "list"])
def test_wrong_type(call: Call, value: object) -> None:
    """Text of another type: 422, and `errors` names the field"""
    response = post(call.path, changed(call.body, call.text, value))
    assert_names(refused(response, 422), ".".join(call.text))


@each_call
def test_empty_id(call: Call) -> None:
    """An empty id: 422, and `errors` names it"""
    path = ["ticket", "id"] if "ticket" in call.body else ["ticket_id"]
    response = post(call.path, changed(call.body, path, ""))
    assert_names(refused(response, 422), ".".join(path))


@each_call
def test_nul(call: Call) -> None:
    """NUL in a text: 422, and `errors` names the field"""
    response = post(call.path, changed(call.body, call.text, "a\x00b"))
    assert_names(refused(response, 422), ".".join(call.text))


@each_call
@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"[]", b'"text"', b"\xff\xfe"],
    ids=["nothing", "cut off", "a list", "a string", "not UTF-8"],
)
def test_not_json(call: Call, content: bytes) -> None:
    """A body that is no JSON object: 422"""
    headers = {"Content-Type": "application/json"}
    refused(post(call.path, content=content, headers=headers), 422)


@each_call
def test_too_large(call: Call) -> None:
    """A body over 1 MiB: 413"""
    response = post(call.path, changed(call.body, call.text, "x" * MEBIBYTE))
    refused(response, 413)


@each_call
@pytest.mark.parametrize(
    "text",
    [
        "Olá! Où est mon colis ? 私の荷物はどこですか。 🪴🚚 \u200d\u202e",
        'Line one\r\n\ttabs, "quotes", \\backslashes\\, <b>tags</b>, {{ braces }} and \'; drop --',
        "Where is my parcel? " * 2_000,
    ],
    ids=["unicode", "special characters", "40 kB"],
)
def test_odd_text(call: Call, text: str) -> None:
    """Unusual text is no error"""
    answered(post(call.path, changed(call.body, call.text, text)), call.answer)
