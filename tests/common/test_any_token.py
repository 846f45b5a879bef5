"""Whatever the Authorization header is, it is the token or a 401."""

from types import SimpleNamespace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.common.auth import token_guard
from services.common.errors import Unauthenticated
from services.common.settings import CommonSettings
from tests.conftest import TOKEN

_HEADER = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"]), max_size=60),
    st.sampled_from(["", "Bearer", "Bearer  ", "bearer " + TOKEN[:-1], f"Basic {TOKEN}", TOKEN]),
    st.text(max_size=5).map(lambda more: f"Bearer {TOKEN}{more}x"),
)


@given(header=_HEADER)
@settings(max_examples=200, deadline=None)
async def test_only_the_token_passes(header: str) -> None:
    guard = token_guard(CommonSettings(token=TOKEN))  # type: ignore[arg-type]
    with pytest.raises(Unauthenticated):
        await guard(SimpleNamespace(headers={"Authorization": header}))  # type: ignore[arg-type]
    await guard(SimpleNamespace(headers={"Authorization": f"Bearer {TOKEN}"}))  # type: ignore[arg-type]
