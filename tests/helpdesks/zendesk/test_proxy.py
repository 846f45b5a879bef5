"""n8n's outbound calls: HTTPS through the proxy, by every kind of node."""

from typing import Any

import pytest

from local.workflows.client import N8nClient
from tests.helpdesks.bed.proxy import Proxy
from tests.helpdesks.bed.system import System, run_workflow
from tests.helpdesks.zendesk.standin.zendesk import Zendesk

pytestmark = pytest.mark.n8n
CREDENTIAL = {"zendeskApi": {"id": "zendeskSupport01", "name": "Zendesk API token"}}
START = {
    "id": "start",
    "name": "Now",
    "type": "n8n-nodes-base.scheduleTrigger",
    "typeVersion": 1.3,
    "position": [0, 0],
    "parameters": {"rule": {"interval": [{"field": "months"}]}},
}
ASK = {"id": "ask", "name": "Ask", "position": [224, 0], "credentials": CREDENTIAL}


def zendesk_node(ticket: int) -> dict[str, Any]:
    parameters = {"resource": "ticket", "operation": "get", "id": str(ticket)}
    return {"type": "n8n-nodes-base.zendesk", "typeVersion": 1, "parameters": parameters}


def http_request(ticket: int) -> dict[str, Any]:
    parameters = {
        "url": f"https://acme.zendesk.com/api/v2/tickets/{ticket}.json",
        "authentication": "predefinedCredentialType",
        "nodeCredentialType": "zendeskApi",
        "options": {},
    }
    return {"type": "n8n-nodes-base.httpRequest", "typeVersion": 4.5, "parameters": parameters}


@pytest.mark.parametrize("kind", [zendesk_node, http_request])
def test_it_goes_through_the_proxy(desk: Zendesk, system: System, proxy: Proxy, kind: Any) -> None:
    desk.held = True
    ticket = desk.customer_asks("Hello?", subject="Through the proxy")
    before = len(proxy.asked)
    line = [{"node": "Ask", "type": "main", "index": 0}]
    body = {
        "name": f"Proxy test {kind.__name__}",
        "nodes": [START, {**ASK, **kind(ticket)}],
        "connections": {"Now": {"main": [line]}},
        "settings": {},
    }
    with N8nClient(system.n8n.settings) as client:
        id_ = client.api("POST", "/workflows", json=body)["id"]
        try:
            done = run_workflow(system, id_, "Now")
        finally:
            client.api("DELETE", f"/workflows/{id_}")
    assert "Through the proxy" in str(done["data"]["resultData"]["runData"]["Ask"])
    assert proxy.asked[before:] == ["acme.zendesk.com"]
