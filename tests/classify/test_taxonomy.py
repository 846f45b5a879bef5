"""A company's own taxonomy: read from data, refused with clear words."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from services.classify.errors import TaxonomyInvalid
from services.classify.taxonomy import load_taxonomy

DEFAULT = Path("config/taxonomy/default.yaml")


@pytest.fixture
def content() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load(DEFAULT.read_text())
    return loaded


def write(folder: Path, content: Any) -> Path:
    path = folder / "own.yaml"
    path.write_text(yaml.safe_dump(content))
    return path


def test_default_has_the_five_categories_and_examples() -> None:
    taxonomy = load_taxonomy(DEFAULT)
    ids = {category.id for category in taxonomy.categories}
    assert ids == {"account", "billing", "shipping", "technical", "general"}
    assert len(taxonomy.examples) > 100
    assert {example.category for example in taxonomy.examples} == ids


def test_own_categories_need_no_code(tmp_path: Path, content: dict[str, Any]) -> None:
    content["categories"].append({"id": "pets", "name": "Pets", "description": "Cats and dogs."})
    taxonomy = load_taxonomy(write(tmp_path, content))
    assert [c.id for c in taxonomy.offered(["pets", "general"])] == ["general", "pets"]
    assert taxonomy.examples == []  # no examples.csv beside it


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda c: c.pop("categories"), "categories"),
        (lambda c: c["categories"].pop(), "'general' is missing"),
        (lambda c: c["categories"].append(c["categories"][0]), "twice"),
        (lambda c: c["categories"][0].update(id="Not An Id"), r"categories\.0\.id"),
        (lambda c: c["urgency"].pop(), "low, medium, high, critical"),
        (lambda c: c["sentiment"][0].update(id="sad"), "sentiment"),
    ],
)
def test_wrong_file_says_where(
    change: Callable[[dict[str, Any]], Any], says: str, tmp_path: Path, content: dict[str, Any]
) -> None:
    change(content)
    with pytest.raises(TaxonomyInvalid, match=f"(?s)CLASSIFY_TAXONOMY .*own.yaml.*{says}"):
        load_taxonomy(write(tmp_path, content))


@pytest.mark.parametrize("text", ["a: [", "- just\n- a list"])
def test_no_yaml_mapping(text: str, tmp_path: Path) -> None:
    path = tmp_path / "own.yaml"
    path.write_text(text)
    with pytest.raises(TaxonomyInvalid, match=r"own\.yaml"):
        load_taxonomy(path)


def test_wrong_example_names_its_row(tmp_path: Path, content: dict[str, Any]) -> None:
    header = "text,category,intent,urgency,sentiment,language\n"
    rows = "a,billing,other,low,neutral,en\nb,billing,other,soon,neutral,en\n"
    (tmp_path / "examples.csv").write_text(header + rows)
    with pytest.raises(TaxonomyInvalid, match=r"examples\.csv', row 3: urgency"):
        load_taxonomy(write(tmp_path, content))
