"""The support lead: decides about drafts as soon as they are offered for review."""

import contextlib
import itertools
import threading

import httpx

_LOOK_SECONDS = 1.5
_DECISIONS = ("approve", "edit", "approve", "reject", "approve", "take_over")


class Reviewer:
    """Looks for open reviews all the time and decides each once."""

    def __init__(self, ledger_url: str, token: str) -> None:
        headers = {"Authorization": f"Bearer {token}"}
        self._http = httpx.Client(base_url=ledger_url, headers=headers, timeout=20, trust_env=False)
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._work, name="reviewer", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Go home."""
        self._stopping.set()
        self._thread.join()
        self._http.close()

    def _work(self) -> None:
        decisions = itertools.cycle(_DECISIONS)
        while not self._stopping.wait(_LOOK_SECONDS):
            # whatever is away comes back: look again
            with contextlib.suppress(httpx.HTTPError, KeyError, ValueError):
                self._decide_all(decisions)

    def _decide_all(self, decisions: "itertools.cycle[str]") -> None:
        for review in self._http.get("/reviews", params={"state": "open"}).json()["reviews"]:
            decision = next(decisions)
            body = {"decision": decision, "agent_id": "maya"}
            if decision == "edit":
                body["reply"] = f"{review['draft']['reply']}\n\nAnything else, just ask. Maya"
            self._http.post(f"/reviews/{review['review_id']}/decision", json=body)
