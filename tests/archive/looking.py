"""What stands in an archive, asked for beside its own ways."""

from __future__ import annotations

from contextlib import closing

from isocenter.archive.check import Finding


def rows_of(archive, statement):
    """The rows of the index as they are on the disk."""
    with closing(archive.index.connect_reader()) as connection:
        return connection.execute(statement).fetchall()


def findings_of(archive, **how):
    """What a check has to say."""
    return [told for told in archive.check(**how) if isinstance(told, Finding)]


def content_of(archive, blob):
    """The data set of a blob."""
    with archive.open(blob) as opened:
        return opened.read(opened.dataset_offset, opened.byte_count)
