"""SOP classes: names, storage, and what each Query/Retrieve class does."""

import pynetdicom.sop_class
import pytest
from pydicom._uid_dict import UID_dictionary
from pynetdicom import AllStoragePresentationContexts

from isocenter.standard import sop_class


def test_every_storage_class_that_pynetdicom_offers_is_storage():
    assert {context.abstract_syntax for context in AllStoragePresentationContexts} <= set(sop_class.STORAGE)


def test_storage_commitment_and_dicomdir_are_not_storage():
    assert not {sop_class.STORAGE_COMMITMENT_PUSH, sop_class.MEDIA_STORAGE_DIRECTORY} & set(sop_class.STORAGE)


def test_retired_storage_classes_are_accepted_and_marked():
    retired_ultrasound = "1.2.840.10008.5.1.4.1.1.6"
    assert retired_ultrasound in sop_class.STORAGE
    assert retired_ultrasound in sop_class.RETIRED
    assert sop_class.CT_IMAGE not in sop_class.RETIRED


def test_non_patient_classes_are_storage():
    assert set(sop_class.STORAGE) >= sop_class.NON_PATIENT_STORAGE


@pytest.mark.parametrize(("uid", "meaning"), sop_class.QUERY_RETRIEVE.items())
def test_query_retrieve_operations_agree_with_their_names(uid, meaning):
    name = sop_class.name_of(uid)
    assert name.endswith(f"- {meaning.operation.upper()}")
    assert name.startswith(meaning.root.split()[0])


def test_constants_are_the_classes_that_their_names_say():
    for constant, uid in vars(sop_class).items():
        if constant.isupper() and isinstance(uid, str):
            words = UID_dictionary[uid][0].upper().replace("-", " ").replace("/", " ").split()
            assert set(constant.split("_")) <= {*words, "INSTANCE"}, constant


def test_an_unknown_class_is_named_by_its_uid():
    assert sop_class.name_of("1.2.3") == "unknown SOP class 1.2.3"
    assert pynetdicom.sop_class.Verification == sop_class.VERIFICATION
