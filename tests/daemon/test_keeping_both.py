"""Both sides of a contradiction stay: the second under UIDs of its own, which follow from those that it came with."""

from __future__ import annotations

import pytest
from tests.web.houses import lived

from isocenter.archive.check import Finding
from isocenter.base.clock import SystemClock
from isocenter.base.errors import LocalError
from isocenter.daemon.keeping_both import KeepingBoth, new_uids
from isocenter.lab import phantom
from isocenter.model.attributes import Level
from isocenter.model.query import Query


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    with lived(tmp_path_factory.mktemp("houses") / "here") as opened:
        yield opened


@pytest.fixture
def here(house):
    """The house, emptied afterwards: its processes take a second to start."""
    yield house
    for one in asides(house):
        house.house.archive.remove_set_aside(one.id)
    for one in instances(house):
        house.house.archive.remove(Level.IMAGE, one.sop_instance_uid)


@pytest.fixture
def both(here):
    return KeepingBoth(here.house.archive, here.api.quarantine, here.house.pictures, SystemClock())


def asides(here):
    return list(here.api.quarantine.set_aside())


def instances(here):
    return list(here.house.catalogue.instances(Query(Level.IMAGE)))


def series(**values):
    """Three images of one series, changed."""
    images = list(phantom.ct_series(1, slices=3, side_pixels=16))
    for image in images:
        for keyword, value in values.items():
            setattr(image, keyword, value)
    return images


def test_other_values_under_one_uid_become_an_image_of_the_same_series(here, both):
    here.keep(series())
    here.keep(series(InstanceNumber="77"))
    for one in asides(here):
        assert both.keep(one.id)
    assert asides(here) == []
    found = instances(here)
    assert len(found) == 6
    assert len({one.series_instance_uid for one in found}) == 1
    assert [finding for finding in here.house.archive.check() if isinstance(finding, Finding)] == []


def test_images_of_another_patient_become_one_study_of_that_patient(here, both):
    here.keep(series())
    others = series(PatientID="SOMEBODY", PatientName="ELSE^X")
    for number, image in enumerate(others):
        image.SOPInstanceUID = image.file_meta.MediaStorageSOPInstanceUID = f"2.25.9{number}"
    here.keep(others)
    assert len(asides(here)) == 3
    for one in asides(here):
        assert both.keep(one.id)
    studies = {one.study_instance_uid for one in instances(here)}
    assert len(studies) == 2
    moved = [one for one in instances(here) if one.attributes["PatientID"] == "SOMEBODY"]
    assert len({(one.study_instance_uid, one.series_instance_uid) for one in moved}) == 1
    assert len(moved) == 3


def test_patients_of_two_issuers_with_one_number_and_name_become_two_studies(here, both):
    here.keep(series())
    for issuer in ("NORTH", "SOUTH"):
        here.keep(series(PatientID="4711", PatientName="DOE^JOHN", IssuerOfPatientID=issuer))
        for aside in asides(here):
            assert both.keep(aside.id)
    found = instances(here)
    assert len(found) == 9
    assert len({one.study_instance_uid for one in found}) == 3


def test_what_is_kept_says_what_it_was(here, both):
    here.keep(series())
    here.keep(series(InstanceNumber="77")[:1])
    [one] = asides(here)
    both.keep(one.id)
    place = new_uids(one)["SOPInstanceUID"]
    stored = here.house.catalogue.instance(place)
    assert stored is not None
    with here.house.archive.open(stored.blob) as blob:
        content = blob.read(blob.dataset_offset, blob.byte_count)
    assert one.instance.sop_instance_uid.encode() in content
    assert b"ISOCENTER_01" in content
    assert stored.received == one.instance.received


def test_a_second_time_does_nothing_twice(here, both):
    here.keep(series())
    here.keep(series(InstanceNumber="77")[:1])
    [one] = asides(here)
    both.keep(one.id)
    here.keep(series(InstanceNumber="77")[:1])
    [again] = asides(here)
    assert new_uids(again) == new_uids(one)
    assert both.keep(one.id) is False


def test_a_damaged_one_is_refused_and_stays_set_aside(here, both):
    here.keep(series())
    here.keep(series(InstanceNumber="77")[:1])
    [one] = asides(here)
    path = here.house.archive.path(one.instance.blob)
    with open(path, "r+b") as file:
        file.truncate(file.seek(0, 2) - 20)
    with pytest.raises(LocalError, match="cannot be read"):
        both.keep(one.id)
    assert asides(here) == [one]
    assert len(instances(here)) == 3
