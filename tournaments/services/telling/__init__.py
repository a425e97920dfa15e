"""What is told to whom by email and webhooks, and the outbox that loses none of it."""
