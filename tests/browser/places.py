"""The pages: who looks at them, and where they are. `{submission}` and the like are of the contest's own."""

from dataclasses import dataclass

T = "/t/harbour/"
ANN, OLGA = "ann", "olga"


@dataclass(frozen=True)
class Place:
    """A page. `name` is that of its screenshots, `view` that of its address, `who` looks."""

    name: str
    view: str
    path: str
    who: str = ""
    status: int = 200


STRANGER = (
    Place("stranger", "home", "/"),
    Place("login", "login", "/login/"),
    Place("stranger-round", "round", T + "1/"),
    Place("stranger-season", "season", T + "season/"),
    Place("nothing-here", "", "/nothing/", status=404),
    Place("join", "join", "/join/"),
    Place("join-code", "join-code", "/join/{code}/"),
    Place("password-reset", "account_reset_password", "/account/password/reset/"),
    Place("api-errors", "", "/api/docs/errors/"),
)
PLAYER = (
    Place("home", "home", "/", ANN),
    Place("tournament", "tournament", T, ANN),
    Place("round-settled", "round", T + "1/", ANN),
    Place("round-closed", "round", T + "2/", ANN),
    Place("round-open", "round", T + "3/", ANN),
    Place("data", "data", T + "3/data/", ANN),
    Place("upload", "upload", T + "3/upload/", ANN),
    Place("upload-closed", "upload", T + "2/upload/", ANN),
    Place("submission-paid", "submission", "/s/{paid}/", ANN),
    Place("submission-open", "submission", "/s/{waiting}/", ANN),
    Place("forecaster", "forecaster", T + "f/{forecaster}/", ANN),
    Place("player", "player", T + "p/Albatross/", ANN),
    Place("payouts", "payouts", T + "1/payouts/", ANN),
    Place("money", "money", T + "money/", ANN),
    Place("stake", "stake", "/t/regatta/1/stake/", ANN),
    Place("round-staked", "round", "/t/regatta/1/", ANN),
    Place("payout-address", "payout-address", T + "money/address/EUR/", ANN),
    Place("season", "season", T + "season/", ANN),
    Place("team", "team", T + "team/", ANN),
)
SELF = (
    Place("account", "account", "/account/", ANN),
    Place("account-email", "account_email", "/account/email/", ANN),
    Place("account-password", "account_change_password", "/account/password/", ANN),
    Place("second-factor", "mfa_index", "/account/second-factor/", ANN),
    Place("keys", "keys", "/account/keys/", ANN),
    Place("revoke-key", "revoke-key", "/account/keys/{key}/revoke/", ANN),
    Place("notices", "notices", "/account/notices/", ANN),
)
RUNNING = (
    Place("operator-home", "home", "/?all=1", OLGA),
    Place("operator-tournament", "tournament", T, OLGA),
    Place("operator-round-closed", "round", T + "2/", OLGA),
    Place("operator-round-open", "round", T + "3/", OLGA),
    Place("desk", "desk", T + "desk/", OLGA),
    Place("desk-closed", "desk", T + "desk/?round=2", OLGA),
    Place("desk-settled", "desk", T + "desk/?round=1", OLGA),
    Place("monitor", "monitor", T + "2/monitor/", OLGA),
    Place("pairs", "pairs", T + "2/pairs/", OLGA),
    Place("pairs-open", "pairs", T + "3/pairs/", OLGA),
    Place("blend-now", "blend-now", T + "3/now/", OLGA),
    Place("worth", "worth", T + "1/worth/", OLGA),
    Place("worth-closed", "worth", T + "2/worth/", OLGA),
    Place("override", "override", T + "2/pairs/{copy}/", OLGA),
    Place("audit", "audit", T + "audit/", OLGA),
    Place("health", "health", "/health/", OLGA),
    Place("labels", "labels", T + "2/labels/", OLGA),
    Place("stakes", "stakes", "/t/regatta/1/stakes/", OLGA),
    Place("settle", "settle-round", T + "4/settle/", OLGA),
    Place("compare-rules", "compare-rules", T + "1/settle/compare/?payout_rule=wager", OLGA),
    Place("undo", "undo-settlement", T + "1/settle/undo/", OLGA),
    Place("void", "void-rows", T + "3/void/", OLGA),
    Place("extend", "extend-round", T + "3/extend/", OLGA),
    Place("exclude", "exclude", T + "3/exclude/", OLGA),
    Place("cancel", "cancel-round", T + "3/cancel/", OLGA),
)
BOOKS = (
    Place("books", "books", T + "books/", OLGA),
    Place("accounts", "accounts", T + "books/accounts/", OLGA),
    Place("account-of-one", "ledger-account", T + "books/accounts/{purse}/", OLGA),
    Place("transactions", "transactions", T + "books/transactions/", OLGA),
    Place("transaction", "ledger-transaction", T + "books/transactions/{booking}/", OLGA),
    Place("replay", "replay", T + "replay/?b-payout_rule=ranked_pool&b-paid_places=1", OLGA),
    Place("batches", "batches", T + "batches/?currency=EUR&least=0&age=0", OLGA),
    Place("batch", "batch", T + "batches/{batch}/", OLGA),
    Place("batch-sent", "batch-sent", T + "batches/{batch}/sent/", OLGA),
    Place("batch-cancel", "batch-cancel", T + "batches/{batch}/cancel/", OLGA),
    Place("deposit", "deposit", T + "books/deposit/?alias=Albatross", OLGA),
    Place("withdraw", "withdraw", T + "books/withdraw/", OLGA),
)
MAKING = (
    Place("open-round", "open-round", T + "5/open/", OLGA),
    Place("check", "check-round", T + "5/check/", OLGA),
    Place("new-tournament", "new-tournament", "/new/", OLGA),
    Place("new-round", "new-round", T + "rounds/new/", OLGA),
    Place("rules", "rules", T + "rules/", OLGA),
    Place("about", "about", T + "about/", OLGA),
    Place("people", "people", T + "people/", OLGA),
    Place("person", "participant", T + "people/{person}/", OLGA),
    Place("add-person", "add-person", T + "people/add/", OLGA),
    Place("links", "reissue-links", T + "people/links/", OLGA),
    Place("roster", "roster", T + "people/roster/", OLGA),
    Place("joining", "joining", T + "joining/", OLGA),
    Place("projector", "projector", T + "joining/projector/", OLGA),
    Place("roles", "roles", T + "roles/", OLGA),
)
PLACES = STRANGER + PLAYER + SELF + RUNNING + BOOKS + MAKING

