"""The inbox of one helpdesk: its own workflow must not see another one's tickets."""

from tests.ledger.conftest import Start, a_ticket


async def test_tickets_are_listed_by_helpdesk(ledger: Start) -> None:
    sources = ("zendesk", "zendesk-sandbox", "django-helpdesk")
    async with ledger() as http:
        for source in sources:
            body = a_ticket() | {"id": f"{source}:7", "source": source}
            assert (await http.post("/tickets", json={"ticket": body})).is_success
        for source in sources:
            found = (await http.get("/inbox", params={"source": source})).json()
            assert [entry["ticket_id"] for entry in found["tickets"]] == [f"{source}:7"]
            assert (found["total"], found["waiting"]) == (1, 3)
        assert (await http.get("/inbox")).json()["total"] == 3
