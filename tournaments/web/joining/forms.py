"""What people fill in to join, and operators to let them in."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from django import forms

from tournaments.models import Role, Tournament
from tournaments.services.errors import Refused
from tournaments.services.people.signup import NewUser

FIELD_OF = {
    "alias_taken": "alias",
    "bad_alias": "alias",
    "bad_username": "username",
    "username_taken": "username",
    "unknown_user": "username",
    "has_role": "username",
    "weak_password": "password",
    "external_id_taken": "external_id",
    "reason_needed": "reason",
    "ban_ends_in_the_past": "last_day",
    "bad_roster": "file",
    "wrong_code": "code",
    "bad_forecaster_name": "forecaster",
    "forecaster_exists": "forecaster",
}


def refuse(form: forms.Form, refused: Refused) -> None:
    """Put what a service refused beside the field that it is about, or above the form."""
    name = FIELD_OF.get(refused.code)
    form.add_error(
        name if name in form.fields else None, forms.ValidationError(refused.message, refused.code)
    )


def _words(label: str, most: int, **more: Any) -> forms.CharField:
    return forms.CharField(label=label, max_length=most, **more)


def _secret(label: str) -> forms.CharField:
    widget = forms.PasswordInput(attrs={"autocomplete": "new-password"})
    return forms.CharField(label=label, max_length=200, strip=False, widget=widget)


class CodeForm(forms.Form):
    """A code, as it was read from a wall."""

    code = _words(
        "Code",
        20,
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}
        ),
        error_messages={"required": "Type the code that the operators show."},
    )


class AliasForm(forms.Form):
    """The name that others see."""

    alias = _words(
        "Alias",
        40,
        help_text="Others see this on the leaderboard. It need not tell who you are.",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


class NewUserForm(forms.Form):
    """An account for someone who has none."""

    username = _words(
        "User name",
        150,
        help_text="For logging in: letters, digits and . @ + - _ only. Others do not see it.",
        widget=forms.TextInput(attrs={"autocomplete": "username", "autocapitalize": "none"}),
    )
    password = _secret("Password")
    again = _secret("The same password again")
    email = forms.EmailField(
        label="Email, if you want notices",
        required=False,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )

    def clean(self) -> dict[str, Any]:
        """Both passwords are one."""
        data = super().clean() or {}
        if data.get("password") and data.get("again") and data["password"] != data["again"]:
            self.add_error("again", "This is another password than the one above.")
        return data

    def new_user(self) -> NewUser:
        """Return what a service makes a user of."""
        data = self.cleaned_data
        return NewUser(data["username"], data["password"], data["email"])


class JoinAsNewForm(AliasForm, NewUserForm):
    """An alias, and an account to play under it."""

    field_order = ["alias", "username", "password", "again", "email"]


class JoiningForm(forms.Form):
    """How one joins."""

    joining = forms.ChoiceField(
        label="Who may join",
        widget=forms.RadioSelect,
        choices=[
            (Tournament.Joining.CLOSED, "Closed: only operators let people in"),
            (Tournament.Joining.CODE, "By code: who has the code or the link"),
            (Tournament.Joining.OPEN, "Open: everyone who finds this server"),
        ],
    )


class RosterForm(forms.Form):
    """A roster as a file."""

    file = forms.FileField(
        label="Roster, as CSV", allow_empty_file=True, error_messages={"required": "Choose a file first."}
    )


class PersonForm(forms.Form):
    """A participant as operators know them."""

    alias = _words("Alias", 40, help_text="What others see.")
    name = _words("Name", 200, required=False)
    external_id = _words("External id", 200, required=False)
    group = _words("Group", 80, required=False)


class NewPersonForm(PersonForm):
    """A participant to add by hand."""

    email = forms.EmailField(label="Email", required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["alias"].required = False
        self.fields["alias"].help_text = "What others see. Left empty, two calm words are drawn."


class ExistingUserForm(forms.Form):
    """A user who is here already and shall play."""

    username = _words("User name", 150)
    alias = _words("Alias", 40, help_text="What others see.")


class BanForm(forms.Form):
    """Why someone may not play, and how long."""

    reason = _words("Reason", 300)
    last_day = forms.DateField(
        label="Last day, in UTC",
        required=False,
        help_text="Left empty, the ban holds until it is lifted.",
        widget=forms.DateInput(attrs={"type": "date"}),
    )

    def until(self) -> datetime | None:
        """Return the end of the last day."""
        day: date | None = self.cleaned_data["last_day"]
        if day is None:
            return None
        return datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(days=1)


class RoleForm(forms.Form):
    """Who gets which role."""

    username = _words("User name", 150, widget=forms.TextInput(attrs={"autocapitalize": "none"}))
    kind = forms.ChoiceField(
        label="Role",
        choices=[
            (Role.Kind.AUDITOR, "Auditor: reads everything"),
            (Role.Kind.OPERATOR, "Operator: runs everything"),
        ],
    )


class ForecasterForm(forms.Form):
    """A new source of predictions."""

    forecaster = _words("Name of the new forecaster", 40, help_text="It heads a column in files of several.")
