"""Reading settings from the environment, so that a bad value stops the start with one sentence."""

import os
import re
import secrets
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured

Value = TypeVar("Value")
env = environ.Env()


def text(name: str, default: str = "", one_of: tuple[str, ...] = ()) -> str:
    """A word, possibly one of a few."""
    value = os.environ.get(name) or default
    if one_of and value not in one_of:
        raise ImproperlyConfigured(f"{name} is {value!r}; it must be one of {', '.join(one_of)}.")
    return value


def number(name: str, default: int, least: int = 1, most: int = 10**12) -> int:
    """A whole number within bounds."""
    value = _read(name, env.int, default, "a whole number")
    if not least <= value <= most:
        raise ImproperlyConfigured(f"{name} is {value}; it must be from {least} to {most}.")
    return value


def flag(name: str, default: bool) -> bool:
    """True or false, in words that mean nothing else."""
    word = text(name, str(default)).lower()
    if word not in ("true", "1", "yes", "on", "false", "0", "no", "off"):
        raise ImproperlyConfigured(f"{name} is {word!r}; it must be true or false.")
    return word in ("true", "1", "yes", "on")


def words(name: str, default: list[str], some_of: tuple[str, ...] = ()) -> list[str]:
    """A list with commas, possibly of a few words only."""
    found = [word.strip() for word in _read(name, env.list, default, "a list with commas") if word.strip()]
    if some_of and not set(found) <= set(some_of):
        raise ImproperlyConfigured(
            f"{name} is {os.environ[name]!r}; it must be some of {', '.join(some_of)}."
        )
    return found


def folder(name: str, default: Path) -> Path:
    """A path of a folder, made absolute; it may not be a file."""
    value = Path(text(name, str(default))).resolve()
    if value.exists() and not value.is_dir():
        raise ImproperlyConfigured(f"{name} is {value}, which is a file; it must be a folder.")
    return value


def rate(name: str, default: str) -> str:
    """A throttle rate such as 60/min."""
    value = text(name, default)
    if not re.fullmatch(r"[1-9][0-9]*/(s|sec|second|m|min|minute|h|hour|d|day)", value):
        raise ImproperlyConfigured(f"{name} is {value!r}; it must be like 60/min.")
    return value


def url(name: str, default: str, schemes: tuple[str, ...]) -> str:
    """An address with one of the schemes. A bad one is not repeated, since it may hold a password."""
    value = text(name, default)
    try:
        parts = urlsplit(value)
        good = parts.scheme in schemes and bool(parts.hostname) and parts.port != 0
    except ValueError:
        good = False
    if value and not good:
        raise ImproperlyConfigured(f"{name} is not an address of the form {schemes[0]}://HOST….")
    return value


def generated_secret(path: Path) -> str:
    """The secret of a development machine: made once, kept in a file that only its owner reads."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        new = path.with_name(f".{path.name}.{os.getpid()}")
        with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(64))
        try:
            # A link fails where a file is: of two processes that start at once, the first one's word counts.
            path.hardlink_to(new)
        except FileExistsError:
            pass
        finally:
            new.unlink()
    return path.read_text()


def _read(name: str, cast: Callable[..., Value], default: Value, form: str) -> Value:
    try:
        return cast(name, default=default) if os.environ.get(name) else default
    except (ValueError, ImproperlyConfigured):
        raise ImproperlyConfigured(f"{name} is {os.environ[name]!r}; it must be {form}.") from None
