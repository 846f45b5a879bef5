"""The help centre of any helpdesk, as `Sync help centre` reads it."""

import pytest

from tests.helpdesks.bed.articles import sync
from tests.helpdesks.bed.desk import VendorDesk
from tests.helpdesks.bed.system import System
from tests.workflows.stubs import Stubs

pytestmark = pytest.mark.n8n


def test_what_everybody_can_read_in_every_language(
    vendor: VendorDesk, system: System, stubs: Stubs
) -> None:
    expected = vendor.publishes_refunds()
    night = sync(system, stubs, vendor.source)
    assert night.status == "success", night.problem
    found = {
        id_: {"locale": a.locale, "title": a.title, "text": a.text, "url": a.url}
        for id_, a in night.articles.items()
    }
    assert found == expected
    assert night.finish is not None
    assert night.finish.complete
    assert {each.id for each in night.finish.synced} == set(expected)


def test_one_language_and_many_pages(vendor: VendorDesk, system: System, stubs: Stubs) -> None:
    expected = vendor.publishes_refunds()
    vendor.publishes_many(120)
    language = next(article["locale"] for article in expected.values())
    night = sync(system, stubs, vendor.source, language)
    assert night.status == "success", night.problem
    assert len(night.articles) == 121
    assert {article.locale for article in night.articles.values()} == {language}


def test_a_part_that_cannot_be_read_removes_nothing(
    vendor: VendorDesk, system: System, stubs: Stubs
) -> None:
    vendor.publishes_refunds()
    for part, left in vendor.parts_of_articles.items():
        stubs.reset()
        vendor.fail(part, times=3)
        night = sync(system, stubs, vendor.source)
        assert night.status == "error", part
        assert vendor.articles_not_read in night.problem
        assert {article.locale for article in night.articles.values()} == left, part
        assert (night.finish is not None) == bool(left), part
        assert night.finish is None or not night.finish.complete, "what was not read stays"


def test_a_help_centre_that_is_not_there_is_named(system: System, stubs: Stubs) -> None:
    night = sync(system, stubs, "nowhere")
    assert (night.status, night.finish) == ("error", None)
    assert "There is no help centre “nowhere”" in night.problem
