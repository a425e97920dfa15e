"""Settings of logging in (django-allauth), of single sign-on and of mail; `settings` takes them all in."""

from typing import Any
from urllib.parse import urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured

from aggregator import environment as read

_PRODUCTION = read.text("CROWDBLEND_ENV", "development") == "production"
_VIEWS = "tournaments.web.account"

AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]

# -- Mail ------------------------------------------------------------------------------------------------

EMAIL_URL = read.url("EMAIL_URL", "", ("smtp+tls", "smtp+ssl", "smtp"))
_MAIL: dict[str, Any] = environ.Env.email_url_config(EMAIL_URL) if EMAIL_URL else {}
EMAIL_BACKEND = "django.core.mail.backends." + (
    "smtp.EmailBackend" if EMAIL_URL else "dummy.EmailBackend" if _PRODUCTION else "console.EmailBackend"
)
EMAIL_HOST = _MAIL.get("EMAIL_HOST") or ""
EMAIL_PORT = _MAIL.get("EMAIL_PORT") or (465 if EMAIL_URL.startswith("smtp+ssl") else 587)
EMAIL_HOST_USER = _MAIL.get("EMAIL_HOST_USER") or ""
EMAIL_HOST_PASSWORD = _MAIL.get("EMAIL_HOST_PASSWORD") or ""
EMAIL_USE_TLS = bool(_MAIL.get("EMAIL_USE_TLS"))
EMAIL_USE_SSL = bool(_MAIL.get("EMAIL_USE_SSL"))
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = SERVER_EMAIL = read.text("DEFAULT_FROM_EMAIL", "Crowdblend <crowdblend@localhost>")
# Pages that would send a mail ask this first, and say what to do instead.
CAN_MAIL = bool(EMAIL_URL) or not _PRODUCTION

# -- Local accounts --------------------------------------------------------------------------------------

ACCOUNT_ADAPTER = f"{_VIEWS}.adapters.Accounts"
ACCOUNT_FORMS = {
    "login": f"{_VIEWS}.forms.LoginForm",
    "change_password": f"{_VIEWS}.forms.ChangePasswordForm",
    "reset_password": f"{_VIEWS}.forms.ResetPasswordForm",
    "reset_password_from_key": f"{_VIEWS}.forms.ResetPasswordKeyForm",
    "reauthenticate": f"{_VIEWS}.forms.ReauthenticateForm",
    "add_email": f"{_VIEWS}.forms.AddEmailForm",
}
ACCOUNT_LOGIN_METHODS = {"username", "email"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "email", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https" if _PRODUCTION else "http"
# A lecture hall logs in from one address within a minute; guessing at one account stays slow all the same.
ACCOUNT_RATE_LIMITS = {
    "login": "300/m/ip",
    "login_failed": "60/m/ip,5/5m/key",
    "reset_password": "20/m/ip,3/10m/key",
}

MFA_ADAPTER = f"{_VIEWS}.adapters.SecondFactors"
MFA_FORMS = {
    "authenticate": f"{_VIEWS}.forms.CodeForm",
    "reauthenticate": f"{_VIEWS}.forms.CodeAgainForm",
    "activate_totp": f"{_VIEWS}.forms.ActivateForm",
}
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "Crowdblend"
# A phone's clock may be half a minute off.
MFA_TOTP_TOLERANCE = 1
# An address is not what an account is known by here, and many have none.
MFA_ALLOW_UNVERIFIED_EMAIL = True

# -- Single sign-on (OpenID Connect) ---------------------------------------------------------------------

OIDC_NAME = read.text("OIDC_NAME", "single sign-on")
OIDC_ISSUER = read.url("OIDC_ISSUER", "", ("https",) if _PRODUCTION else ("https", "http")).rstrip("/")
_CLIENT = {
    "OIDC_CLIENT_ID": read.text("OIDC_CLIENT_ID"),
    "OIDC_CLIENT_SECRET": read.text("OIDC_CLIENT_SECRET"),
}
_missing = [name for name, value in {"OIDC_ISSUER": OIDC_ISSUER, **_CLIENT}.items() if not value]
if 0 < len(_missing) < 3:
    raise ImproperlyConfigured(
        "OIDC_ISSUER, OIDC_CLIENT_ID and OIDC_CLIENT_SECRET belong together, "
        f"but {' and '.join(_missing)} {'is' if len(_missing) == 1 else 'are'} not set."
    )
# People are known by what this provider calls them. Under another one the same word may be somebody else, so
# the provider's name is part of what is stored, and of the address to which it sends people back.
OIDC_ID = urlsplit(OIDC_ISSUER).hostname or ""
# A browser follows the way from our form to the provider only where the policy names its origin.
FORM_TARGETS = ["{0.scheme}://{0.netloc}".format(urlsplit(OIDC_ISSUER))] if OIDC_ISSUER else []
SOCIALACCOUNT_ADAPTER = f"{_VIEWS}.adapters.SingleSignOn"
SOCIALACCOUNT_EMAIL_VERIFICATION = "none"
SOCIALACCOUNT_PROVIDERS: dict[str, Any] = {"openid_connect": {"OAUTH_PKCE_ENABLED": True, "APPS": []}}
if OIDC_ISSUER:
    SOCIALACCOUNT_PROVIDERS["openid_connect"]["APPS"].append(
        {
            "provider_id": OIDC_ID,
            "name": OIDC_NAME,
            "client_id": _CLIENT["OIDC_CLIENT_ID"],
            "secret": _CLIENT["OIDC_CLIENT_SECRET"],
            "settings": {"server_url": OIDC_ISSUER},
        }
    )
