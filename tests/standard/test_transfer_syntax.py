"""Transfer syntaxes: their properties follow the standard's rules, for unknown ones too."""

import sys
from pathlib import Path

import pytest
from pydicom._uid_dict import UID_dictionary
from pydicom.uid import UID

from isocenter.standard import transfer_syntax as ts

ELSEWHERE = ("1.2.840.10008.1.2.4.94", "1.2.840.10008.1.2.4.95", "1.2.840.10008.1.2.4.204", "1.2.840.10008.1.2.4.205")


def test_every_syntax_of_the_dictionary_is_in_the_table():
    known = {uid for uid, row in UID_dictionary.items() if row[1] == "Transfer Syntax"}
    assert known <= set(ts.BY_UID)
    assert {f"1.2.840.10008.1.2.4.{n}" for n in (110, 111, 112, 201, 202, 203)} | {"1.2.840.10008.1.2.8.1"} <= set(ts.BY_UID)


@pytest.mark.parametrize("syntax", [s for s in ts.ALL if not s.retired], ids=lambda s: s.name)
def test_byte_order_vr_and_deflation_agree_with_pydicom(syntax):
    theirs = UID(syntax.uid)
    if theirs not in UID_dictionary:
        assert (syntax.little_endian, syntax.explicit_vr, syntax.encapsulated, syntax.deflated) == (True, True, True, False)
        return
    assert syntax.little_endian == theirs.is_little_endian
    assert syntax.explicit_vr == (not theirs.is_implicit_VR)
    if syntax.uid not in ELSEWHERE:
        assert syntax.deflated == theirs.is_deflated
    if not syntax.referenced and not syntax.uid.startswith("1.2.840.10008.1.2.7."):
        assert syntax.encapsulated == theirs.is_compressed


def test_lossless_syntaxes_are_not_called_lossy():
    lossless = {s.uid.removeprefix("1.2.840.10008.1.2.") for s in ts.ALL if s.encapsulated and not s.lossy}
    assert lossless == {
        "1.98", "4.57", "4.58", "4.65", "4.66", "4.70", "4.80", "4.90", "4.92", "4.110", "4.201", "4.202", "5", "8.1"
    }  # fmt: skip


def test_video_is_known_as_such():
    assert {s.uid.split(".")[7] for s in ts.ALL if s.video} == {str(n) for n in range(100, 109)}


def test_an_unknown_syntax_is_read_as_encapsulated_explicit_little_endian():
    syntax = ts.of("1.2.3.4")
    assert (syntax.little_endian, syntax.explicit_vr, syntax.encapsulated, syntax.standard) == (True, True, True, False)
    assert "1.2.3.4" in ts.name_of("1.2.3.4")


def test_the_committed_registries_are_what_the_generator_writes():
    sys.path.insert(0, str(Path(__file__).parents[2] / "tools"))
    try:
        import generate_uid_registry as generator
    finally:
        sys.path.pop(0)
    assert (generator.ROOMS / "transfer_syntax_registry.py").read_text(encoding="utf-8") == generator.transfer_syntaxes()
    if not generator.PUBLISHED.exists():
        pytest.skip("../shared/standard/sops.json is not here, so the SOP class registry cannot be regenerated")
    assert (generator.ROOMS / "sop_class_registry.py").read_text(encoding="utf-8") == generator.sop_classes()
