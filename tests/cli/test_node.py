import json

import pytest

from isocenter.cli.exits import Exit


@pytest.fixture
def node(home, tools):
    return lambda *arguments: tools.call("node", *arguments, home=home)


CT2 = ("add", "ct-room-2", "--aet", "CT2", "--host", "10.0.0.7")


def test_a_node_is_added_shown_listed_and_removed(node):
    added = node(*CT2, "--port", "11112", "--may", "echo,store", "--notes", "by the window", "--call-as", "US")
    assert (added.code, added.err) == (0, "")
    assert "ct-room-2 is CT2 at 10.0.0.7 port 11112." in added.out
    [shown] = node("show", "ct-room-2", "--json").json
    assert shown["operations"] == ["echo", "store"]
    assert shown["local_ae_title"] == "US"
    listed = node("list").out
    assert "echo,store" in listed
    assert "by the window" in listed
    assert len(listed.splitlines()) == 2
    removed = node("remove", "ct-room-2")
    assert "CT2 at 10.0.0.7 port 11112" in removed.out
    assert node("list", "--json").json == [[]]
    assert "No node yet" in node("list").out


def test_a_node_of_the_same_name_is_replaced(node):
    node(*CT2)
    assert node("add", "ct-room-2", "--aet", "CT2", "--host", "10.0.0.8", "--json").json[0]["host"] == "10.0.0.8"
    assert [one["host"] for one in node("list", "--json").json[0]] == ["10.0.0.8"]


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (("--aet", "x" * 17, "--host", "10.0.0.7"), "16"),
        (("--aet", "A\\B", "--host", "10.0.0.7"), "backslash"),
        (("--aet", "A", "--host", "0.0.0.0"), "every address"),
        (("--aet", "A", "--host", "http://10.0.0.7"), "web address"),
        (("--aet", "A", "--host", "10.1.2.3/16"), "10.1.0.0/16"),
        (("--aet", "A", "--host", "10.0.0.7", "--port", "70000"), "65535"),
        (("--aet", "A", "--host", "10.0.0.7", "--may", "echo,fly"), "fly is no operation"),
        (("--aet", "A", "--host", "10.0.0.7", "--prefer", "jpeg"), "transfer syntax"),
        (("--aet", "A", "--host", "10.0.0.7", "--notes", "x\x1b[2J"), "control characters"),
        (("--aet", "ISOCENTER", "--host", "127.0.0.1", "--port", "11112"), "this archive itself"),
    ],
)
def test_what_cannot_work_is_said_at_entry_and_not_kept(node, arguments, why):
    said = node("add", "x", *arguments)
    assert (said.code, why in said.err) == (Exit.USAGE, True), said.err
    assert node("list", "--json").json == [[]]


def test_what_is_doubtful_is_told_and_kept(node):
    said = node("add", "web", "--aet", "A", "--host", "10.0.0.7", "--port", "8080")
    assert (said.code, said.err.startswith("Mind: Port 8080")) == (0, True)


@pytest.mark.parametrize("verb", ["show", "remove", "test"])
def test_a_name_that_nobody_has_is_said_with_those_that_there_are(node, verb):
    node(*CT2)
    said = node(verb, "nosuch")
    assert said.code == Exit.USAGE
    assert "there are ct-room-2" in said.err


def test_a_change_is_in_force_in_an_archive_that_runs(strict, disc):
    add = ("add", "me", "--aet", "STATION", "--host", "127.0.0.1", "--port", "1", "--may")
    assert strict.call("send", strict.node, disc / "ct1", "--aet", "STATION").code == Exit.REJECTED
    assert strict.call("node", *add, "echo,store").code == 0
    assert strict.call("send", strict.node, disc / "ct1", "--aet", "STATION").code == 0
    assert strict.call("find", strict.node, "--aet", "STATION").code != 0
    assert strict.call("node", *add, "find").code == 0
    assert strict.call("find", strict.node, "--aet", "STATION").code == 0
    assert strict.call("send", strict.node, disc / "ct2", "--aet", "STATION").code != 0


def test_one_or_all_are_tested(stocked, node, tools):
    assert "No node yet that can be called" in node("test").out
    for name, port in (("good", stocked.port), ("dead", tools.free_ports(1)[0])):
        node("add", name, "--aet", name.upper(), "--host", "127.0.0.1", "--port", port)
    assert node("test", "good").code == 0
    assert node("test", "dead").code == Exit.NETWORK
    both = node("test")
    assert both.code == Exit.PARTLY
    assert "connection refused" in both.out
    assert {one["exit"] for one in node("test", "--json").json[0]} == {0, 3}


