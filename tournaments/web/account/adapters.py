"""What of django-allauth is done our way: words, addresses in mails, who may sign up."""

import logging
from smtplib import SMTPException
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.models import EmailAddress
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest
from django.urls import reverse

from tournaments.models import User
from tournaments.services.people import setup

log = logging.getLogger(__name__)
MISMATCH = "The user name and password do not belong together. Mind capitals, and try again."


class Accounts(DefaultAccountAdapter):
    """Accounts with a password."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "username_password_mismatch": MISMATCH,
        "email_password_mismatch": MISMATCH,
        "too_many_login_attempts": "Too many tries went wrong. Wait five minutes, then try again.",
        "enter_current_password": "This is not your current password.",
        "incorrect_password": "This is not your password. Mind capitals, and try again.",
        "incorrect_code": "This code is not right. Wait for the next one, and type it within half a minute.",
        "duplicate_email": "This is your address already.",
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Refuse: accounts with a password are made by joining a tournament, or by operators."""
        return False

    def is_safe_url(self, url: str) -> bool:
        """Accept only addresses of this very server that a browser cannot take for another's."""
        return url.startswith("/") and super().is_safe_url(url)

    def get_client_ip(self, request: HttpRequest) -> str:
        """Return the caller's address, for counters of attempts."""
        forwarded = request.META.get("HTTP_X_FORWARDED_FOR", "")
        if settings.TRUSTED_PROXY and forwarded:
            # The last word is what our own proxy saw; the others are the caller's own.
            return str(forwarded).rpartition(",")[2].strip()
        return str(request.META.get("REMOTE_ADDR", ""))

    def get_reset_password_from_key_url(self, key: str) -> str:
        """Return an address under BASE_URL: the Host of a request may be a stranger's word."""
        path = reverse("account_reset_password_from_key", kwargs={"uidb36": "UID", "key": "KEY"})
        return settings.BASE_URL + path.replace("UID-KEY", key)

    def get_email_confirmation_url(self, request: HttpRequest, emailconfirmation: Any) -> str:
        """Return an address under BASE_URL."""
        return str(settings.BASE_URL + reverse("account_confirm_email", args=[emailconfirmation.key]))

    def get_email_verification_redirect_url(self, email_address: Any) -> str:
        """Lead to the account page, which shows the new address."""
        return reverse("account")

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        """Lead back to the account page."""
        return reverse("account")

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Send a mail, or say on the page that the mail server did not take it."""
        try:
            super().send_mail(template_prefix, email, {**context, "base_url": settings.BASE_URL})
        except (SMTPException, OSError) as error:
            log.error("mail_not_sent", extra={"template": template_prefix, "why": str(error)})
            said = "The mail could not be sent: the mail server did not take it. Try again in some minutes."
            messages.error(self.request, said)


class SecondFactors(DefaultMFAAdapter):
    """Codes from an app."""

    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": Accounts.error_messages["incorrect_code"],
    }

    def get_totp_label(self, user: Any) -> str:
        """Return what the app shows beside the server's name."""
        assert isinstance(user, User)
        return user.username


class SingleSignOn(DefaultSocialAccountAdapter):
    """Accounts at the provider that the server's settings name."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:
        """Let everyone in whom the provider knows, once the server has its first account."""
        return not setup.needed()

    def pre_social_login(self, request: HttpRequest, sociallogin: Any) -> None:
        """Leave an address that another account has to that account; whoever owns both can connect them."""
        address = sociallogin.user.email
        if sociallogin.is_existing or not address:
            return
        taken = User.objects.filter(email__iexact=address).exists()
        if taken or EmailAddress.objects.filter(email__iexact=address).exists():
            sociallogin.user.email, sociallogin.email_addresses = "", []

    def get_connect_redirect_url(self, request: HttpRequest, socialaccount: Any) -> str:
        """Lead back to the account page."""
        return reverse("account")
