"""The index is made and migrated by Alembic, and a current one costs no import of it."""

from __future__ import annotations

import sqlite3
import subprocess
import sys

import pytest

from isocenter.archive import migrations, schema
from isocenter.archive.index_file import CURRENT, IndexFile, connect, lengthen_log
from isocenter.base.errors import UsageError
from isocenter.base.limits import INDEX_WAL_PAGES


def test_a_new_index_has_the_current_revision_and_is_then_left_alone(tmp_path):
    path = tmp_path / "index-0001.sqlite"
    assert migrations.bring_up_to_date(path)
    assert migrations.revision_of(path) == schema.REVISION
    assert not migrations.bring_up_to_date(path)


def test_the_migrations_make_exactly_the_tables_that_the_schema_names(tmp_path):
    import sqlalchemy
    from alembic.autogenerate import compare_metadata
    from alembic.runtime.migration import MigrationContext

    from isocenter.archive.tables import METADATA

    path = tmp_path / "index-0001.sqlite"
    migrations.bring_up_to_date(path)
    engine = sqlalchemy.create_engine(f"sqlite:///{path}", poolclass=sqlalchemy.NullPool)
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), METADATA) == []


def test_an_index_of_a_newer_software_is_refused_untouched(tmp_path):
    path = tmp_path / "index-0001.sqlite"
    migrations.bring_up_to_date(path)
    connection = connect(path)
    connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.close()
    with pytest.raises(UsageError, match="9999"):
        migrations.bring_up_to_date(path)
    assert migrations.revision_of(path) == "9999"


def test_a_foreign_database_and_a_damaged_file_are_refused_with_the_cure(tmp_path):
    foreign = tmp_path / "foreign.sqlite"
    connection = sqlite3.connect(foreign)
    connection.execute("CREATE TABLE letters (text)")
    connection.commit()
    connection.close()
    with pytest.raises(UsageError, match="not an index"):
        migrations.bring_up_to_date(foreign)
    damaged = tmp_path / "damaged.sqlite"
    damaged.write_bytes(b"no database" * 1000)
    with pytest.raises(UsageError, match="reindex"):
        migrations.bring_up_to_date(damaged)


def test_the_start_with_a_current_index_imports_neither_sqlalchemy_nor_alembic(tmp_path):
    path = tmp_path / "index-0001.sqlite"
    migrations.bring_up_to_date(path)
    program = (
        "import sys; from pathlib import Path; from isocenter.archive.migrations import bring_up_to_date;"
        "bring_up_to_date(Path(sys.argv[1])); sys.exit('sqlalchemy' in sys.modules or 'alembic' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", program, str(path)], check=False).returncode == 0


def test_the_pointer_to_the_current_index_names_a_file_beside_it_and_nothing_else(tmp_path):
    assert IndexFile(tmp_path).path.name == "index-0001.sqlite"
    (tmp_path / CURRENT).write_text("index-0002.sqlite\n")
    assert IndexFile(tmp_path).path == tmp_path / "index-0002.sqlite"
    for name in ("../index-0002.sqlite", "index-/etc.sqlite", "", "blobs"):
        (tmp_path / CURRENT).write_text(name)
        with pytest.raises(UsageError, match="current"):
            IndexFile(tmp_path)


def test_readers_cannot_write_and_learn_that_the_index_moved(tmp_path):
    index = IndexFile(tmp_path)
    migrations.bring_up_to_date(index.path)
    reader = index.connect_reader()
    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        reader.execute("INSERT INTO setting VALUES ('x', '1')")
    reader.close()
    before = index.generation
    index.moved(tmp_path / "index-0002.sqlite")
    assert index.generation > before
    assert index.path.name == "index-0002.sqlite"


def test_a_log_of_full_length_is_written_in_place_and_read_after_a_crash(tmp_path):
    index = IndexFile(tmp_path)
    migrations.bring_up_to_date(index.path)
    connection = connect(index.path)
    connection.execute("SELECT count(*) FROM setting").fetchone()
    lengthen_log(index.path)
    log = index.path.with_name(f"{index.path.name}-wal")
    length = log.stat().st_size
    assert length >= INDEX_WAL_PAGES * 4096
    for number in range(50):
        connection.execute("INSERT INTO setting VALUES (?, '1')", (f"name {number}",))
    assert log.stat().st_size == length
    for name in (index.path.name, log.name):
        (tmp_path / "image").mkdir(exist_ok=True)
        (tmp_path / "image" / name).write_bytes((tmp_path / name).read_bytes())
    connection.close()
    after = connect(tmp_path / "image" / index.path.name)
    assert after.execute("SELECT count(*) FROM setting").fetchone() == (50,)
    after.close()
