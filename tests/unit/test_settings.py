"""Settings come from the environment, then .env, then a default that works; mistakes are named."""

from __future__ import annotations

from pathlib import Path

import pytest

from include.errors import SettingsError
from include.settings import PROJECT_ROOT, load_settings


@pytest.fixture
def env_file(tmp_path: Path) -> Path:
    return tmp_path / ".env"


def test_with_nothing_set_everything_is_below_the_project(env_file):
    settings = load_settings({}, env_file)

    assert settings.home == PROJECT_ROOT / ".ttdn"
    assert settings.inbox == PROJECT_ROOT / ".ttdn" / "inbox"
    assert settings.outbox == PROJECT_ROOT / ".ttdn" / "outbox"
    assert settings.page_port == 8080
    assert settings.is_embedded


def test_the_env_file_is_read_and_the_environment_wins_over_it(env_file):
    env_file.write_text("# nơi để dữ liệu\nTTDN_HOME=/srv/ttdn\nexport TTDN_PAGE_PORT='9090'  \n\n")

    settings = load_settings({"TTDN_PAGE_PORT": "9191", "PATH": "/bin"}, env_file)

    assert (settings.home, settings.page_port) == (Path("/srv/ttdn"), 9191)


def test_settings_are_read_when_asked_not_when_imported(monkeypatch, tmp_path):
    monkeypatch.setenv("TTDN_HOME", str(tmp_path / "one"))
    first = load_settings()
    monkeypatch.setenv("TTDN_HOME", str(tmp_path / "two"))

    assert (first.home.name, load_settings().home.name) == ("one", "two")


def test_a_relative_home_hangs_on_the_project_wherever_the_command_is_typed(env_file, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)

    assert load_settings({"TTDN_HOME": "kho"}, env_file).home == PROJECT_ROOT / "kho"


@pytest.mark.parametrize(
    ("line", "value"),
    [
        ("TTDN_SMTP_PASSWORD=ab#cd", "ab#cd"),
        ("TTDN_SMTP_PASSWORD=abcd  # hộp thư của Sở", "abcd"),
        ('TTDN_SMTP_PASSWORD="ab # cd"', "ab # cd"),
        ("TTDN_SMTP_PASSWORD=a=b", "a=b"),
        ("TTDN_SMTP_PASSWORD = abcd", "abcd"),
    ],
)
def test_a_comment_ends_a_value_only_where_it_is_meant_to(env_file, line, value):
    env_file.write_text(line + "\n")

    assert load_settings({}, env_file).smtp_password == value


def test_an_env_file_saved_with_a_byte_order_mark_is_read(env_file):
    env_file.write_text("TTDN_PAGE_PORT=9090\n", encoding="utf-8-sig")

    assert load_settings({}, env_file).page_port == 9090


def test_a_line_without_an_assignment_is_named_by_its_number(env_file):
    env_file.write_text("TTDN_PAGE_PORT=9090\nTTDN_HOME /srv\n")

    with pytest.raises(SettingsError, match=r"line 2.*NAME=value"):
        load_settings({}, env_file)


@pytest.mark.parametrize("port", ["0", "65536", "-1", "80 80", "²", "http"])
def test_a_port_that_is_none_is_refused_by_name(env_file, port):
    with pytest.raises(SettingsError, match="TTDN_PAGE_PORT"):
        load_settings({"TTDN_PAGE_PORT": port}, env_file)


@pytest.mark.parametrize("port", ["1", "65535"])
def test_the_first_and_the_last_port_are_ports(env_file, port):
    assert load_settings({"TTDN_PAGE_PORT": port}, env_file).page_port == int(port)


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg2"])
def test_every_spelling_of_a_postgresql_url_becomes_the_one_that_sqlalchemy_takes(env_file, scheme):
    settings = load_settings({"TTDN_DATABASE_URL": f"{scheme}://u:p@db:5432/ttdn"}, env_file)

    assert settings.database_url == "postgresql+psycopg2://u:p@db:5432/ttdn"
    assert not settings.is_embedded


@pytest.mark.parametrize("url", ["mysql://u:geheim@db/ttdn", "postgresql://u:geheim@db", "u:geheim@db/ttdn"])
def test_a_url_that_cannot_be_used_is_refused_without_repeating_its_password(env_file, url):
    with pytest.raises(SettingsError, match="TTDN_DATABASE_URL") as refused:
        load_settings({"TTDN_DATABASE_URL": url}, env_file)

    assert "geheim" not in str(refused.value)


def test_passwords_do_not_show_in_the_representation(env_file):
    settings = load_settings(
        {"TTDN_DATABASE_URL": "postgresql://u:geheim@db/ttdn", "TTDN_SMTP_PASSWORD": "geheim"}, env_file
    )

    assert "geheim" not in repr(settings)


def test_recipients_are_a_list_with_blanks_left_out(env_file):
    settings = load_settings({"TTDN_RECIPIENTS": " a@dongthap.gov.vn, ,b@dongthap.gov.vn "}, env_file)

    assert settings.recipients == ("a@dongthap.gov.vn", "b@dongthap.gov.vn")


def test_a_recipient_that_is_no_address_is_refused_by_name(env_file):
    with pytest.raises(SettingsError, match=r"TTDN_RECIPIENTS.*'Văn phòng'"):
        load_settings({"TTDN_RECIPIENTS": "a@dongthap.gov.vn,Văn phòng"}, env_file)


def test_every_setting_of_the_example_file_is_one_the_code_reads():
    example = (PROJECT_ROOT / ".env.example").read_text(encoding="utf-8")
    code = (PROJECT_ROOT / "include" / "settings.py").read_text(encoding="utf-8")
    named = {line.lstrip("# ").split("=")[0] for line in example.splitlines() if "=" in line and "TTDN_" in line}

    assert len(named) >= 8
    assert [name for name in sorted(named) if f'"{name}"' not in code] == []
