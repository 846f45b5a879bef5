"""How phrases of the rules file are read and found."""

import time

import pytest

from services.rules.phrases import PhraseError, PhraseList, compile_phrase, tokenize


def found(phrase: str, text: str, language: str = "en") -> bool:
    return PhraseList([compile_phrase(phrase, language)]).find(tokenize(text)) is not None


@pytest.mark.parametrize(
    ("phrase", "text", "expected"),
    [
        ("lawyer", "Lawyers!", True),
        ("lawyer", "lawyer's", True),
        ("lawyer", "lawyerly", False),
        ("sue", "sued suing sues", True),
        ("=sue", "sued", False),
        ("sue", "issue suede pursue", False),
        ("dispute", "disputing", True),
        ("injury", "injuries", True),
        ("scam", "scammed", True),
        ("box", "boxes", True),
        ("charge back", "charged back", True),
        ("charge back", "charge-back", True),
        ("charge back", "charge. Back", False),
        ("charge back", "charge\nback", True),
        ("charge back", "charge\n\nback", False),
        ("speak/talk to (a) human", "talking to human beings", True),
        ("speak/talk to (a) human", "speak to a human", True),
        ("speak/talk to (a) human", "speak to an human", False),
        ("reverse ... charge", "reverse that very last big charge", True),
        ("reverse ... charge", "reverse that one two three four five charge", False),
        ("reverse ... charge", "reverse it. The charge", False),
        ("hack*", "hackerish", True),
    ],
)
def test_phrases(phrase: str, text: str, expected: bool) -> None:
    assert found(phrase, text) is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("どなたかと話したい", True),
        ("誰かと電話で話したい", True),
        ("話をどなたかに", False),
        ("どなたか。話したい", False),
        ("どなたかが一二三四五六七八九十一二三話したい", False),
        ("人と話したい", False),
    ],
)
def test_japanese_phrases_have_alternatives_and_gaps(text: str, expected: bool) -> None:
    assert found("どなたか/誰か ... 話", text, "ja") is expected


def test_an_exception_with_a_gap_takes_out_what_it_covers() -> None:
    phrases = [compile_phrase("담당자", "ko")]
    exceptions = [compile_phrase("담당자 ... 말했", "ko")]
    both = PhraseList(phrases, exceptions)
    assert both.find(tokenize("매장 담당자가 그렇게 말했어요")) is None
    assert both.find(tokenize("담당자가 말했어요. 담당자 바꿔 주세요")) is not None


@pytest.mark.parametrize("phrase", ["... 話", "人 ...", "人 ... / ... 話"])
def test_a_gap_needs_something_on_both_sides(phrase: str) -> None:
    with pytest.raises(PhraseError):
        compile_phrase(phrase, "ja")


@pytest.mark.parametrize(
    ("phrase", "text", "language"),
    [
        ("Anwält*", "Anwältinnen", "de"),
        ("avocat", "l'avocat", "fr"),
        ("avocat", "d’avocats", "fr"),
        ("advogado", "ADVOGADOS", "pt"),
        ("ação judicial", "acao judicial", "pt"),
        ("弁護士", "私の弁護士に", "ja"),
        ("법적 조치", "법적조치를", "ko"),
    ],
)
def test_other_languages(phrase: str, text: str, language: str) -> None:
    assert found(phrase, text, language)


@pytest.mark.parametrize("phrase", ["...", "... word", "word ...", "(maybe)", "=", "(a b/c)"])
def test_what_is_no_phrase(phrase: str) -> None:
    with pytest.raises(PhraseError):
        compile_phrase(phrase, "en")


def test_matching_is_linear() -> None:
    phrases = PhraseList([compile_phrase("ignore ... a ... a ... a ... end", "en")])

    def seconds(words: int) -> float:
        tokens = tokenize("ignore a " * words)
        start = time.perf_counter()
        phrases.find(tokens)
        return time.perf_counter() - start

    assert seconds(10_000) < max(0.05, 30 * seconds(1_000))
