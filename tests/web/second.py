"""A password, typed once more where it is asked for, and an authenticator app: its secret and its codes."""

from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal import auth

from tests.web.pages import Looker, Page
from tournaments.models import User

PASSWORD = "a long password"


def app_of(user: User) -> str:
    """Turn on a user's second factor; returns the secret that their app keeps."""
    secret = auth.generate_totp_secret()
    auth.TOTP.activate(user, secret)
    RecoveryCodes.activate(user)
    return secret


def code_now(secret: str) -> str:
    """Return what the app shows."""
    counter = next(iter(auth.yield_hotp_counters_from_time()))
    return str(auth.format_hotp_value(auth.hotp_value(secret, counter)))


def sure(browser: Looker, address: str = "/account/second-factor/on/") -> Page:
    """Go where the password is asked once more, and type it."""
    return browser.post(f"/account/sure/?next={address}", {"password": PASSWORD, "next": address})
