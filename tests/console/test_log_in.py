"""Only people with the password get in, not for ever, and not by guessing."""

import asyncio
import base64
import json
import time
from contextlib import AsyncExitStack
from typing import Any

import httpx
import pytest
from itsdangerous import TimestampSigner
from pydantic import SecretStr

from services.console.access import Gate, hash_password
from services.console.routes_login import inside
from services.console.sessions import COOKIE
from tests.console.conftest import PASSWORD, Browser, lone_app, open_browser, settings

KEY = settings().secret_key.get_secret_value()
PAGES = ["/", "/reviews", "/reviews/1", "/reviews/next", "/reviews/rows", "/reviews/count"]


def session_of(browser: Browser) -> dict[str, Any]:
    raw = browser.http.cookies[COOKIE].encode()
    found: dict[str, Any] = json.loads(base64.b64decode(TimestampSigner(KEY).unsign(raw)))
    return found


def put_session(browser: Browser, session: dict[str, Any], key: str = KEY) -> None:
    raw = TimestampSigner(key).sign(base64.b64encode(json.dumps(session).encode())).decode()
    browser.http.cookies.clear()
    browser.http.cookies.set(COOKIE, raw, domain="console.example")


@pytest.fixture
async def stack() -> Any:
    async with AsyncExitStack() as open_stack:
        yield open_stack


@pytest.fixture
async def nobody(stack: AsyncExitStack) -> Browser:
    return await open_browser(lone_app(), stack)


@pytest.mark.parametrize("path", PAGES)
async def test_pages_ask_for_a_log_in(nobody: Browser, path: str) -> None:
    answer = await nobody.http.get(path)
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/login")


async def test_forms_ask_for_a_log_in(nobody: Browser) -> None:
    await nobody.get("/login")
    answer = await nobody.post("/reviews/1/decision", {"decision": "send"})
    assert answer.headers["location"].startswith("/login")


async def test_part_of_a_page_sends_the_whole_page_to_the_log_in(nobody: Browser) -> None:
    answer = await nobody.http.get("/reviews/rows", headers={"HX-Request": "true"})
    assert answer.headers["HX-Redirect"].startswith("/login")


async def test_log_in_leads_to_where_one_wanted_to_go(nobody: Browser) -> None:
    answer = await nobody.http.get("/reviews?state=decided&category=a%26b")
    await nobody.get(answer.headers["location"])
    assert 'value="/reviews?state=decided&amp;category=a%26b"' in nobody.page
    fields = {"name": "maya", "password": PASSWORD, "next": "/reviews?state=decided"}
    done = await nobody.post("/login", fields)
    assert done.headers["location"] == "/reviews?state=decided"


ELSEWHERE = ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)"]


@pytest.mark.parametrize("target", [*ELSEWHERE, "", "/login", "/\t/evil.example", "\x00/", "//["])
def test_log_in_leads_nowhere_else(target: str) -> None:
    assert inside(target) == "/"


@pytest.mark.parametrize("password", ["", "wrong", PASSWORD + "x", PASSWORD[:-1], "ä" * 100])
async def test_wrong_password_is_refused(nobody: Browser, password: str) -> None:
    await nobody.log_in(password=password, status=401)
    assert "Name or password is wrong." in nobody.page
    assert (await nobody.http.get("/reviews")).status_code == 303


@pytest.mark.parametrize("name", ["", "two words", "x" * 81, "<script>", "a\nb"])
async def test_a_name_is_one_plain_word(nobody: Browser, name: str) -> None:
    await nobody.log_in(name=name, status=401)
    assert "<script>" not in nobody.page.replace('<script src="/static/', "")


async def test_log_in_needs_a_form_of_ours(nobody: Browser) -> None:
    await nobody.get("/login")
    fields = {"name": "maya", "password": PASSWORD}
    await nobody.post("/login", fields, status=403, csrf="")
    await nobody.post("/login", fields, status=403, csrf="not-the-token")


async def test_people_with_passwords_of_their_own(stack: AsyncExitStack) -> None:
    users = {"maya": SecretStr(hash_password("Mayas-own-password"))}
    browser = await open_browser(lone_app(users=users), stack)
    await browser.log_in("jonas", "Mayas-own-password", status=401)
    await browser.log_in("maya", PASSWORD, status=401)
    await browser.log_in("maya", "Mayas-own-password")
    assert session_of(browser)["user"] == "maya"


async def test_hash_that_is_none_lets_nobody_in(stack: AsyncExitStack) -> None:
    browser = await open_browser(lone_app(users={"maya": SecretStr("no-hash")}), stack)
    await browser.log_in("maya", "no-hash", status=401)


async def test_a_new_password_ends_the_sessions_of_the_old_one(stack: AsyncExitStack) -> None:
    before = await open_browser(lone_app(), stack)
    await before.log_in()
    after = await open_browser(lone_app(password=SecretStr("another-password")), stack)
    put_session(after, session_of(before))
    assert (await after.http.get("/reviews")).status_code == 303


