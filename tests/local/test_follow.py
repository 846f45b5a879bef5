"""One ticket's story as Markdown."""

from typing import Any

import pytest

from local.follow import follow, main

RECORD: dict[str, Any] = {
    "ticket": {"id": "desk:1", "body": "x" * 900},
    "events": [
        {
            "at": "2026-11-22T04:10:47.668119Z",
            "kind": "decided",
            "decision": {
                "classification": {"category": "billing"},
                "evidence": {"documents": [1, 2, 3, 4, 5]},
            },
        },
        {
            "at": "2026-11-22T04:10:51.189134Z",
            "kind": "posted",
            "decision": {},
            "route": "auto_sent",
            "claim_key": "desk:1/turn-1/reply",
            "detail": {},
        },
    ],
    "turns": [
        {
            "turn": 1,
            "state": "finished",
            "route": "auto_sent",
            "reasons": [],
            "ended_by": "workflow",
        }
    ],
}


def test_the_story_has_every_step_in_order() -> None:
    story = follow(RECORD)
    places = [
        story.index(part)
        for part in ("The ticket", "04:10:47.668 · decided", "`classify` says", "`retrieve` finds")
    ]
    assert places == sorted(places)
    assert '"claim_key": "desk:1/turn-1/reply"' in story
    assert story.index("The end of turn 1") > places[-1]


def test_long_texts_and_lists_are_cut_and_say_so() -> None:
    story = follow(RECORD)
    assert "x" * 400 + " …" in story
    assert "x" * 401 not in story
    assert '"… 5 in all"' in story


def test_without_a_ticket_it_says_how_to_call_it(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 2
    assert "make follow TICKET=" in capsys.readouterr().out
