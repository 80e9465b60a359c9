import pytest

from isocenter.base import config
from isocenter.base.errors import UsageError


def test_defaults_hold_where_nothing_is_said(tmp_path):
    assert config.load({}, tmp_path, {}) == config.Settings()


def test_command_line_wins_over_environment_over_file(tmp_path):
    (tmp_path / "isocenter.toml").write_text('aet = "FILE"\nport = 1\nhttp = 2\n')
    settings = config.load({"http": 4, "aet": None}, tmp_path, {"ISOCENTER_PORT": "3", "ISOCENTER_HTTP": "3"})
    assert (settings.aet, settings.port, settings.http) == ("FILE", 3, 4)
    assert settings.sources["port"] == "the environment"


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("colour = 1", "no setting named 'colour'"),
        ('port = "many"', "port must be a whole number"),
        ("port = true", "port must be a whole number"),
        ("port = 70000", "from 1 to 65535"),
        ("port = 0", "from 1 to 65535"),
        ('debug = "perhaps"', "debug must be true or false"),
        ('policy = "closed"', "one of loopback, strict, open"),
        ('web_origins = "viewer:3000"', "'viewer:3000', which is no web site"),
        ('web_origins = "http://viewer:3000/ohif"', "without a path"),
        ('web_origins = "http://a, null"', "'null'"),
        ('alert_webhook = "ftp://alerts.example/hook"', "begins with http:// or https://"),
        ('alert_webhook = "file:///etc/passwd"', "begins with http:// or https://"),
        ('alert_webhook = "http://alerts.example:99999/"', "no web address"),
        ('alert_webhook = "http://[alerts/"', "no web address"),
        ('alert_webhook = "http://:80/"', "no web address"),
        ('alert_mail_server = "smtp://mail:99999"', "is written smtp://mail:587"),
        ('aet = "SEVENTEEN-LETTERS"', "has 17 characters"),
        ('aet = "A\\\\B"', "contains"),
        ('aet = "   "', "only spaces"),
        ("aet = ", "not readable as TOML"),
    ],
)
def test_a_wrong_value_is_named_with_its_place(tmp_path, text, complaint):
    (tmp_path / "isocenter.toml").write_text(text)
    with pytest.raises(UsageError, match=complaint):
        config.load({}, tmp_path, {})


@pytest.mark.parametrize(("text", "value"), [("1", True), ("Yes", True), ("off", False), ("FALSE", False)])
def test_environment_spells_truth_in_several_ways(text, value):
    assert config.load({}, None, {"ISOCENTER_DEBUG": text}).debug is value


def test_http_may_be_switched_off():
    assert config.load({"http": 0}, None, {}).http == 0


def test_every_setting_has_a_flag_and_an_environment_variable():
    assert {(s.flag, s.environment) for s in config.SETTINGS} >= {
        ("--aet", "ISOCENTER_AET"),
        ("--log-patient-data", "ISOCENTER_LOG_PATIENT_DATA"),
    }


def test_dicom_and_the_page_cannot_share_a_port():
    with pytest.raises(UsageError, match="need a port each"):
        config.load({"port": 8114}, None, {})


def test_origins_are_read_as_browsers_write_them():
    settings = config.load({"web_origins": " HTTP://Viewer:3000/ ,https://pacs.example.org,, http://viewer:3000"}, None, {})
    assert settings.origins == ("http://viewer:3000", "https://pacs.example.org")
    assert config.load({"web_origins": "*"}, None, {}).origins == ("*",)
    assert config.load({}, None, {}).origins == ()