async def test_cookie_is_kept_from_scripts_and_other_sites(stack: AsyncExitStack) -> None:
    browser = await open_browser(lone_app(secure_cookie=True), stack)
    cookie = (await browser.http.get("/login")).headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie
    assert "secure" in cookie


async def test_session_of_a_stranger_is_not_kept_at_log_in(nobody: Browser) -> None:
    await nobody.get("/login")
    before = session_of(nobody)["csrf"]
    await nobody.log_in()
    assert session_of(nobody)["csrf"] != before


async def test_cookie_that_we_did_not_sign_is_nothing(nobody: Browser) -> None:
    await nobody.log_in()
    session = session_of(nobody)
    put_session(nobody, session, key="another-key" * 4)
    assert (await nobody.http.get("/reviews")).status_code == 303
    put_session(nobody, session)
    assert (await nobody.http.get("/reviews")).status_code == 503


@pytest.mark.parametrize(("field", "hours"), [("seen", 1.1), ("since", 12.1)])
async def test_idle_and_old_sessions_end(nobody: Browser, field: str, hours: float) -> None:
    await nobody.log_in()
    session = session_of(nobody)
    put_session(nobody, session | {field: time.time() - (hours - 0.2) * 3600})
    assert (await nobody.http.get("/reviews")).status_code == 503
    put_session(nobody, session | {field: time.time() - hours * 3600})
    assert (await nobody.http.get("/reviews")).status_code == 303


async def test_a_page_that_refreshes_itself_keeps_nobody_logged_in(nobody: Browser) -> None:
    await nobody.log_in()
    old = time.time() - 600
    put_session(nobody, session_of(nobody) | {"seen": old})
    await nobody.http.get("/reviews/count")
    await nobody.http.get("/reviews/rows")
    assert session_of(nobody)["seen"] == old
    await nobody.http.get("/reviews")
    assert session_of(nobody)["seen"] > old


async def test_log_out(nobody: Browser) -> None:
    await nobody.log_in()
    await nobody.get("/reviews", status=503)
    token = session_of(nobody)["csrf"]
    await nobody.post("/logout", {}, status=403, csrf="")
    await nobody.post("/logout", {}, csrf=token)
    assert (await nobody.http.get("/reviews")).status_code == 303


async def test_guessing_has_to_wait(stack: AsyncExitStack) -> None:
    browser = await open_browser(lone_app(login_failures=3), stack)
    for number in range(3):
        await browser.log_in(password=f"guess-{number}", status=401)
    answer = await browser.log_in(status=429)
    assert int(answer.headers["retry-after"]) > 200
    assert "Too many wrong log-ins" in browser.page


async def test_guessing_many_at_once_is_no_way_around(stack: AsyncExitStack) -> None:
    users = {"maya": SecretStr(hash_password(PASSWORD))}
    browser = await open_browser(lone_app(login_failures=3, users=users), stack)
    await browser.log_in()  # a right one is not counted
    token = session_of(browser)["csrf"]
    guesses = [{"csrf": token, "name": "maya", "password": f"guess-{n}"} for n in range(9)]
    posted = (browser.http.post("/login", data=guess) for guess in guesses)
    answers = [answer.status_code for answer in await asyncio.gather(*posted)]
    assert sorted(answers) == [401] * 3 + [429] * 6


def test_waiting_is_over_after_a_while_and_only_for_one_address(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now = [100.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    gate = Gate(2, 60)
    gate.begun("1.2.3.4")
    now[0] += 30
    gate.begun("1.2.3.4")
    assert gate.wait("1.2.3.4") == pytest.approx(30)
    assert gate.wait("1.2.3.5") == 0
    now[0] += 31
    assert gate.wait("1.2.3.4") == 0


async def test_service_token_opens_no_page(nobody: Browser) -> None:
    token = {"Authorization": "Bearer a-token-that-only-the-tests-use"}
    assert (await nobody.http.get("/reviews", headers=token)).status_code == 303
    assert (await nobody.http.get("/metrics", headers=token)).status_code == 200
    assert (await nobody.http.get("/metrics")).status_code == 401


@pytest.mark.parametrize("path", ["/login", "/nothing", "/static/console.css", "/metrics"])
async def test_every_answer_forbids_what_is_not_ours(nobody: Browser, path: str) -> None:
    headers: httpx.Headers = (await nobody.http.get(path)).headers
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self';" in policy
    assert "unsafe" not in policy
    assert headers["x-content-type-options"] == "nosniff"


def test_passwords_that_bcrypt_would_cut_are_refused() -> None:
    with pytest.raises(ValueError, match="12 characters"):
        hash_password("short")
    with pytest.raises(ValueError, match="72 bytes"):
        hash_password("ä" * 40)
