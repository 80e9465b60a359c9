from hypothesis import given
from hypothesis import strategies as st

from isocenter.model.records import Node
from isocenter.nodes.dcmqrscp_config import read, write

HOSTS = """# a configuration
NetworkTCPPort  = 104
HostTable BEGIN
#old            = (OLD, oldhost, 104)
acme1           = (ACME1, acmehost1, 5678)
acme2           = (ACME2, acmehost2, 5678)   # in the cellar
pair            = (P1, h1, 104), (P2, h2, 104)
acmeCTcompany   = acme1, acme2
everybody       = acmeCTcompany, pair
HostTable END
VendorTable BEGIN
"Acme CT Company"   = acmeCTcompany
VendorTable END
"""
AREAS = """AETable BEGIN
ACME_STORE  "/var/lib/my db" RW (9, 1024mb) acme1
READ        /var/lib/db/READ R  (200, 1024mb) acmeCTcompany
AETable END
"""


def test_names_are_read_and_groups_and_vendors_are_told():
    found = read(HOSTS)
    assert [(node.name, node.ae_title, node.host, node.port) for node in found.nodes] == [
        ("acme1", "ACME1", "acmehost1", 5678),
        ("acme2", "ACME2", "acmehost2", 5678),
        ("pair-1", "P1", "h1", 104),
        ("pair-2", "P2", "h2", 104),
    ]
    assert [(finding.line, finding.fault) for finding in found.findings] == [(8, False), (9, False), (12, False)]


def test_without_storage_areas_everybody_may_do_everything():
    assert read(HOSTS).nodes[0].operations == {"echo", "store", "find", "move", "get"}


def test_storage_areas_say_who_may_do_what():
    nodes = {node.name: node.operations for node in read(HOSTS + AREAS).nodes}
    assert nodes["acme1"] == {"echo", "store", "find", "move", "get"}
    assert nodes["acme2"] == {"echo", "find", "move", "get"}
    assert nodes["pair-1"] == {"echo"}
    anybody = {
        node.name: node.operations for node in read(HOSTS + AREAS.replace("acmeCTcompany", "ANY").replace(" R ", " W ")).nodes
    }
    assert anybody["pair-2"] == {"echo", "store"}


def test_one_bad_line_costs_itself_only():
    rows = ["HostTable BEGIN", "rubbish", "a = (A, h", "b = (B, h, x)", "c = (C, h)", "= (D, h, 1)", "e =", "f = (F, h, 104)",
            "f = (G, h, 104)", "g = nobody", "h = (H, 0.0.0.0, 104)", "HostTable END",
            "AETable BEGIN", "rubbish", "X dir RW (1, 1mb) ghost", "AETable END"]  # fmt: skip
    found = read("\n".join(rows))
    assert [node.name for node in found.nodes] == ["f"]
    assert [finding.line for finding in found.findings if finding.fault] == [2, 3, 4, 5, 6, 7, 9, 10, 11, 14]


def test_groups_that_name_each_other_end():
    found = read(
        "HostTable BEGIN\na = (A, h, 104)\ng = f, a\nf = g\nHostTable END\nAETable BEGIN\nX dir W (1, 1mb) f\nAETable END\n"
    )
    assert found.nodes[0].operations == {"echo", "store"}


def test_other_text_holds_no_host_table():
    assert "no HostTable" in read("x = 1\n").findings[0].sentence
    assert "no END" in read("HostTable BEGIN\na = (A, h, 104)\n").findings[0].sentence


def test_names_are_made_into_one_word_and_stay_apart():
    found = write([Node("ct room", "A", "h"), Node("ct_room", "B", "h2"), Node("my", "MY CT", "h"), Node("v", "V*", "*")])
    assert [(node.name, node.ae_title) for node in read(found.text).nodes] == [("ct_room", "A"), ("ct_room_2", "B")]
    assert [finding.fault for finding in found.findings] == [False, False, True, True]


@given(st.text(alphabet="ab=(), \n#RWY12", max_size=200))
def test_any_text_gives_findings_or_nodes_and_never_an_error(text):
    read(f"HostTable BEGIN\n{text}\nHostTable END\nAETable BEGIN\n{text}")
