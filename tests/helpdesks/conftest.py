"""The test bed of all helpdesks: an authority, and the proxy in front of the stand-ins."""

from collections.abc import Iterator

import pytest

from tests.helpdesks.bed.authority import Authority
from tests.helpdesks.bed.proxy import Proxy, running_proxy


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="session")
def proxy() -> Iterator[Proxy]:
    with running_proxy() as running:
        yield running
