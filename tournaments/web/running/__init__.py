"""What operators do to a round and see of it: verbs, problems, pairs, logs, health."""
