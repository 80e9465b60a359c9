"""This device changes its title, its port and its policy while it runs."""

from __future__ import annotations

import socket
import tomllib

import pytest
from tests.waiting import a_free_port

from isocenter.base import config
from isocenter.base.clock import FixedClock
from isocenter.base.errors import UsageError
from isocenter.daemon.device import Device
from isocenter.model.records import Node


@pytest.fixture
def device(tmp_path):
    return made(tmp_path, {})


def made(folder, flags, environment=None):
    return Device(config.load(flags, folder, environment or {}), folder, FixedClock())


def test_what_changes_is_in_force_told_and_written_down(device, tmp_path):
    told = []
    device.tell(told.append)
    port = a_free_port()
    assert device.change({"aet": "WARD_4", "port": port, "policy": "strict"}) == []
    assert (device.settings.aet, device.settings.port, device.settings.policy) == ("WARD_4", port, "strict")
    assert told == [device.settings]
    assert config.load({}, tmp_path, {}) == device.settings
    assert device.settings.sources["aet"].endswith("isocenter.toml")


def test_what_stays_is_not_written(device, tmp_path):
    told = []
    device.tell(told.append)
    assert device.change({"aet": "ISOCENTER"}) == []
    assert told == []
    assert not (tmp_path / "isocenter.toml").exists()


def test_the_owners_file_keeps_its_other_lines(tmp_path):
    (tmp_path / "isocenter.toml").write_text('# ours\naet = "A"\nhttp = 9000\n', encoding="utf-8")
    made(tmp_path, {}).change({"aet": "B"})
    assert (tmp_path / "isocenter.toml").read_text(encoding="utf-8") == '# ours\naet = "B"\nhttp = 9000\n'


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"aet": "A TITLE THAT IS TOO LONG"}, "DICOM allows 16"),
        ({"port": 70000}, "1 to 65535"),
        ({"port": 8114}, "need a port each"),
        ({"policy": "whim"}, "loopback, strict, open"),
    ],
)
def test_what_cannot_be_changes_nothing(device, tmp_path, values, said):
    before = device.settings
    with pytest.raises(UsageError, match=said):
        device.change(values)
    assert device.settings is before
    assert not (tmp_path / "isocenter.toml").exists()


def test_a_taken_port_is_told_with_a_free_one(device):
    with socket.create_server(("", 0)) as taken, pytest.raises(UsageError, match=r"is taken.* Port \d+ is free"):
        device.change({"port": taken.getsockname()[1]})


def test_whoever_serves_may_refuse_and_then_nothing_has_changed(device, tmp_path):
    def refuses(_settings):
        raise UsageError("not now")

    device.tell(refuses)
    with pytest.raises(UsageError, match="not now"):
        device.change({"aet": "B"})
    assert device.settings.aet == "ISOCENTER"
    assert not (tmp_path / "isocenter.toml").exists()


@pytest.mark.parametrize(
    ("flags", "environment", "place"), [({"aet": "CMD"}, {}, "--aet"), ({}, {"ISOCENTER_AET": "ENV"}, "ISOCENTER_AET")]
)
def test_what_the_next_start_would_overrule_is_said(tmp_path, flags, environment, place):
    (note,) = made(tmp_path, flags, environment).change({"aet": "NEW"})
    assert place in note
    assert tomllib.loads((tmp_path / "isocenter.toml").read_text(encoding="utf-8")) == {"aet": "NEW"}


def test_a_file_that_cannot_be_changed_is_left_alone_and_said(tmp_path):
    text = 'aet = """\nOLD"""\n'
    (tmp_path / "isocenter.toml").write_text(text, encoding="utf-8")
    device = Device(config.Settings(), tmp_path, FixedClock())
    (note,) = device.change({"aet": "NEW"})
    assert "until the next start" in note
    assert (tmp_path / "isocenter.toml").read_text(encoding="utf-8") == text
    assert device.settings.aet == "NEW"


def test_nodes_are_called_by_the_title_of_now_unless_theirs_says_another(device):
    node = Node("ct", "CT", "10.0.0.7")
    device.change({"aet": "NEW"})
    assert device.calling(node).local_ae_title == "NEW"
    assert device.calling(Node("ct", "CT", "10.0.0.7", local_ae_title="OWN")).local_ae_title == "OWN"
