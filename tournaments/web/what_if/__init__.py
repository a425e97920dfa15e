"""What other payout rules would have paid: in one round, and in all past ones. Nothing is written."""