# Opened in a story, in the one way that leads there.
IN_STORIES = {
    "setup",
    "start",
    "login-link",
    "choose-password",
    "round-columns",
    "resolve-round",
    "server-audit",
}
IN_STORIES |= {"apply-labels"}
FILES = {"people-csv", "board-csv", "season-csv", "audit-csv", "server-audit-csv"}
FILES |= {"payouts-csv", "settle-csv", "submission-eras", "money-csv", "books-csv", "ledger-account-csv"}
FILES |= {"stakes-csv", "owed-csv", "batch-file", "compare-rules-csv", "replay-csv"}
# These only take a form, and lead on.
ACTS = {
    "logout",
    "join-code-renew",
    "issue-login",
    "revoke-logins",
    "adopt-rules",
    "remind",
    "retry-all",
    "ban",
}
ACTS |= {
    "withdraw-proposal",
    "retry-work",
    "submission-choose",
    "add-forecaster",
    "nominate",
    "invite-member",
    "revoke-invitation",
}
ACTS |= {"webhook-add", "webhook-test", "webhook-switch", "webhook-retry", "lift-ban", "readmit"}
# Looked at in test_pages_on_the_way: something must be done first.
ON_THE_WAY = {
    "join-open",
    "member-link",
    "notices-stop",
    "revoke-role",
    "remove-member",
    "webhook",
    "webhook-remove",
}
ELSEWHERE = IN_STORIES | FILES | ACTS | ON_THE_WAY
