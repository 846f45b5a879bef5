"""The data table `Settings`: one row that all workflows read and the support lead edits."""

from typing import Any

from local.workflows.client import N8nClient
from local.workflows.settings import TableSeed

TABLE_ID = "deskloopSettings"
TABLE_NAME = "Settings"


def columns() -> list[dict[str, Any]]:
    """Return the table's columns in n8n's words, from the fields of `TableSeed`."""
    return [
        {"name": name, "type": "string" if field.annotation is str else "number", "index": index}
        for index, (name, field) in enumerate(TableSeed.model_fields.items())
    ]


def seed_table(client: N8nClient, seed: TableSeed) -> list[str]:
    """Add missing columns, and values only where there are none; returns a line per change."""
    changes = add_columns(client)
    rows = client.api("GET", f"/data-tables/{TABLE_ID}/rows")["data"]
    if not rows:
        body = {"data": [seed.model_dump()], "returnType": "count"}
        client.api("POST", f"/data-tables/{TABLE_ID}/rows", json=body)
        return [*changes, "filled the Settings table"]
    return changes + _fill_gaps(client, rows[0], seed)


def add_columns(client: N8nClient) -> list[str]:
    """Add missing columns; a package whose table has more than n8n's is not imported."""
    there = {c["name"] for c in client.api("GET", f"/data-tables/{TABLE_ID}/columns")}
    missing = [column for column in columns() if column["name"] not in there]
    for column in missing:
        body = {"name": column["name"], "type": column["type"]}
        client.api("POST", f"/data-tables/{TABLE_ID}/columns", json=body)
    return [f"added the setting {column['name']}" for column in missing]


def _fill_gaps(client: N8nClient, row: dict[str, Any], seed: TableSeed) -> list[str]:
    # a helpdesk that is set up later finds an empty text where it was not used before
    gaps = {
        name: value
        for name, value in seed.model_dump().items()
        if row.get(name) is None or (row[name] == "" and value != "")
    }
    if not gaps:
        return []
    where = {"columnName": "id", "condition": "eq", "value": row["id"]}
    body = {"filter": {"type": "and", "filters": [where]}, "data": gaps}
    client.api("PATCH", f"/data-tables/{TABLE_ID}/rows/update", json=body)
    return [f"set {', '.join(gaps)} in the Settings table"]
