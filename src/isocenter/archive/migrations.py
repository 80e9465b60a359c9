"""Bring an index file to the schema that this software speaks.

A current index costs one small question. Only a new or an older one loads Alembic, which runs the scripts of `versions/`; an older
one is first copied beside itself. An index of a newer software is refused, never touched.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

from isocenter.archive.index_file import connect
from isocenter.archive.schema import REVISION
from isocenter.base.errors import UsageError


def revision_of(path: Path) -> str | None:
    """The schema revision of an index file; None where there is no index yet. `UsageError` for a file that is none."""
    if not path.exists() or path.stat().st_size == 0:
        return None
    connection = connect(path)
    try:
        row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    except sqlite3.OperationalError:
        if connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0] == 0:
            return None
        raise UsageError(f"{path} is a database, and not an index of Isocenter") from None
    finally:
        connection.close()
    return str(row[0]) if row else None


def bring_up_to_date(path: Path) -> bool:
    """Make the index at `path`, or migrate it; True when anything was done.

    `UsageError` when the file is damaged, foreign, or of a newer software.
    """
    try:
        found = revision_of(path)
    except sqlite3.DatabaseError as error:
        raise UsageError(
            f"The index {path} cannot be read ({error}): restore it, or rebuild it from the blobs with reindex"
        ) from error
    if found == REVISION:
        return False
    _migrate(path, found)
    return True


def _migrate(path: Path, found: str | None) -> None:
    import sqlalchemy
    from alembic.config import Config
    from alembic.runtime.environment import EnvironmentContext
    from alembic.script import ScriptDirectory

    from isocenter.archive.tables import METADATA

    here = Path(__file__).parent
    scripts = ScriptDirectory(str(here), version_locations=[str(here / "versions")])
    known = {script.revision for script in scripts.walk_revisions()}
    if found is not None:
        if found not in known:
            raise UsageError(f"The index {path} has schema {found}, which a newer Isocenter wrote: update this one")
        _copy(path, path.with_name(f"{path.name}.before-{REVISION}"))
    engine = sqlalchemy.create_engine("sqlite://", creator=lambda: connect(path, create=True), poolclass=sqlalchemy.NullPool)

    def steps(revision: Any, _context: Any) -> Any:
        return scripts._upgrade_revs(REVISION, revision)

    with engine.connect() as connection, EnvironmentContext(Config(), scripts, fn=steps, destination_rev=REVISION) as environment:
        connection.exec_driver_sql("BEGIN IMMEDIATE")
        environment.configure(connection=connection, target_metadata=METADATA, transactional_ddl=False)
        environment.run_migrations()
        connection.commit()


def _copy(source: Path, target: Path) -> None:
    original, copy = connect(source), connect(target, create=True)
    try:
        original.backup(copy)
    finally:
        copy.close()
        original.close()
