"""Talks to n8n: the public API where it can, the editor's own API where it must."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Self

import httpx

from local.workflows.settings import DeploySettings

_TIMEOUT = httpx.Timeout(60.0, connect=5.0)
_NOT_FOUND = 404
_UNAUTHORIZED = 401
_LABEL = "Deskloop deploy"


class N8nError(RuntimeError):
    """n8n refused a call or cannot be reached; the text says which call and why."""

    def __init__(self, message: str, status: int | None = None) -> None:
        super().__init__(message)
        self.status = status


class N8nClient:
    """One logged-in owner, with an API key that is kept in the state folder and used again."""

    def __init__(self, settings: DeploySettings) -> None:
        self.settings = settings
        self.base = settings.url.rstrip("/")
        self._http = httpx.Client(base_url=self.base, timeout=_TIMEOUT)
        self._key: str | None = None
        self._logged_in = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()

    def api(self, method: str, path: str, **options: Any) -> Any:
        """Call the public API (`/api/v1`); returns the decoded body.

        Raises
        ------
        N8nError
            Where n8n answers with an error or not at all.
        """
        if self._key is not None:
            try:
                return self._with_key(self._key, method, path, **options)
            except N8nError as error:
                # another client may have replaced the key that both used
                if error.status != _UNAUTHORIZED:
                    raise
        self._key = self._stored_key() or self._new_key()
        return self._with_key(self._key, method, path, **options)

    def _with_key(self, key: str, method: str, path: str, **options: Any) -> Any:
        return self._call(method, f"/api/v1{path}", headers={"X-N8N-API-KEY": key}, **options)

    def rest(self, method: str, path: str, **options: Any) -> Any:
        """Call the editor's own API (`/rest`) as the owner; returns what is under `data`."""
        if not self._logged_in:
            self.log_in()
        return self._call(method, f"/rest{path}", **options)["data"]

    def delete_executions(self, ids: Sequence[str]) -> None:
        """Delete finished executions with all their data, at once and for good."""
        if not self._logged_in:
            self.log_in()
        self._call("POST", "/rest/executions/delete", json={"ids": list(ids)})

    def workflow(self, id_: str) -> dict[str, Any] | None:
        """Return one workflow with its description, which n8n's list leaves out; None if absent."""
        try:
            found: dict[str, Any] = self.api("GET", f"/workflows/{id_}")
        except N8nError as error:
            if error.status == _NOT_FOUND:
                return None
            raise
        return found

    def log_in(self) -> None:
        """Log in as the owner; the session cookie stays with this client."""
        body = {
            "emailOrLdapLoginId": self.settings.owner_email,
            "password": self.settings.owner_password.get_secret_value(),
        }
        self._call("POST", "/rest/login", json=body)
        self._logged_in = True

    def webhook_exists(self, path: str) -> bool:
        """Tell whether a webhook is registered, by asking in a way that cannot start it.

        A registered path answers a wrong method with a hint at the right one.
        """
        response = self._http.request("DELETE", f"/webhook/{path}")
        return "not registered for DELETE" in response.text

    def _call(self, method: str, path: str, **options: Any) -> Any:
        try:
            response = self._http.request(method, path, **options)
        except httpx.HTTPError as error:
            raise N8nError(f"n8n at {self.base} does not answer: {error}") from error
        if response.is_error:
            text = f"n8n {method} {path}: {response.status_code} {_reason(response)}"
            raise N8nError(text, response.status_code)
        return response.json() if response.content else None

    @property
    def _key_file(self) -> Path:
        return self.settings.state_folder / "n8n-api-key.json"

    def _stored_key(self) -> str | None:
        """Return the kept key where it belongs to this n8n and still works."""
        try:
            kept = json.loads(self._key_file.read_text())
        except (FileNotFoundError, json.JSONDecodeError):
            return None
        if kept.get("url") != self.base:
            return None
        key = str(kept["key"])
        response = self._http.get(
            "/api/v1/workflows", params={"limit": 1}, headers={"X-N8N-API-KEY": key}
        )
        return key if response.is_success else None

    def _new_key(self) -> str:
        """Replace our key in n8n by a new one and keep it, readable by this user only."""
        for old in self.rest("GET", "/api-keys")["items"]:
            if old["label"] == _LABEL:
                self.rest("DELETE", f"/api-keys/{old['id']}")
        body = {"label": _LABEL, "expiresAt": None, "scopes": self._wanted_scopes()}
        key = str(self.rest("POST", "/api-keys", json=body)["rawApiKey"])
        self._key_file.parent.mkdir(parents=True, exist_ok=True)
        self._key_file.touch(mode=0o600)
        self._key_file.write_text(json.dumps({"url": self.base, "key": key}))
        return key

    def _wanted_scopes(self) -> list[str]:
        wanted = ("workflow", "credential", "dataTable", "execution:read", "execution:list")
        return [s for s in self.rest("GET", "/api-keys/scopes") if s.startswith(wanted)]


def _reason(response: httpx.Response) -> str:
    """Return n8n's own words for an error, without the page around them."""
    try:
        body = response.json()
    except ValueError:
        return response.text[:300]
    return str(body.get("message", body))[:2000] if isinstance(body, dict) else str(body)[:2000]
