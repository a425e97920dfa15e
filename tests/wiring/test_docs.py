"""A setting that nobody can read about is as good as missing, and one that is gone should not be promised."""

import re
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]
READ = re.compile(r'read\.\w+\(\s*"([A-Z0-9_]+)"')


def test_every_setting_is_described_in_the_operations_page_and_no_other():
    files = ("aggregator/settings.py", "aggregator/accounts.py")
    read = {name for file in files for name in READ.findall((CHECKOUT / file).read_text())}
    page = (CHECKOUT / "docs/operations.md").read_text()
    table = page.split("## Settings")[1].split("\n## ")[0]
    described = set(re.findall(r"`([A-Z0-9]+(?:_[A-Z0-9]+)+|DEBUG)`", table.split("| --- |", 1)[1]))
    assert read <= described
    assert described - read <= {"VAR_DIR"}


def test_every_link_of_the_readme_and_the_docs_leads_somewhere():
    pages = [CHECKOUT / "README.md", *sorted((CHECKOUT / "docs").rglob("*.md"))]
    broken = [
        f"{page.name}: {target}"
        for page in pages
        for target in re.findall(r"\]\((?!http)([^)#]+)\)", page.read_text())
        if not (page.parent / target).exists()
    ]
    assert broken == []
