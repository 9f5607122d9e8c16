"""Files that come with a form."""

from dataclasses import dataclass
from typing import Any

from litestar.datastructures import UploadFile

from gridcrm.core.errors import InvalidInput

_LONGEST_NAME = 200


@dataclass(frozen=True)
class Upload:
    """A file as somebody sent it; the name is theirs and never becomes a path."""

    filename: str
    content: bytes


async def optional_upload(data: dict[str, Any], field: str = "file") -> Upload | None:
    """Take the file out of a form, None if nothing was chosen."""
    given = data.pop(field, None)
    if not isinstance(given, UploadFile):
        return None
    content = await given.read()
    await given.close()
    return Upload(given.filename[-_LONGEST_NAME:], content)


async def needed_upload(data: dict[str, Any], field: str = "file") -> Upload:
    """Take the file out of a form that can't do without."""
    upload = await optional_upload(data, field)
    if upload is None or not upload.content:
        raise InvalidInput({field: "Choose a file that is not empty."})
    return upload
