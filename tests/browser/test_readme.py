"""The README's pictures: there, told in words, and light enough for a page."""

import re
import struct

from tests.browser.readme import FOLDER, MOST_BYTES, WIDTH

README = FOLDER.parent.parent / "README.md"
PICTURE = re.compile(r"!\[([^\]]*)\]\((docs/screenshots/[\w-]+\.png)\)")


def test_the_readme_shows_three_pictures_and_says_in_words_what_is_on_them():
    found = PICTURE.findall(README.read_text())
    assert sorted(path for _, path in found) == sorted(
        f"docs/screenshots/{file.name}" for file in FOLDER.iterdir()
    )
    assert len(found) == 3
    assert all(len(words.split()) > 5 for words, _ in found)


def test_the_pictures_are_as_wide_as_said_and_no_heavier():
    for file in FOLDER.iterdir():
        head = file.read_bytes()[:24]
        assert head[:8] == b"\x89PNG\r\n\x1a\n"
        assert struct.unpack(">I", head[16:20]) == (WIDTH,)
        assert file.stat().st_size <= MOST_BYTES
