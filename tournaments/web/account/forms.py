"""What people fill in about themselves. Forms of django-allauth get our words, without placeholders."""

from typing import Any

from allauth.account import forms as account
from allauth.mfa.base import forms as factor
from allauth.mfa.totp import forms as totp
from django import forms
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from tournaments.models import User
from tournaments.services.access import SCOPES

PASSWORD = {"autocomplete": "new-password"}
NAME_RULE = "1 to 150 letters, digits and . @ + - _"


class Plain(forms.BaseForm):
    """A form of a library: without placeholders, with our labels."""

    labels: dict[str, str] = {}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            field.widget.attrs.pop("placeholder", None)
            field.label, field.help_text = self.labels.get(name, field.label), ""


class LoginForm(Plain, account.LoginForm):
    """User name or address, and password."""

    labels = {"login": "User name or email", "password": "Password"}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].widget.attrs |= {"autocomplete": "username", "autocapitalize": "none"}


class ChangePasswordForm(Plain, account.ChangePasswordForm):
    """A new password for the old one."""

    labels = {
        "oldpassword": "Current password",
        "password1": "New password",
        "password2": "New password again",
    }


class ResetPasswordForm(Plain, account.ResetPasswordForm):
    """Where to send the link."""

    labels = {"email": "Email address"}


class ResetPasswordKeyForm(Plain, account.ResetPasswordKeyForm):
    """A new password, by a link from a mail."""

    labels = {"password1": "New password", "password2": "New password again"}


class ReauthenticateForm(Plain, account.ReauthenticateForm):
    """The password once more."""

    labels = {"password": "Password"}


class AddEmailForm(Plain, account.AddEmailForm):
    """A new address."""

    labels = {"email": "New address"}


class CodeForm(Plain, factor.AuthenticateForm):
    """A code from the app, or a recovery code."""

    labels = {"code": "Code"}


class CodeAgainForm(Plain, factor.ReauthenticateForm):
    """The same, while logged in."""

    labels = {"code": "Code"}


class ActivateForm(Plain, totp.ActivateTOTPForm):
    """The first code of an app."""

    labels = {"code": "Code that the app shows"}


class NewPasswordForm(forms.Form):
    """A password, twice."""

    password1 = forms.CharField(label="New password", strip=False, widget=forms.PasswordInput(PASSWORD))
    password2 = forms.CharField(label="New password again", strip=False, widget=forms.PasswordInput(PASSWORD))

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user

    def clean_password1(self) -> str:
        """Refuse a weak one, where it was typed."""
        password = str(self.cleaned_data["password1"])
        validate_password(password, self.user)
        return password

    def clean_password2(self) -> str:
        """Refuse a slip of the finger."""
        again = str(self.cleaned_data["password2"])
        if "password1" in self.cleaned_data and again != self.cleaned_data["password1"]:
            raise ValidationError("The two passwords are not the same.", code="not_the_same")
        return again


class FirstForm(NewPasswordForm):
    """The first account of a server."""

    token = forms.CharField(widget=forms.HiddenInput)
    username = forms.RegexField(
        r"\A[\w.@+-]{1,150}\Z",
        label="User name",
        error_messages={"invalid": f"A user name has {NAME_RULE} only."},
        widget=forms.TextInput({"autocomplete": "username", "autocapitalize": "none"}),
    )
    email = forms.EmailField(label="Email address, if you like", required=False)
    field_order = ("token", "username", "email", "password1", "password2")

    def clean_username(self) -> str:
        """Keep it, too, for the password that must not look like it."""
        self.user.username = str(self.cleaned_data["username"])
        return self.user.username


class ProfileForm(forms.Form):
    """The name of a person."""

    first_name = forms.CharField(label="First name", max_length=150, required=False)
    last_name = forms.CharField(label="Last name", max_length=150, required=False)


class EmailForm(forms.Form):
    """An address that is taken as it is."""

    email = forms.EmailField(label="Email address", required=False)


class KeyForm(forms.Form):
    """A new key."""

    name = forms.CharField(label="Name", max_length=80)
    scopes = forms.MultipleChoiceField(
        label="What it may do",
        choices=[(scope, scope) for scope in SCOPES],
        error_messages={"required": "Choose at least one thing that the key may do."},
    )
    days = forms.IntegerField(label="Days until it expires", min_value=1, max_value=3_650, required=False)

    def __init__(self, *args: Any, useful: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.useful = useful
        scopes = self.fields["scopes"]
        assert isinstance(scopes, forms.MultipleChoiceField)
        scopes.choices = [(scope, scope) for scope in useful]
