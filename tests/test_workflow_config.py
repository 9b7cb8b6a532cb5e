"""Settings: the file is the documentation, so it must be the defaults; and every mistake is named."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import pytest

from workflow import config, config_file
from workflow.errors import BadInput

FILE = Path(__file__).parent.parent / "config.yaml"


def test_the_shipped_file_says_the_defaults() -> None:
    assert config_file.read(FILE) == config.Settings()


def test_every_key_stands_in_the_file_with_a_comment_nearby() -> None:
    text = FILE.read_text(encoding="utf-8")
    for group in fields(config.Settings):
        assert f"\n{group.name}:" in text
        if group.name not in ("language", "time_zone"):
            for key in fields(group.default_factory()):  # type: ignore[misc]
                assert f"\n  {key.name}:" in text, f"{group.name}.{key.name}"


@pytest.mark.parametrize(
    ("yaml", "said"),
    [
        ("remindrs: {}", "remindrs.*reminders"),
        ("reminders: {befor: [1]}", r"reminders\.befor.*before"),
        ("reminders: {last: viele}", "reminders.last.*int"),
        ("reminders: {last: true}", "reminders.last"),
        ("reminders: {before: [1, x]}", r"before\[1\]"),
        ("reminders: 5", "reminders"),
        ("language: fr", "language.*vi | en"),
        ("mail: {transport: pigeon}", "mail.transport"),
        ("time_zone: Asia/Hanoii", "time_zone"),
        ("reports: {cycle: daily}", "reports.cycle.*quarterly"),
        ("a: [", "YAML"),
        ("web: {port: 99999}", "web.port"),
        ("reminders: {from_hour: 30}", "from_hour"),
        ("timing: {horizon_days: 400000}", "horizon_days"),
        ("reminders: {before: [-1]}", "reminders.before"),
        ("links: {base_url: ''}", "base_url"),
        ("mail: {sender: foo}", "mail.sender"),
        ("schedule: {tick: ''}", "schedule.tick"),
        ("reports: {send_days: {monthly: 99}}", "reports.send_days.monthly"),
    ],
)
def test_a_mistake_is_named_with_file_key_and_help(tmp_path: Path, yaml: str, said: str) -> None:
    file = tmp_path / "config.yaml"
    file.write_text(yaml, encoding="utf-8")
    with pytest.raises(BadInput, match=said) as found:
        config.load(file)
    assert "config.yaml" in str(found.value)


def test_paths_are_read_from_the_folder_of_the_file(tmp_path: Path) -> None:
    file = tmp_path / "deep" / "config.yaml"
    file.parent.mkdir()
    file.write_text("database: {url: 'sqlite:///so.db'}\nmail: {folder: thu}", encoding="utf-8")
    settings = config.load(file)
    assert settings.database.url == f"sqlite:///{file.parent}/so.db"
    assert settings.mail.folder == file.parent / "thu"
    assert settings.links.key_file == file.parent / "dondoc.key"


def test_secrets_and_the_database_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DONDOC_DATABASE_URL", "postgresql://db/so")
    monkeypatch.setenv("DONDOC_SMTP_PASSWORD", "bí mật")
    settings = config.load()
    assert settings.database.url == "postgresql://db/so"
    assert settings.mail.password == "bí mật"


def test_a_named_file_that_is_missing_is_an_error_and_an_unnamed_one_is_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert config.load().language == "vi"
    monkeypatch.setenv("DONDOC_CONFIG", str(tmp_path / "x.yaml"))
    with pytest.raises(BadInput, match="x.yaml"):
        config.load()
