"""What operators fill in to make tournaments and rounds."""

from typing import Any

from django import forms

from tournaments.services.datasets import Columns, Division, Look
from tournaments.services.errors import Refused
from tournaments.web.making.moments import DeadlineForm

PRESETS = (
    (
        "classroom",
        "Classroom",
        "No rewards and no gates: equal forecasts may stand beside each other. 50 files each; only those who "
        "take part see the boards.",
    ),
    (
        "alpha",
        "Alpha",
        "A pool of 10,000.00 USD for the first 100 places. A forecast must beat a coin and be no near-copy "
        "of an earlier one. 25 files each; boards are public.",
    ),
    (
        "numerai2017",
        "Numerai 2017",
        "As alpha, and better than a coin in at least 58 % of eras. The pool is the one of June 2017.",
    ),
)
FIELD_OF = {
    "bad_slug": "slug",
    "tournament_exists": "slug",
    "closes_in_the_past": "closes_at",
    "bad_shares": "training",
    "two_trainings": "training",
    "reason_needed": "reason",
    "not_later": "closes_at",
    "unknown_id": "ids",
}


def refuse(form: forms.Form, refused: Refused) -> None:
    """Put what a service refused beside the field that it is about, or above the form."""
    name = FIELD_OF.get(refused.code)
    form.add_error(
        name if name in form.fields else None, forms.ValidationError(refused.message, refused.code)
    )


class AboutForm(forms.Form):
    """What a tournament is called and asks."""

    name = forms.CharField(label="Name", max_length=120, help_text="As it stands on every page.")
    question = forms.CharField(
        label="Question",
        max_length=300,
        required=False,
        help_text="What is predicted, in one sentence: “Will this flight arrive late?”",
        widget=forms.TextInput(attrs={"class": "long"}),
    )


class TournamentForm(AboutForm):
    """A new tournament."""

    slug = forms.SlugField(
        label="Short name, in addresses",
        max_length=40,
        required=False,
        help_text="Small letters, digits and -. Left empty, it is made of the name. It cannot change later.",
        widget=forms.TextInput(attrs={"data-slug-of": "id_name", "autocapitalize": "none"}),
    )
    preset = forms.ChoiceField(
        label="Rules to begin with",
        choices=[(key, title) for key, title, _ in PRESETS],
        initial="classroom",
        widget=forms.RadioSelect,
    )
    field_order = ["name", "slug", "question", "preset"]

    def presets(self) -> list[tuple[str, str, str, bool]]:
        """Return (key, title, sentence, chosen) of each preset."""
        chosen = self["preset"].value()
        return [(key, title, text, key == chosen) for key, title, text in PRESETS]


def _file(label: str, **more: Any) -> forms.FileField:
    return forms.FileField(
        label=label,
        allow_empty_file=True,  # its fault is told by whoever reads it
        error_messages={"required": "Choose a file first."},
        **more,
    )


class FilesForm(forms.Form):
    """An operator's files."""

    tournament = _file("Rows to predict")
    training = _file("Training file", required=False, help_text="Rows with targets, handed out as they are.")
    labels = _file("Known labels", required=False, help_text="Id and target; kept from participants.")

    def parts(self) -> dict[str, Any]:
        """Return the files that were chosen, by part: (name, chunks)."""
        data = self.cleaned_data
        return {part: (data[part].name, data[part].chunks()) for part in self.fields if data.get(part)}


def _share(label: str) -> forms.IntegerField:
    return forms.IntegerField(label=label, min_value=0, max_value=100, required=False)


class ColumnsForm(DeadlineForm):
    """Which column is what, how labelled rows are divided, and when the round closes."""

    id = forms.ChoiceField(label="Id")
    era = forms.ChoiceField(label="Era", required=False)
    split = forms.ChoiceField(label="Split", required=False)
    target = forms.ChoiceField(label="Target", required=False)
    divide = forms.BooleanField(label="Divide the rows whose labels are known", required=False)
    training = _share("To learn from")
    validation = _share("Practice")
    test = _share("Test")

    def __init__(self, *args: Any, look: Look, parts: frozenset[str], **kwargs: Any) -> None:
        self.look = look
        self.divisible = not look.splits and ("labels" in parts or look.labelled > 0)
        with_training = "training" in parts
        initial = {**vars(look.columns), **_shares(look, with_training), "divide": self.divisible}
        super().__init__(*args, **{"initial": initial, **kwargs})
        for name in ("id", "era", "split", "target"):
            none = [("", "Choose the column" if name == "id" else "None")]
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField), "It was declared as one."
            field.choices = [*none, *((one, one) for one in look.names)]
        self.fields["id"].error_messages["required"] = "Choose the column that holds the ids."
        if with_training:
            del self.fields["training"]

    def clean(self) -> dict[str, Any]:
        """No column is two things."""
        data = super().clean() or {}
        chosen: dict[str, str] = {}
        for name in ("id", "era", "split", "target"):
            column = data.get(name)
            if column and column in chosen:
                self.add_error(name, f"{column} is the {chosen[column]} already.")
            elif column:
                chosen[column] = name
        return data

    def columns(self) -> Columns:
        """Return what was chosen."""
        return Columns(*(self.cleaned_data[name] for name in ("id", "era", "split", "target")))

    def division(self) -> Division | None:
        """Return the shares, where rows are to be divided. Raises Invalid `bad_shares`."""
        data = self.cleaned_data
        if not (self.divisible and data["divide"]) or data["split"]:
            return None
        return Division(*((data.get(name) or 0) / 100 for name in ("training", "validation", "test")))


def _shares(look: Look, with_training: bool) -> dict[str, int]:
    """Return shares to begin with: some rows stay live where the file has no others."""
    more_to_come = look.labelled < look.rows
    if with_training:
        return {"validation": 50, "test": 50} if more_to_come else {"validation": 30, "test": 30}
    if more_to_come:
        return {"training": 60, "validation": 20, "test": 20}
    return {"training": 50, "validation": 15, "test": 15}
