"""The answer model by itself: honest about what it has not seen, the same after storing."""

import numpy as np
import pytest

from services.retrieve.answers.artefact import Shelf, from_bytes, to_bytes
from services.retrieve.answers.examples import NO_ANSWER, Example, answer_classes
from services.retrieve.answers.model import Fitted, TooFewAnswers, fit
from services.retrieve.answers.ridge import fit_ridge

TOPICS = ("return the sensor", "change the billing address", "pair the hub again")
SIZE = 16


def example(number: int, topic: int, resolution: str | None = None, **changes: object) -> Example:
    random = np.random.default_rng(number)
    vector = np.eye(SIZE)[topic] + random.normal(0, 0.25, SIZE)
    said = np.eye(SIZE)[topic]
    values: dict[str, object] = {
        "id": f"00000000-0000-0000-0000-{number:012d}",
        "category": "general",
        "question": f"please {TOPICS[topic % 3]} number {number}",
        "vector": (vector / np.linalg.norm(vector)).astype(np.float32),
        "resolution": resolution or f"This is how you {TOPICS[topic % 3]}.",
        "resolution_vector": said.astype(np.float32),
        "quotable": True,
    }
    return Example(**(values | changes))  # type: ignore[arg-type]


def stream(count: int, first: int = 0) -> list[Example]:
    return [example(first + n, n % 3) for n in range(count)]


@pytest.fixture(scope="module")
def fitted() -> Fitted:
    return fit(stream(150))


def test_leaving_out_is_what_a_model_without_the_rows_says() -> None:
    random = np.random.default_rng(1)
    vectors = random.normal(size=(40, 5)).astype(np.float32)
    kernel = np.exp(-0.5 * ((vectors[:, None] - vectors[None]) ** 2).sum(-1)).astype(np.float32)
    classes = random.integers(0, 3, 40)
    targets = np.eye(3, dtype=np.float32)[classes]
    fitted = fit_ridge(kernel, kernel, targets, 0.5, classes)
    for row in (0, 7, 39):
        others = np.delete(np.arange(40), row)
        inside = kernel[np.ix_(others, others)]
        weights = fit_ridge(inside, inside, targets[others], 0.5, classes[others]).weights
        assert np.allclose(kernel[row, others] @ weights, fitted.unseen[row], atol=0.02)
        others = np.flatnonzero(classes != classes[row])
        inside = kernel[np.ix_(others, others)]
        weights = fit_ridge(inside, inside, targets[others], 0.5, classes[others]).weights
        assert np.allclose(kernel[row, others] @ weights, fitted.strange[row], atol=0.02)


def test_it_knows_the_answer_of_tickets_it_has_not_seen(fitted: Fitted) -> None:
    fresh = stream(30, first=5000)
    judged = fitted.model.judge(
        [each.question for each in fresh], np.stack([each.vector for each in fresh])
    )
    said = [fitted.names[best] for best in judged.best]
    assert said == [f"this is how you {TOPICS[n % 3]}" for n in range(30)]
    assert judged.probability.min() > 0.8


def test_what_resembles_nothing_is_less_probable_than_what_does(fitted: Fitted) -> None:
    known = example(6000, 0)
    stranger = np.zeros(SIZE, np.float32)
    stranger[-1] = 1
    judged = fitted.model.judge(
        [known.question, "who won the match"], np.stack([known.vector, stranger])
    )
    assert judged.probability[1] < judged.probability[0] - 0.1


def test_answers_that_taught_nothing_are_doubted() -> None:
    """Where the same question has now one answer, now the other, nothing can be sure."""
    random = np.random.default_rng(3)
    answers = ("Do this and that.", "Write to the bank.")
    torn = [example(n, 0, answers[random.integers(0, 2)]) for n in range(200)]
    found = fit(torn)
    assert abs(found.unseen.probability.mean() - found.right.mean()) < 0.1
    assert found.unseen.probability.max() < 0.9


def test_the_same_words_are_the_same_answer_and_other_numbers_another() -> None:
    said = [
        "You can return it within 30 days.",
        "you can return it within 30 days",
        "You can return it within 14 days.",
        "You can return it within 14 days!",
        "Only said once.",
    ]
    classes, names = answer_classes([example(n, 0, text) for n, text in enumerate(said)])
    assert classes[0] == classes[1] != classes[2] == classes[3]
    assert classes[4] == NO_ANSWER
    assert len(names) == 2


def test_an_answer_given_once_is_never_said_and_counts_as_wrong() -> None:
    once = [example(900 + n, 3 + n % 5, f"Case {chr(97 + n)} only.") for n in range(20)]
    found = fit([*stream(90), *once])
    assert len(found.names) == 3
    assert not found.right[90:].any()


def test_one_answer_alone_is_too_little() -> None:
    with pytest.raises(TooFewAnswers, match="needs 2 answers"):
        fit([example(n, 0) for n in range(60)])


def test_a_stored_model_judges_alike(fitted: Fitted) -> None:
    shelf = Shelf(fitted.model, np.ones(150, np.bool_), np.array(["general"] * 150))
    again = from_bytes(to_bytes(shelf))
    fresh = stream(9, first=7000)
    texts, vectors = [e.question for e in fresh], np.stack([e.vector for e in fresh])
    before, after = fitted.model.judge(texts, vectors), again.model.judge(texts, vectors)
    assert (before.best == after.best).all()
    assert np.allclose(before.probability, after.probability, atol=0.01)
    assert again.ids(0) == shelf.ids(0)


def test_only_what_may_be_quoted_in_the_category_is_allowed(fitted: Fitted) -> None:
    quotable = fitted.model.classes != 1
    categories = np.where(fitted.model.classes == 2, "billing", "general")
    shelf = Shelf(fitted.model, quotable, categories)
    assert shelf.allowed(None).tolist() == [True, False, True]
    assert shelf.allowed("billing").tolist() == [False, False, True]
    assert not shelf.allowed("shipping").any()
    assert shelf.ids(1) == []