def test_a_range_can_call_and_cannot_be_called(node, home, tools):
    assert node("add", "ward", "--aet", "WARD", "--host", "10.1.0.0/16").code == 0
    said = tools.call("echo", "ward", home=home)
    assert (said.code, "cannot be called" in said.err) == (Exit.USAGE, True)
    assert "No node yet that can be called" in node("test").out


def test_a_saved_name_is_meant_exactly(node, home, tools):
    node(*CT2)
    assert "there is 'ct-room-2'" in tools.call("echo", "CT-Room-2", home=home).err


@pytest.mark.parametrize("format_", ["toml", "csv", "orthanc", "conquest", "dcmqrscp"])
def test_a_list_goes_out_and_comes_back(node, tmp_path, tools, format_):
    node(*CT2, "--port", "104")
    node("add", "ws", "--aet", "WS", "--host", "ws.example.org", "--port", "11113")
    assert node("export", tmp_path / "list", "--format", format_).out.startswith("2 nodes written to ")
    said = tools.call("node", "import", tmp_path / "list", "--format", format_, "--json", home=tmp_path / "elsewhere")
    assert said.code == 0, said.out
    assert {(one["ae_title"], one["host"], one["port"]) for one in said.json[0]["nodes"]} == {
        ("CT2", "10.0.0.7", 104), ("WS", "ws.example.org", 11113)
    }  # fmt: skip


def test_a_bad_line_does_not_lose_the_others(node, tmp_path):
    (tmp_path / "list.csv").write_text("name,aet,host,port\na,A,10.0.0.1,104\nb,B,10.0.0.2,x\nc,C,0.0.0.0,104\nd,D,10.0.0.4,104\n")
    said = node("import", tmp_path / "list.csv")
    assert said.code == Exit.PARTLY
    assert "2 nodes added or replaced" in said.out
    assert "line 3" in said.err
    assert [one["name"] for one in node("list", "--json").json[0]] == ["a", "d"]


@pytest.mark.parametrize("content", [b"", b"\x00\xff\xfe", b"{" * 5000, json.dumps([[[1]]]).encode()])
def test_a_file_that_is_no_list_is_a_mistake_of_usage(node, tmp_path, content):
    (tmp_path / "list").write_bytes(content)
    assert node("import", tmp_path / "list").code in (Exit.USAGE, 0)
    assert node("list", "--json").json == [[]]


def test_a_list_that_is_not_there_is_a_mistake_of_usage(node, tmp_path):
    assert node("import", tmp_path / "nowhere").code == Exit.USAGE


def test_a_foreign_list_cannot_drive_the_terminal(node, tmp_path):
    (tmp_path / "list.csv").write_text('name,aet,host,port\n"a\x1b[2J",A,10.0.0.1,104\n"b",B,"\x9bhost",104\n')
    said = node("import", tmp_path / "list.csv")
    assert not {"\x1b", "\x9b"} & set(said.out + said.err)


def test_who_was_turned_away_is_listed_with_the_line_that_lets_them_in(strict, disc):
    strict.call("send", strict.node, disc / "ct1", "--aet", "KNOCKER")
    said = strict.call("node", "callers")
    assert "KNOCKER" in said.out
    assert "isocenter node add" in said.out


def test_instances_on_one_computer_find_each_other(tools, tmp_path, disc):
    home = tmp_path / "home"
    ports = tools.free_ports(4)
    children = [
        tools.start("up", "--name", name, "--port", port, "--http", http, home=home)
        for name, port, http in (("one", ports[0], ports[1]), ("two", ports[2], ports[3]))
    ]
    try:
        for child in children:
            child.wait_for("The log:")
        said = tools.call("node", "scan", "--local", "--name", "one", home=home)
        assert said.out == f"ONE (port {ports[0]}) and TWO (port {ports[2]}) know each other now.\n"
        assert tools.call("echo", "two", "--name", "one", home=home).code == 0
        assert tools.call("echo", "one", "--name", "two", home=home).code == 0
        assert tools.call("send", "one", disc / "ct1", "--name", "two", home=home).code == 0
        moved = tools.call("move", "one", "--to", "TWO", "-k", "PatientID=*", "-l", "patient", "--name", "two", home=home)
        assert moved.out == "3 instances moved to TWO.\n"
    finally:
        for child in children:
            assert child.end().code == 0
    listed = tools.call("instances", home=home)
    assert [line.split()[0] for line in listed.out.splitlines()[1:]] == ["one", "two"]
    assert listed.out.count("stopped") == 2


def test_a_scan_of_nobody_and_a_scan_of_everything(node):
    assert "no other instance" in node("scan", "--local").out
    assert node("scan").code == Exit.USAGE
