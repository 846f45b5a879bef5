"""Reading past tickets: every wrong input is an error that names file, row and what is right."""

from pathlib import Path

import pytest

from evals.errors import DataInvalid
from evals.replay_rows import Known, check_labels, read_rows

KNOWN = Known({"billing": ["refund_request"], "account": ["password_reset"]}, ["refunds"])


def write(folder: Path, content: str | bytes, name: str = "tickets.csv") -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def test_every_column_is_read(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        "id,subject,body,category,intent,language,resolution,must_not_send,expected_source,must_say,"
        'team\na1,Money,"Where, please?\nThanks",billing,refund_request,en,In 5 days.,no,'
        "refunds|returns,5 days | card,blue\n",
    )
    data = read_rows(path)
    [row] = data.rows
    assert (row.number, row.id, row.body) == (2, "a1", "Where, please?\nThanks")
    assert (row.category, row.intent, row.language) == ("billing", "refund_request", "en")
    assert (row.must_not_send, row.resolution) == (False, "In 5 days.")
    assert row.expected_source == ("refunds", "returns")
    assert row.must_say == ("5 days", "card")
    assert data.unused == ("team",)


def test_other_spellings(tmp_path: Path) -> None:
    semicolons = write(tmp_path, "\ufefftext;needs_human\nhello;YES\nbye;\n", "a.csv")
    assert [row.must_not_send for row in read_rows(semicolons).rows] == [True, False]
    lines = write(
        tmp_path,
        '{"body": "hello", "must_not_send": true, "must_say": ["a", "b"]}\n\n{"body": "bye"}\n',
        "b.jsonl",
    )
    first, second = read_rows(lines).rows
    assert (first.must_not_send, first.must_say) == (True, ("a", "b"))
    assert (second.number, second.must_not_send) == (3, None)


@pytest.mark.parametrize(
    ("content", "name", "says"),
    [
        ("subject,category\na,b\n", "t.csv", r"t\.csv, row 1: no column 'body'.*subject, category"),
        ("", "t.csv", r"t\.csv: holds no tickets"),
        ("body\n", "t.csv", r"t\.csv: holds no tickets"),
        ("\n", "t.jsonl", r"t\.jsonl: holds no tickets"),
        ("body\nx\n", "t.txt", r"t\.txt: not a \.csv or \.jsonl file"),
        (b"body\nok\nGr\xfc\xdfe\n", "t.csv", r"t\.csv, line 3: is not UTF-8"),
        ("body,id\na,1\nb,2\nc,1\n", "t.csv", r"row 4: the id '1' stands in row 2 too"),
        ("body,id\na,1\nb,2,3\n", "t.csv", r"row 3: has 3 cells, the header 2"),
        ("body,id\na\n", "t.csv", r"row 2: has 1 cells, the header 2"),
        ('body,id\na,1\n"b,2\n', "t.csv", r"row 3: is broken"),
        ("body,body\na,b\n", "t.csv", r"row 1: the column 'body' is there twice"),
        ("body,must_not_send\na,maybe\n", "t.csv", r"row 2: 'must_not_send' is 'maybe'.*true"),
        ("body,language\na,German!\n", "t.csv", r"row 2: 'language' is 'German!'.*pt-BR"),
        ("body,category\n ,billing\n", "t.csv", r"row 2: 'body' is empty"),
        ("body\na\x00b\n", "t.csv", r"row 2: 'body' holds a NUL"),
        ('{"body": "a"}\n{"body": \n', "t.jsonl", r"row 2: is not JSON"),
        ('["a"]\n', "t.jsonl", r"row 1: is not an object"),
        ('{"subject": "a"}\n', "t.jsonl", r"row 1: has no 'body'"),
        ('{"body": ["a"]}\n', "t.jsonl", r"row 1: 'body' is list"),
        ('{"body": "a", "must_say": [1]}\n', "t.jsonl", r"row 1: 'must_say' must hold texts"),
    ],
)
def test_wrong_input_is_named(tmp_path: Path, content: str | bytes, name: str, says: str) -> None:
    with pytest.raises(DataInvalid, match=says):
        read_rows(write(tmp_path, content, name))


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataInvalid, match=r"none\.csv: there is no such file"):
        read_rows(tmp_path / "none.csv")


@pytest.mark.parametrize(
    ("labels", "says"),
    [
        ("biling,,", r"row 2: 'category' is 'biling'.*did you mean 'billing'"),
        ("sports,,", r"row 2: 'category' is 'sports'.*there are: account, billing"),
        ("account,refund_request,", r"row 2: 'intent' is 'refund_request'"),
        ("billing,refund_request,refund", r"row 2: 'expected_source' is 'refund'.*'refunds'"),
    ],
)
def test_unknown_labels_are_named(tmp_path: Path, labels: str, says: str) -> None:
    path = write(tmp_path, f"body,category,intent,expected_source\nhello,{labels}\n")
    with pytest.raises(DataInvalid, match=says):
        check_labels(read_rows(path), KNOWN)


def test_categories_are_checked_where_only_they_are_known(tmp_path: Path) -> None:
    path = write(tmp_path, "body,category,intent\nhello,billing,anything\nhello,sports,\n")
    with pytest.raises(DataInvalid, match=r"row 3: 'category' is 'sports'"):
        check_labels(read_rows(path), Known(categories=["billing"]))


def test_unknown_labels_pass_where_any_will_do(tmp_path: Path) -> None:
    path = write(tmp_path, "body,category\nhello,sports\n")
    check_labels(read_rows(path), Known())


def test_an_empty_ticket_may_need_a_human(tmp_path: Path) -> None:
    path = write(tmp_path, "body,must_not_send\n,true\n")
    assert read_rows(path).rows[0].body == ""
