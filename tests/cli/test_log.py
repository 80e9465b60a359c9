import re
import socket

import pytest

from isocenter.cli.exits import Exit
from isocenter.standard.sop_class import VERIFICATION
from isocenter.standard.transfer_syntax import IMPLICIT_VR_LITTLE_ENDIAN
from isocenter.wire.pdu import AssociateRequest, ProposedContext, UserInformation
from isocenter.wire.pdu_codec import encode


def test_the_last_lines_are_shown(archive):
    archive.call("echo", archive.node)
    archive.child.wait_for("echoed in")
    [line] = archive.call("log", "-n", 1).out.splitlines()
    assert re.fullmatch(
        r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z INFO association: ISOCENTER \(127\.0\.0\.1\) echoed in \d+ ms", line
    )
    [words] = archive.call("log", "-n", 1, "--json").json
    assert (words["level"], words["room"]) == ("INFO", "association")


def test_the_debug_log_is_switched_while_it_runs(archive):
    assert "is on" in archive.call("log", "--debug").out
    archive.call("echo", archive.node)
    archive.child.wait_for("echo took")
    archive.child.wait_for("Verification SOP Class in 1.2.840.10008.1.2")
    assert "is off" in archive.call("log", "--no-debug").out
    archive.call("echo", archive.node, "--aet", "LATER")
    archive.child.wait_for("LATER (127.0.0.1) echoed")
    assert len([line for line in archive.child.lines if "LATER" in line]) == 1


def test_the_log_is_followed_through_its_rotation(archive, tools):
    follower = tools.start("log", "--follow", "-n", 1, home=archive.home)
    follower.wait_for("ISOCENTER started: port ")
    file = archive.home / "main" / "log" / "isocenter.log"
    archive.call("echo", archive.node)
    follower.wait_for("echoed in")
    file.rename(file.with_suffix(".log.1"))
    file.write_text("2026-01-01T00:00:00.000Z INFO test: after the turn\n")
    follower.wait_for("after the turn")
    said = follower.end(2)
    assert (said.code, said.err) == (Exit.INTERRUPTED, "")


def test_no_log_and_no_running_instance_are_mistakes_of_usage(home, tools):
    assert "has not been started" in tools.call("log", home=home).err
    assert "does not run" in tools.call("log", "--debug", home=home).err
    assert tools.call("log", home=home).code == Exit.USAGE


@pytest.mark.parametrize("title", ["A\x1b[2JB", "ISOC\nENTER"])
def test_a_title_cannot_forge_a_line(stocked, title):
    contexts = (ProposedContext(1, VERIFICATION, (IMPLICIT_VR_LITTLE_ENDIAN,)),)
    with socket.create_connection(("127.0.0.1", stocked.port)) as link:
        link.sendall(encode(AssociateRequest("ISOCENTER", title, contexts, UserInformation())))
        assert link.recv(1) in (b"\x02", b"\x03")
    stocked.child.wait_for(title[-3:])
    lines = stocked.call("log", "-n", 3).out
    assert "\x1b" not in lines
    assert all(re.match(r"\d{4}-\d\d-", line) for line in lines.splitlines())


def test_the_log_names_no_patient_unless_it_may(archive, disc, patients, tools):
    archive.call("send", archive.node, disc)
    key = f"PatientID={patients['ct1'].PatientID}"
    archive.call("find", archive.node, "-k", key)
    archive.call("get", archive.node, "-k", key, "--out", archive.home / "out")
    archive.call("log", "--debug")
    archive.call("find", archive.node, "-k", key)
    text = archive.call("log", "-n", 0).out + (archive.home / "main" / "log" / "isocenter.log").read_text()
    for image in patients.values():
        assert image.PatientID not in text
        assert str(image.PatientName) not in text


def test_the_log_names_patients_where_it_may(tools, home):
    port, http = tools.free_ports(2)
    child = tools.start("up", "--port", port, "--http", http, "--log-patient-data", home=home)
    try:
        child.wait_for("The log:")
        tools.call("find", f"ISOCENTER@127.0.0.1:{port}", "-k", "PatientName=DOE*", home=home)
        child.wait_for("asks for QueryRetrieveLevel=STUDY, PatientName=DOE*")
    finally:
        child.end()
