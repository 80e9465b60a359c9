"""The archive as a whole: what goes in is found again, bit for bit; one folder serves one server."""

from __future__ import annotations

import subprocess
import sys

import pytest
from tests.archive.looking import content_of

from isocenter.archive.archive import Archive
from isocenter.base.errors import UsageError
from isocenter.model.records import Stored


def test_an_instance_is_stored_bit_for_bit_and_survives_the_end_of_the_process(tmp_path, instance, arrival):
    content = instance(pixels=bytes(range(256)) * 2000)
    with Archive(tmp_path) as archive:
        reception = archive.begin(arrival())
        for offset in range(0, len(content), 16_378):
            reception.write(memoryview(content)[offset : offset + 16_378])
        result = reception.finish()
        assert isinstance(result, Stored)
        assert content_of(archive, result.instance.blob) == content
    with Archive(tmp_path) as archive:
        assert archive.recovered.rows_checked == 0
        assert content_of(archive, result.instance.blob) == content


def test_two_servers_on_one_folder_are_refused_and_the_holder_is_named(tmp_path):
    with Archive(tmp_path):
        program = (
            "import sys; from pathlib import Path; from isocenter.archive.archive import Archive\n"
            "from isocenter.base.errors import UsageError\n"
            "try: Archive(Path(sys.argv[1]))\n"
            "except UsageError as error: print(error)"
        )
        other = subprocess.run([sys.executable, "-c", program, str(tmp_path)], capture_output=True, text=True, check=True)
        assert "in use by process" in other.stdout
        with pytest.raises(UsageError, match="in use"):
            Archive(tmp_path)
    Archive(tmp_path).close()


def test_a_folder_is_free_again_when_opening_it_failed(tmp_path):
    (tmp_path / "index").mkdir()
    (tmp_path / "index" / "index-0001.sqlite").write_bytes(b"no database" * 100)
    for _ in range(2):
        with pytest.raises(UsageError, match="reindex"):
            Archive(tmp_path)
