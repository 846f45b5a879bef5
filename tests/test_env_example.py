"""`.env.example` holds every setting, with its explanation, and nothing else."""

from local.env_example import EXAMPLE, render, settings_classes, variable


def test_it_is_what_the_settings_classes_say() -> None:
    assert EXAMPLE.read_text() == render(), "run: uv run python -m local.env_example"


def test_every_setting_is_explained() -> None:
    unexplained = [
        variable(cls, name, field)
        for cls in settings_classes()
        for name, field in cls.model_fields.items()
        if not field.description
    ]
    assert unexplained == []


def test_no_secret_has_a_default() -> None:
    words = ("PASSWORD", "SECRET", "TOKEN", "_KEY")
    for line in EXAMPLE.read_text().splitlines():
        name, _, value = line.removeprefix("# ").partition("=")
        if name.isupper() and any(word in name for word in words) and "TOKENS" not in name:
            assert value in ("", "{}", "max_completion_tokens"), line
