"""Several scores made into one: none of them may have known what it is asked about."""

import numpy as np
import pytest

from services.retrieve.answers import heads
from services.retrieve.answers.heads import Head, cross_fit
from services.retrieve.answers.signs import Neighbourhood
from services.retrieve.answers.stack import Stack, fit_stack, votes

SIZE = 12


def tickets(count: int, noise: float = 0.3) -> tuple[heads.Floats, heads.Places]:
    random = np.random.default_rng(3)
    classes = random.integers(0, 4, count)
    vectors = np.eye(SIZE)[classes] + random.normal(0, noise, (count, SIZE))
    return vectors.astype(np.float32), classes.astype(np.intp)


def row(*values: float) -> heads.Floats:
    return np.array(values, np.float32)


def test_no_row_is_scored_by_a_head_that_knew_it() -> None:
    """Labels thrown like dice: known rows would be told, unseen ones are guessed."""
    vectors, _ = tickets(80, noise=2.0)
    labels = np.random.default_rng(5).integers(0, 4, 80).astype(np.intp)
    crossed = cross_fit(vectors, labels, 4)
    known = (crossed.head(vectors).argmax(axis=1) == labels).mean()
    unseen = (crossed.unseen.argmax(axis=1) == labels).mean()
    assert known > 0.5
    assert unseen < 0.4


def test_a_row_changes_nothing_of_its_own_score() -> None:
    vectors, classes = tickets(60)
    other = classes.copy()
    other[7] = (classes[7] + 1) % 4
    before, after = cross_fit(vectors, classes, 4), cross_fit(vectors, other, 4)
    assert np.allclose(before.unseen[7], after.unseen[7], atol=1e-4)
    assert not np.allclose(before.head.weights, after.head.weights, atol=1e-4)


def test_the_head_knows_new_tickets() -> None:
    vectors, classes = tickets(200)
    crossed = cross_fit(vectors[:150], classes[:150], 4)
    assert (crossed.head(vectors[150:]).argmax(axis=1) == classes[150:]).mean() > 0.9


def test_a_stranger_is_never_said_to_be_of_its_own_class() -> None:
    vectors, classes = tickets(120)
    strange = cross_fit(vectors, classes, 4).strange
    assert (strange.argmax(axis=1) != classes).all()


@pytest.mark.parametrize("labels", [[0, 1] * 20, [0] * 20 + [1] * 20, [0, -1] * 20])
def test_two_answers_or_unanswered_tickets_are_enough(labels: list[int]) -> None:
    vectors, _ = tickets(40)
    crossed = cross_fit(vectors, np.array(labels, np.intp), 2)
    assert np.isfinite(crossed.unseen).all()
    assert np.isfinite(crossed.strange).all()


def test_a_head_of_means_is_the_mean_of_its_parts() -> None:
    vectors, _ = tickets(5)
    centre = vectors.mean(axis=0)
    one, other = (np.random.default_rng(n).normal(size=(SIZE + 1, 3)) for n in (1, 2))
    heads_ = [
        Head(centre, weights.astype(np.float32)) for weights in (one, other, (one + other) / 2)
    ]
    scores = [head(vectors) for head in heads_]
    assert np.allclose((scores[0] + scores[1]) / 2, scores[2], atol=1e-4)


def test_the_stack_weighs_what_tells_more() -> None:
    random = np.random.default_rng(4)
    classes = random.integers(0, 5, 400).astype(np.intp)
    truth = np.eye(5, dtype=np.float32)[classes]
    good = truth + random.normal(0, 0.3, truth.shape).astype(np.float32)
    poor = truth + random.normal(0, 3, truth.shape).astype(np.float32)
    useless = random.normal(0, 1, truth.shape).astype(np.float32)
    stack = fit_stack([good, poor, useless], classes)
    assert stack.weights[0] > 5 * stack.weights[1] > 0
    assert abs(stack.weights[2]) < 1
    said = stack([good, poor, useless]).argmax(axis=1)
    assert (said == classes).mean() > (good.argmax(axis=1) == classes).mean() - 0.01


def test_the_stack_learns_nothing_from_tickets_without_an_answer() -> None:
    scores = np.random.default_rng(1).normal(size=(60, 3)).astype(np.float32)
    classes = scores.argmax(axis=1).astype(np.intp)
    stack = fit_stack([scores], classes)
    more = np.vstack([scores, -9 * np.ones((30, 3), np.float32)])
    unanswered = fit_stack([more], np.concatenate([classes, np.full(30, -1)]))
    assert np.allclose(stack.weights, unanswered.weights, atol=0.01)


def test_votes_by_hand() -> None:
    near = Neighbourhood(np.array([[1, 1, -1]]), np.array([[1.0, 0.9, 0.9]], np.float32))
    share, total = votes(near, 2)
    cast = 1 + np.exp(-1)
    assert share[0] == pytest.approx([0, cast / (1 + 2 * np.exp(-1))], abs=1e-5)
    assert total[0] == pytest.approx(np.log([1e-3, cast + 1e-3]), abs=1e-4)


def test_a_stack_by_hand() -> None:
    stack = Stack(row(2, 1), row(0, 0.5))
    assert stack([row(1, 0)[None], row(0, 3)[None]])[0].tolist() == [2, 3.5]
