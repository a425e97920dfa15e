"""Addresses of money: one's own, the books, and what operators book."""

from django.urls import path

from tournaments.web.money import batches, booking, books, paying, purse

T = "t/<slug:slug>/"
urlpatterns = [
    path(T + "money/", purse.money, name="money"),
    path(T + "money.csv", purse.money_csv, name="money-csv"),
    path(T + "money/address/<str:code>/", paying.address, name="payout-address"),
    path(T + "batches/", batches.batches, name="batches"),
    path(T + "batches/owed.csv", batches.owed_csv, name="owed-csv"),
    path(T + "batches/<int:number>/", batches.batch, name="batch"),
    path(T + "batches/<int:number>/files/<str:form>/", batches.file, name="batch-file"),
    path(T + "batches/<int:number>/sent/", batches.sent, name="batch-sent"),
    path(T + "batches/<int:number>/cancel/", batches.cancel, name="batch-cancel"),
    path(T + "books/", books.trial_balance, name="books"),
    path(T + "books.csv", books.trial_balance_csv, name="books-csv"),
    path(T + "books/accounts/", books.accounts, name="accounts"),
    path(T + "books/accounts/<int:pk>/", books.account, name="ledger-account"),
    path(T + "books/accounts/<int:pk>.csv", books.account_csv, name="ledger-account-csv"),
    path(T + "books/transactions/", books.transactions, name="transactions"),
    path(T + "books/transactions/<int:pk>/", books.transaction, name="ledger-transaction"),
    path(T + "books/deposit/", booking.deposit, name="deposit"),
    path(T + "books/withdraw/", booking.withdraw, name="withdraw"),
]
