"""The set-up installs once, repairs what was interrupted, and deletes only what nobody runs."""

from pathlib import Path

import pytest

from local import bootstrap


@pytest.fixture
def n8n(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An n8n folder with a lock file, and an npm that only makes the packages' folders."""
    (tmp_path / "package.json").write_text("{}")
    (tmp_path / "package-lock.json").write_text('{"packages": {"": {}, "node_modules/a": {}}}')
    modules = tmp_path / "node_modules"
    monkeypatch.setattr(bootstrap, "N8N", tmp_path)
    monkeypatch.setattr(bootstrap, "MODULES", modules)
    monkeypatch.setattr(bootstrap, "STAMP", modules / ".deskloop-installed")

    def npm(*arguments: str) -> None:
        (modules / "a").mkdir(parents=True, exist_ok=True)
        (modules / "a" / "package.json").write_text("{}")
        (modules / "a" / "index.js.map").write_text("map")

    monkeypatch.setattr(bootstrap, "_npm", npm)
    return tmp_path


def test_second_run_does_nothing(n8n: Path) -> None:
    assert bootstrap.install_n8n()
    assert not bootstrap.install_n8n()


def test_changed_lock_file_installs_again(n8n: Path) -> None:
    bootstrap.install_n8n()
    (n8n / "package-lock.json").write_text('{"packages": {"": {}}}')
    assert bootstrap.install_n8n()


def test_interrupted_installation_is_done_again(n8n: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*arguments: str) -> None:
        raise KeyboardInterrupt

    bootstrap.install_n8n()
    (n8n / "package.json").write_text('{"changed": true}')
    with monkeypatch.context() as patch:
        patch.setattr(bootstrap, "_npm", interrupted)
        with pytest.raises(KeyboardInterrupt):
            bootstrap.install_n8n()
    assert bootstrap.install_n8n()


def test_only_files_for_developers_are_deleted(tmp_path: Path) -> None:
    kept = ["index.js", "index.mjs", "map.json", "d.ts.js", "types.ts"]
    useless = ["index.js.map", "index.d.ts", "index.d.mts", "index.d.cts"]
    for name in [*kept, *useless]:
        (tmp_path / name).write_text("12345")
    (tmp_path / "element-plus").mkdir()
    (tmp_path / "element-plus" / "index.js").write_text("12345")

    assert bootstrap.prune(tmp_path) == 5 * (len(useless) + 1)
    assert sorted(file.name for file in tmp_path.iterdir()) == sorted(kept)


def test_progress_counts_the_packages_that_are_there(n8n: Path) -> None:
    progress = bootstrap.n8n_progress()
    assert progress() == "fetching"
    bootstrap.install_n8n()
    assert progress() == "1 of 1 packages"


def test_python_that_is_too_new_is_refused_with_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bootstrap, "PYTHON_BELOW", (3, 11))
    with pytest.raises(SystemExit, match="make PYTHON="):
        bootstrap.check_python()


def test_failed_step_shows_what_was_said() -> None:
    with pytest.raises(SystemExit, match="no such thing"):
        bootstrap._run(["bash", "-c", "echo no such thing; exit 3"])


def test_lock_file_names_no_registry() -> None:
    text = (bootstrap.ROOT / "local" / "n8n" / "package-lock.json").read_text()
    assert '"resolved"' not in text
