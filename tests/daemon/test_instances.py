import os

import pytest

from isocenter.archive.folder_lock import FolderLock
from isocenter.base.config import Settings
from isocenter.base.errors import UsageError
from isocenter.daemon import instances


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("ISOCENTER_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def test_without_a_name_there_is_one_main_instance(home):
    assert instances.place() == instances.Place("main", home / "main")


@pytest.mark.parametrize("name", ["..", "../x", "a/b", "", "-x", "x" * 33, "a\\b", "ü"])
def test_a_name_that_could_leave_the_home_folder_is_refused(name):
    with pytest.raises(UsageError, match="cannot be used"):
        instances.place(name)


def test_a_data_folder_may_not_be_a_file(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(UsageError, match="is a file"):
        instances.place(data=tmp_path / "file")


def started(name, flags=None):
    place = instances.place(name)
    settings = instances.settle(place, flags or {})
    instances.remember(place, settings)
    return settings


def test_a_new_named_instance_gets_its_own_title_and_ports_and_keeps_them():
    first, second = started("workstation"), started("ct-room_2")
    assert (first.aet, second.aet) == ("WORKSTATION", "CT-ROOM_2")
    assert len({first.port, first.http, second.port, second.http}) == 4
    assert started("workstation") == first


def test_a_start_that_fails_leaves_nothing_behind(home):
    instances.settle(instances.place("workstation"), {"port": 1})
    assert not home.exists()


def test_a_folder_that_holds_only_nodes_so_far_gets_a_title_too(home):
    (home / "workstation" / "index").mkdir(parents=True)
    assert started("workstation").aet == "WORKSTATION"


def test_the_main_instance_keeps_its_ports_before_its_first_start_too():
    settings = instances.settle(instances.place("workstation"), {})
    assert {settings.port, settings.http}.isdisjoint({Settings().port, Settings().http})


def test_flags_of_the_first_start_are_kept_for_a_named_instance():
    started("lab", {"aet": 'LAB "1"', "port": 4000, "http": 0})
    assert started("lab") == Settings(aet='LAB "1"', port=4000, http=0)


def test_the_main_instance_keeps_the_defaults():
    assert instances.settle(instances.place(), {}) == Settings()


def test_a_running_instance_is_found_until_it_withdraws(tmp_path):
    place = instances.place(data=tmp_path / "elsewhere")
    place.folder.mkdir()
    lock = FolderLock(place.folder)
    instances.announce(place, Settings(port=4711), "2026-01-01T00:00:00Z")
    found = instances.running(place)
    assert found is not None
    assert (found.pid, found.port, found.address) == (os.getpid(), 4711, "127.0.0.1")
    assert place in instances.everywhere()
    instances.withdraw(place)
    assert instances.running(place) is None
    lock.release()


def test_an_announcement_without_the_lock_counts_for_nothing_though_the_process_number_lives(tmp_path):
    place = instances.place(data=tmp_path / "dead")
    place.folder.mkdir()
    instances.announce(place, Settings(), "")
    assert instances.running(place) is None


@pytest.mark.parametrize(("listen", "address"), [("", "127.0.0.1"), ("0.0.0.0", "127.0.0.1"), ("10.0.0.7", "10.0.0.7")])
def test_programs_of_this_computer_are_told_where_the_port_is(listen, address):
    assert instances.address_of(Settings(listen=listen)) == address


@pytest.mark.parametrize("text", ["", "{", "[]", '{"pid": 1}', "\x00"])
def test_a_damaged_announcement_counts_for_nothing(tmp_path, text):
    place = instances.place(data=tmp_path)
    (tmp_path / "running.json").write_text(text)
    assert instances.running(place) is None


def test_all_instances_are_listed_the_main_one_first():
    for name in ("b", "main", "a"):
        instances.place(name).folder.mkdir(parents=True)
    assert [place.name for place in instances.everywhere()] == ["main", "a", "b"]
