import pytest
from hypothesis import given
from hypothesis import strategies as st

from isocenter.base.errors import UsageError
from isocenter.model.records import Node
from isocenter.nodes.entry import Self, admitted, examine

OWN = Self("ISOCENTER", 11112, frozenset({"192.168.1.20", "127.0.0.1"}))


def node(**changed):
    return Node(**({"name": "ct", "ae_title": "CT1", "host": "10.0.0.7", "port": 104} | changed))


def faults(*arguments, **named):
    return [finding.sentence for finding in examine(*arguments, **named) if finding.fault]


def warnings(*arguments, **named):
    return [finding.sentence for finding in examine(*arguments, **named) if not finding.fault]


def test_a_good_node_is_admitted_without_a_word():
    assert examine(node(), [], own=OWN) == ()


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"name": " "}, "needs a name"),
        ({"name": "x" * 65}, "65 characters"),
        ({"name": "a@b"}, "contains an @"),
        ({"name": "a\nb"}, "control character"),
        ({"ae_title": ""}, "cannot be empty"),
        ({"ae_title": "   "}, "cannot be empty"),
        ({"ae_title": "A" * 17}, "has 17 characters"),
        ({"ae_title": "A\\B"}, "contains"),
        ({"ae_title": "A\tB"}, "contains"),
        ({"ae_title": "RÖNTGEN"}, "contains"),
        ({"host": ""}, "has no host"),
        ({"host": "0.0.0.0"}, "every address of one's own"),
        ({"host": "::"}, "every address of one's own"),
        ({"host": "224.0.0.1"}, "many receivers"),
        ({"host": "255.255.255.255"}, "many receivers"),
        ({"host": "256.1.1.1"}, "looks like an address but is none"),
        ({"host": "10.0.0"}, "looks like an address but is none"),
        ({"host": "010.000.000.007"}, "looks like an address but is none"),
        ({"host": "http://ct"}, "is a web address"),
        ({"host": "10.0.0.7:104"}, "contains a port"),
        ({"host": "ct room 2"}, "neither an address nor a host name"),
        ({"host": "-ct"}, "neither an address nor a host name"),
        ({"host": "ct..org"}, "neither an address nor a host name"),
        ({"host": "a" * 254}, "254 characters"),
        ({"host": "*"}, "neither an address nor a host name"),
        ({"host": "10.1.2.3/16"}, "the range around it is 10.1.0.0/16"),
        ({"host": "10.1.0.0/99"}, "is not a network range"),
        ({"host": "abc/8"}, "is not a network range"),
        ({"port": 0}, "Port 0 does not exist"),
        ({"port": -1}, "Port -1 does not exist"),
        ({"port": 65536}, "Port 65536 does not exist"),
        ({"operations": frozenset({"echo", "print"})}, "print is no operation"),
        ({"transfer_syntaxes": ("JPEG",)}, "no transfer syntax UID"),
        ({"transfer_syntaxes": ("1." * 40 + "1",)}, "no transfer syntax UID"),
        ({"pdu_bytes_max": 10}, "cannot work"),
        ({"associations_max": 0}, "at least one association"),
        ({"character_set": "UTF-8"}, "ISO_IR 192"),
        ({"local_ae_title": "A" * 17}, "The title to call ct with"),
        ({"notes": "x" * 2001}, "2001 characters"),
        ({"notes": "bell\a"}, "control characters"),
        ({"dicomweb_url": "pacs/dicom-web"}, "begins with http:// or https://"),
        ({"dicomweb_url": "ftp://pacs/x"}, "begins with http:// or https://"),
        ({"dicomweb_url": "http://"}, "begins with http:// or https://"),
        ({"dicomweb_url": "http://pacs:99999/x"}, "begins with http:// or https://"),
        ({"dicomweb_url": "http://pacs/a b"}, "begins with http:// or https://"),
        ({"dicomweb_url": "http://pacs/\r\nX: y"}, "begins with http:// or https://"),
        ({"dicomweb_url": "http://me:secret@pacs/x"}, "ends with its path"),
        ({"dicomweb_url": "http://pacs/x?a=b"}, "ends with its path"),
        ({"dicomweb_url": "http://pacs/" + "x" * 1000}, "1012 characters"),
    ],
)
def test_what_cannot_work_is_said_at_entry(changed, said):
    found = faults(node(**changed))
    assert len(found) == 1
    assert said in found[0]


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"ae_title": " CT1 "}, "spaces around"),
        ({"ae_title": "C*T"}, "not at the end"),
        ({"host": "0.0.0.0/0"}, "every computer there is"),
        ({"host": "localhost"}, "only if ct runs on it too"),
        ({"port": 8042}, "usually a web server's"),
        ({"transfer_syntaxes": ("1.2.3.4",)}, "knows no transfer syntax"),
        ({"associations_max": 9}, "4 are used"),
        ({"ae_title": "ISOCENTER"}, "this archive's own title"),
    ],
)
def test_what_is_doubtful_is_a_warning(changed, said):
    assert faults(node(**changed), own=OWN) == []
    found = warnings(node(**changed), own=OWN)
    assert len(found) == 1
    assert said in found[0]


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1"])
def test_this_computers_own_address_cannot_reach_another_one(host):
    assert "leads here" in faults(node(host=host), remote=True)[0]
    assert examine(node(host=host), remote=False) == ()


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "192.168.1.20"])
def test_the_archive_itself_is_no_node(host):
    assert "is this archive itself" in faults(node(ae_title="ISOCENTER", host=host, port=11112), own=OWN)[0]
    assert "this archive's own" in faults(node(host=host, port=11112), own=OWN)[0]
    assert faults(node(ae_title="WORKSTATION", host=host, port=11113), own=OWN) == []


