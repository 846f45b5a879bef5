"""Load the help articles into retrieve, and with --corrections the past corrections too.

`make up` loads the articles: a helpdesk without its knowledge base is no helpdesk. Only `make demo`
loads the corrections: they are invented, and a system that a company begins to use must not
remember what its agents never said.
"""

import argparse
import hashlib
import json
import sys
from pathlib import Path
from typing import Any

import httpx
import yaml

from local.articles import Article, read_articles
from local.environment import load_environment, local_settings
from local.settings import ROOT, STATE

KNOWLEDGE = ROOT / "local" / "knowledge"
_MEMORY = STATE / "knowledge.json"


def main(arguments: list[str] | None = None) -> int:
    """Load what is new or changed; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m local.knowledge_sync", description=__doc__)
    parser.add_argument("--corrections", action="store_true", help="also the past corrections")
    wants_corrections = parser.parse_args(arguments).corrections
    environment = load_environment()
    settings = local_settings(environment)
    headers = {"Authorization": f"Bearer {environment['DESKLOOP_TOKEN']}"}
    with httpx.Client(headers=headers, timeout=60) as http:
        try:
            put, gone = sync_articles(http, settings.service_url("retrieve"), KNOWLEDGE, _MEMORY)
            print(f"{put} articles stored, {gone} removed")
            if wants_corrections:
                url = settings.service_url("store_correction")
                print(f"{store_corrections(http, url, KNOWLEDGE)} corrections stored")
        except httpx.HTTPError as error:
            print(f"{error}", file=sys.stderr)
            return 1
    return 0


def sync_articles(
    http: httpx.Client, retrieve_url: str, folder: Path, memory: Path
) -> tuple[int, int]:
    """Make retrieve's documents equal to the files; returns how many were put and removed.

    `memory` keeps what was put before; a document that somebody else added stays.
    """
    before: dict[str, str] = json.loads(memory.read_text()) if memory.exists() else {}
    there = _document_ids(http, retrieve_url)
    articles = read_articles(folder)
    wanted = {article.id: _fingerprint(article) for article in articles}
    put = 0
    for article in articles:
        if article.id in there and before.get(article.id) == wanted[article.id]:
            continue
        http.put(f"{retrieve_url}/documents/{article.id}", json=_body(article)).raise_for_status()
        put += 1
    gone = [name for name in before if name in there and name not in wanted]
    for name in gone:
        http.delete(f"{retrieve_url}/documents/{name}").raise_for_status()
    memory.parent.mkdir(parents=True, exist_ok=True)
    memory.write_text(json.dumps(wanted, indent=1))
    return put, len(gone)


def _document_ids(http: httpx.Client, retrieve_url: str) -> set[str]:
    found: set[str] = set()
    while True:
        query = {"limit": 500, "offset": len(found)}
        page = http.get(f"{retrieve_url}/documents", params=query).raise_for_status().json()
        found |= {document["id"] for document in page["documents"]}
        if not page["documents"] or len(found) >= page["total"]:
            return found


def _body(article: Article) -> dict[str, Any]:
    return {
        "title": article.title,
        "text": article.text,
        "format": "markdown",
        "url": article.url,
        "category": article.category,
        "locale": article.locale,
    }


def _fingerprint(article: Article) -> str:
    return hashlib.sha256(json.dumps(_body(article)).encode()).hexdigest()


def store_corrections(http: httpx.Client, url: str, folder: Path) -> int:
    """Store the past corrections; returns how many were new. Stored ones stay as they are."""
    rows = yaml.safe_load((folder / "corrections.yaml").read_text(encoding="utf-8"))["corrections"]
    new = 0
    for row in rows:
        mark = hashlib.sha256(row["ticket_text"].encode()).hexdigest()[:16]
        body = {
            "ticket_id": f"seed:{mark}",
            "ticket_text": row["ticket_text"].strip(),
            "human_resolution": row["human_resolution"].strip(),
            "category": row["category"],
            "agent_id": row["agent_id"],
            "verdict": row.get("verdict", "taught"),
        }
        answer = http.post(f"{url}/corrections", json=body).raise_for_status().json()
        new += answer["stored"]
    return new


if __name__ == "__main__":
    sys.exit(main())
