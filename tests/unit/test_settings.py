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


def test_allowed_domains_are_a_list_with_blanks_left_out_and_none_by_default(env_file):
    settings = load_settings({"TTDN_ALLOWED_DOMAINS": " DongThap.gov.vn, ,so.example.vn "}, env_file)

    assert settings.allowed_domains == {"dongthap.gov.vn", "so.example.vn"}
    assert load_settings({}, env_file).allowed_domains == frozenset()


@pytest.mark.parametrize("domain", ["*.gov.vn", "a@dongthap.gov.vn", "vn", ".gov.vn", "Văn phòng"])
def test_a_domain_that_is_none_is_refused_by_name(env_file, domain):
    with pytest.raises(SettingsError, match=r"TTDN_ALLOWED_DOMAINS"):
        load_settings({"TTDN_ALLOWED_DOMAINS": f"dongthap.gov.vn,{domain}"}, env_file)


@pytest.mark.parametrize("sender", ["Sở <so@example.vn>", "so@example.vn\nBcc: x@y.vn", "so@@example.vn", "so@vn"])
def test_a_sender_that_is_no_plain_address_is_refused_by_name(env_file, sender):
    with pytest.raises(SettingsError, match="TTDN_SMTP_SENDER"):
        load_settings({"TTDN_SMTP_SENDER": sender}, env_file)


@pytest.mark.parametrize(
    ("host", "stated", "used"),
    [
        ("mail.example.vn", "", "starttls"),
        ("mail.example.vn", "tls", "tls"),
        ("127.0.0.1", "", "none"),
        ("localhost", "", "none"),
        ("::1", "none", "none"),
        ("localhost", "starttls", "starttls"),
    ],
)
def test_mail_travels_encrypted_unless_the_server_is_on_this_machine(env_file, host, stated, used):
    settings = load_settings({"TTDN_SMTP_HOST": host, "TTDN_SMTP_SECURITY": stated}, env_file)

    assert settings.smtp_security == used


@pytest.mark.parametrize("host", ["mail.example.vn", "10.0.0.5", "localhost.example.vn", "mail.local"])
def test_mail_in_the_clear_is_refused_for_any_other_machine(env_file, host):
    with pytest.raises(SettingsError, match="TTDN_SMTP_SECURITY"):
        load_settings({"TTDN_SMTP_HOST": host, "TTDN_SMTP_SECURITY": "none"}, env_file)


def test_a_way_of_encrypting_that_is_none_is_refused_by_name(env_file):
    with pytest.raises(SettingsError, match=r"TTDN_SMTP_SECURITY.*'ssl'"):
        load_settings({"TTDN_SMTP_HOST": "localhost", "TTDN_SMTP_SECURITY": "ssl"}, env_file)


def test_every_setting_of_the_example_file_is_one_the_code_reads():
    example = (PROJECT_ROOT / ".env.example").read_text(encoding="utf-8")
    code = (PROJECT_ROOT / "include" / "settings.py").read_text(encoding="utf-8")
    named = {line.lstrip("# ").split("=")[0] for line in example.splitlines() if "=" in line and "TTDN_" in line}

    assert len(named) >= 8
    assert [name for name in sorted(named) if f'"{name}"' not in code] == []