def test_a_title_belongs_to_one_device():
    other = node(name="old ct", host="10.0.0.8")
    assert "old ct at 10.0.0.8 port 104 already has the AE title CT1" in faults(node(), [other])[0]
    assert "already known as old ct" in warnings(node(), [node(name="old ct")])[0]
    assert faults(node(host="10.0.0.0/24"), [other]) == []


def test_an_entry_does_not_collide_with_its_own_earlier_form():
    assert examine(node(host="10.0.0.9"), [node()]) == ()


def test_titles_and_names_that_differ_only_in_case_are_told():
    assert "upper and lower case" in warnings(node(), [node(name="x", ae_title="ct1", host="10.0.0.8")])[0]
    assert "upper and lower case" in warnings(node(), [node(name="CT", ae_title="OTHER", host="10.0.0.8")])[0]


def test_spaces_around_texts_are_taken_off_when_admitted():
    kept, _ = admitted(node(name=" ct ", ae_title=" CT1", host=" 10.0.0.7 "))
    assert kept == node()


def test_every_fault_is_in_the_error():
    with pytest.raises(UsageError, match=r"Port 0 does not exist.*") as error:
        admitted(node(ae_title="A\\B", port=0, host="0.0.0.0"))
    assert "0.0.0.0 means" in str(error.value)
    assert "backslash" in str(error.value)


@given(
    st.builds(
        Node,
        name=st.text(max_size=70),
        ae_title=st.text(max_size=20),
        host=st.text(max_size=40) | st.from_regex(r"[0-9./:*\[\]%]{0,20}", fullmatch=True),
        port=st.integers(),
        operations=st.frozensets(st.text(max_size=6), max_size=3),
        transfer_syntaxes=st.lists(st.text(max_size=10), max_size=2).map(tuple),
        pdu_bytes_max=st.integers(),
        associations_max=st.integers(),
        character_set=st.text(max_size=10),
        local_ae_title=st.text(max_size=20),
        notes=st.text(max_size=30),
        dicomweb_url=st.text(max_size=30) | st.from_regex(r"https?://[a-z0-9:@\[\]/?#%]{0,20}", fullmatch=True),
    )
)
def test_any_entry_gets_sentences_and_faults_come_first(entry):
    found = examine(entry, [node(name="other")], own=OWN)
    assert all(finding.sentence.endswith((".", "?")) for finding in found)
    assert [finding.fault for finding in found] == sorted((finding.fault for finding in found), reverse=True)
