"""What the network page is told of this computer."""

from __future__ import annotations

import shutil
import sys

import pytest

from isocenter.daemon.neighbours import firewall


@pytest.mark.parametrize(
    ("platform", "tools", "line"),
    [
        ("linux", (), "sudo ufw allow 11112/tcp"),
        ("linux", ("firewall-cmd",), "sudo firewall-cmd --permanent --add-port=11112/tcp && sudo firewall-cmd --reload"),
        ("win32", (), 'netsh advfirewall firewall add rule name="DICOM 11112" dir=in action=allow protocol=TCP localport=11112'),
        ("darwin", (), ""),
    ],
)
def test_each_system_opens_a_port_by_its_own_command(monkeypatch, platform, tools, line):
    monkeypatch.setattr(sys, "platform", platform)
    monkeypatch.setattr(shutil, "which", lambda tool: f"/usr/bin/{tool}" if tool in tools else None)
    assert firewall(11112) == line
