"""The test bed of all helpdesks: an authority, and the proxy in front of the stand-ins."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import cache
from typing import Any

import pytest

from local.postgres.embedded import EmbeddedPostgres
from local.workflows.table import TABLE_ID
from tests.conftest import copy_of
from tests.helpdesks.bed.authority import Authority
from tests.helpdesks.bed.proxy import Proxy, running_proxy
from tests.helpdesks.bed.system import Edit, System, running_system
from tests.helpdesks.desks import ALL
from tests.workflows.stubs import Stubs

Desks = Callable[[str], Any]
"""Returns the helpdesk of a source."""


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="session")
def proxy() -> Iterator[Proxy]:
    with running_proxy() as running:
        yield running


@pytest.fixture(scope="session")
def system(
    postgres: EmbeddedPostgres,
    migrated_template: str,
    proxy: Proxy,
    authority: Authority,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[System]:
    """One n8n, one ledger and the stubs for all helpdesks."""
    folder = tmp_path_factory.mktemp("helpdesks")
    with (
        copy_of(migrated_template, postgres) as database_url,
        running_system(postgres, database_url, folder, proxy, authority) as running,
    ):
        yield running


@pytest.fixture
def stubs(system: System) -> Iterator[Stubs]:
    """The steps as new; whatever the workflows sent them must have obeyed the contracts."""
    system.stubs.reset()
    yield system.stubs
    assert system.stubs.invalid == []


@pytest.fixture(scope="session")
def served(authority: Authority, proxy: Proxy) -> Iterator[Desks]:
    """Each helpdesk, served from when it is first asked for to the end."""
    with ExitStack() as stack:
        yield cache(lambda source: stack.enter_context(ALL[source].running(authority, proxy)))


@pytest.fixture(scope="session")
def connected(served: Desks, system: System) -> Desks:
    """Each helpdesk with n8n behind its webhooks, set up when it is first asked for."""

    @cache
    def desk(source: str) -> Any:
        desk = served(source)
        ALL[source].connect(desk, system)
        return desk

    return desk


@pytest.fixture
def settings(system: System) -> Iterator[Edit]:
    """Edits the table Settings; undone afterwards."""
    [found] = system.n8n.client.api("GET", f"/data-tables/{TABLE_ID}/rows")["data"]
    edited: dict[str, Any] = {}

    def edit(**values: Any) -> None:
        edited.update({name: found[name] for name in values})
        system.n8n.set(**values)

    yield edit
    system.n8n.set(**edited)
