#!/usr/bin/env python
"""The command line of the server: `python manage.py help` lists the commands."""

import importlib
import os
import sys

from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line


def main() -> None:
    """Run one command; a setting that is wrong is told in one sentence instead of a traceback."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "aggregator.settings")
    try:
        importlib.import_module(os.environ["DJANGO_SETTINGS_MODULE"])
    except ImproperlyConfigured as fault:
        sys.exit(f"{fault}")
    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
