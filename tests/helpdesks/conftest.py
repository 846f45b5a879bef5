"""The test bed of all helpdesks: an authority, and the proxy in front of the stand-ins."""

from collections.abc import Iterator

import pytest

from local.postgres.embedded import EmbeddedPostgres
from tests.conftest import copy_of
from tests.helpdesks.bed.authority import Authority
from tests.helpdesks.bed.proxy import Proxy, running_proxy
from tests.helpdesks.bed.system import System, running_system
from tests.workflows.stubs import Stubs


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
