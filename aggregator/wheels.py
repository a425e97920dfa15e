"""Static files out of installed wheels: no third-party source is copied into the repository.

`collectstatic` gathers them like the apps' own; in development WhiteNoise finds them where they lie.
"""

from collections.abc import Iterable, Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from django.contrib.staticfiles.finders import BaseFinder
from django.core.files.storage import FileSystemStorage, Storage

PREFIX = "vendor"
# The name that pages use, the package whose wheel has the file, and where in it.
FILES = {"plotly.min.js": ("plotly", "package_data")}


class WheelFinder(BaseFinder):
    """Offers `vendor/…` for each of FILES and nothing else of those wheels."""

    def check(self, **kwargs: Any) -> list[Any]:
        """There is nothing to configure."""
        return []

    def find(self, path: str, find_all: bool = False, **kwargs: Any) -> Any:
        """Return where a file of this name lies, as Django's finders do."""
        name = path.removeprefix(f"{PREFIX}/")
        found = [str(_folder(name) / name)] if name != path and name in FILES else []
        return found[0] if found and not find_all else found

    def list(self, ignore_patterns: Iterable[str] | None) -> Iterator[tuple[str, Storage]]:
        """Yield each file with a storage that knows its prefix."""
        for name in FILES:
            storage = FileSystemStorage(location=_folder(name))
            storage.prefix = PREFIX  # type: ignore[attr-defined]  # collectstatic and WhiteNoise read it
            yield name, storage


def _folder(name: str) -> Path:
    package, folder = FILES[name]
    spec = find_spec(package)
    assert spec is not None, f"{package} is not installed."
    assert spec.origin is not None, f"{package} is no package with files."
    return Path(spec.origin).parent / folder
