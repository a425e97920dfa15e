"""Addresses under /api/."""

from django.urls import URLPattern, URLResolver, include, path, re_path, register_converter
from drf_spectacular.views import SpectacularAPIView

from tournaments.api import openapi, problems  # noqa: F401  (registers the scheme of keys)
from tournaments.api.views import (
    boards,
    books,
    contributions,
    docs,
    exports,
    money,
    operations,
    paying,
    payouts,
    previews,
    proposals,
    purse,
    rounds,
    stakes,
    submissions,
    tournaments,
    worth,
)

app_name = "api"


class RoundNumber:
    """A round by its number, or the newest."""

    regex = "current|[0-9]{1,9}"

    def to_python(self, value: str) -> str:
        """Return it as it is: the service knows what `current` means."""
        return value

    def to_url(self, value: str) -> str:
        """Return it as it is."""
        return value


class Name(RoundNumber):
    """A forecaster's name, or a file's kind."""

    regex = "[A-Za-z0-9][A-Za-z0-9_.-]{0,39}"


register_converter(RoundNumber, "number")
register_converter(Name, "name")

_round: list[URLPattern | URLResolver] = [
    path("", rounds.OneRound.as_view(), name="round"),
    path("datasets/", rounds.Datasets.as_view(), name="datasets"),
    path("datasets/<name:kind>/", rounds.OneDataset.as_view(), name="dataset"),
    path("submissions/", submissions.Submissions.as_view(), name="submissions"),
    path("submissions/<name:forecaster>/", submissions.ForecasterSubmission.as_view(), name="submit"),
    path("leaderboard/", boards.Leaderboard.as_view(), name="leaderboard"),
    path("meta-model/", boards.MetaModel.as_view(), name="meta-model"),
    path("meta-model/predictions/", exports.MetaModelPredictions.as_view(), name="meta-model-predictions"),
    path("meta-model/now/", previews.MetaModelNow.as_view(), name="meta-model-now"),
    path(
        "meta-model/now/predictions/",
        previews.MetaModelNowPredictions.as_view(),
        name="meta-model-now-predictions",
    ),
    path("meta-model/manifest/", exports.MetaModelManifest.as_view(), name="meta-model-manifest"),
    path("worth/", worth.Worth.as_view(), name="worth"),
    path("contributions/", contributions.Contributions.as_view(), name="contributions"),
    path("labels/", operations.Labels.as_view(), name="labels"),
    path("void/", operations.Void.as_view(), name="void"),
    path("extend/", operations.Extend.as_view(), name="extend"),
    path("exclude/", operations.Exclude.as_view(), name="exclude"),
    path("cancel/", operations.Cancel.as_view(), name="cancel"),
    path("open/", operations.Open.as_view(), name="open"),
    path("resolve/", operations.Resolve.as_view(), name="resolve"),
    path("override/", operations.Override.as_view(), name="override"),
    path("work/", operations.WorkList.as_view(), name="work"),
    path("work/<int:pk>/retry/", operations.Retry.as_view(), name="retry"),
    path("settlements/", money.Settlements.as_view(), name="settlements"),
    path("settlements/preview/", money.Preview.as_view(), name="preview"),
    path("settlements/proposals/", proposals.Proposals.as_view(), name="proposals"),
    path("settlements/proposals/<int:pk>/approve/", proposals.Approve.as_view(), name="approve"),
    path("settlements/proposals/<int:pk>/withdraw/", proposals.Withdraw.as_view(), name="withdraw"),
    path("settlements/undo/", proposals.Undo.as_view(), name="undo"),
    path("payouts/", payouts.Payouts.as_view(), name="payouts"),
    path("stake/", stakes.OwnStake.as_view(), name="stake"),
    path("stakes/", stakes.AllStakes.as_view(), name="stakes"),
]
_tournament: list[URLPattern | URLResolver] = [
    path("", tournaments.OneTournament.as_view(), name="tournament"),
    path("standings/", tournaments.Standings.as_view(), name="standings"),
    path("forecasters/", tournaments.Forecasters.as_view(), name="forecasters"),
    path("forecasters/status/", tournaments.ForecasterStatus.as_view(), name="forecaster-status"),
    path("forecasters/nominate/", tournaments.Nominate.as_view(), name="nominate"),
    path("participants/", tournaments.Participants.as_view(), name="participants"),
    path(
        "participants/<str:alias>/contributions/",
        contributions.OnesContributions.as_view(),
        name="ones-contributions",
    ),
    path("balance/", money.Balance.as_view(), name="balance"),
    path("ledger/", money.Ledger.as_view(), name="ledger"),
    path("deposits/", purse.Deposits.as_view(), name="deposits"),
    path("withdrawals/", purse.Withdrawals.as_view(), name="withdrawals"),
    path("payout-addresses/", paying.PayoutAddresses.as_view(), name="payout-addresses"),
    path("payout-addresses/<name:currency>/", paying.OnePayoutAddress.as_view(), name="payout-address"),
    path("batches/", paying.Batches.as_view(), name="batches"),
    path("batches/owed/", paying.OwedNow.as_view(), name="batches-owed"),
    path("batches/<int:batch>/", paying.OneBatch.as_view(), name="batch"),
    path("batches/<int:batch>/files/<name:form>/", paying.BatchFile.as_view(), name="batch-file"),
    path("batches/<int:batch>/settle/", paying.SettleBatch.as_view(), name="batch-settle"),
    path("batches/<int:batch>/cancel/", paying.CancelBatch.as_view(), name="batch-cancel"),
    path("books/trial-balance/", books.Trial.as_view(), name="trial-balance"),
    path("books/accounts/", books.Accounts.as_view(), name="books-accounts"),
    path("books/transactions/", books.Transactions.as_view(), name="books-transactions"),
    path("books/ledger/", books.WholeLedger.as_view(), name="books-ledger"),
    path("payouts/replay/", payouts.ReplayPayouts.as_view(), name="replay"),
    path("audit/", operations.Audit.as_view(), name="audit"),
    path("rounds/", rounds.Rounds.as_view(), name="rounds"),
    path("rounds/<number:number>/", include(_round)),
]
_version_1: list[URLPattern | URLResolver] = [
    path("tournaments/", tournaments.Tournaments.as_view(), name="tournaments"),
    path("tournaments/<slug:slug>/", include(_tournament)),
    path("payout-rules/", payouts.PayoutRules.as_view(), name="payout-rules"),
    path("payouts/calculate/", payouts.Calculate.as_view(), name="calculate"),
    path("submissions/<int:pk>/", submissions.OneSubmission.as_view(), name="submission"),
    path("submissions/<int:pk>/file/", submissions.SubmissionFile.as_view(), name="submission-file"),
    path("submissions/<int:pk>/select/", submissions.Select.as_view(), name="select"),
]
urlpatterns = [
    path("v1/", include(_version_1)),
    path("schema/", SpectacularAPIView.as_view(), name="schema"),
    path("docs/", docs.Docs.as_view(), name="docs"),
    path("docs/errors/", docs.errors, name="errors"),
    re_path("", problems.not_found),
]
